"""A Slack message, and the pieces every message is made from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slackblocks import (
    Block,
    ContextBlock,
    MessageResponse,
    SectionBlock,
    Text,
    TextType,
)

from bot.render.sentences import Mark

MOST_TEXT: Final = 12_000
"""Characters of all blocks together. Slack refuses somewhere above 13,200 (bolt-js#2509)."""
_UNREAD: Final = {"type", "block_id", "action_id", "value", "image_url", "style", "align", "id"}
_ON: Final = "\x02"
_OFF: Final = "\x03"
_SECTION: Final = 3000
_TOP: Final = 3900


@dataclass(frozen=True, slots=True)
class Message:
    """`text` says it all by itself: notifications and screen readers have nothing else."""

    text: str
    blocks: list[dict[str, Any]]


def message(text: str, blocks: Sequence[Block]) -> Message:
    """Make a message; `text` is in Slack's markup, names in it escaped."""
    made = MessageResponse(text=text, blocks=list(blocks)).to_dict()
    return Message(cut(text, _TOP), made["blocks"])


def headed(text: str, below: Message) -> Message:
    """A message with a sentence in Slack's markup before it."""
    first = message(text, [section(text, "said")])
    return Message(cut(f"{text} {below.text}", _TOP), [*first.blocks, *below.blocks])


def escape(text: str) -> str:
    """Make text harmless in Slack's markup: a project named `<!channel>` pings nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold(text: str) -> str:
    """A name that stands out."""
    return f"*{escape(text).replace('*', '\N{ASTERISK OPERATOR}')}*"


def sentence(make: Callable[[Mark], str]) -> str:
    """A sentence of `words` in Slack's markup: its names in bold, all of it harmless."""
    plain = make(lambda name: f"{_ON}{tame(name)}{_OFF}")
    return escape(plain).replace(_ON, "*").replace(_OFF, "*")


def tame(name: str) -> str:
    """A name that can't end its own bold: on one line, without asterisks."""
    return " ".join(name.replace("*", "\N{ASTERISK OPERATOR}").split())


def code(text: str) -> str:
    """What can be typed."""
    return f"`{escape(text).replace('`', "'")}`"


def cut(text: str, longest: int) -> str:
    """Text of at most so many characters, with an ellipsis where some are gone."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def section(text: str, block_id: str) -> SectionBlock:
    """A paragraph in Slack's markup."""
    return SectionBlock(text=Text(cut(text, _SECTION), TextType.MARKDOWN), block_id=block_id)


def context(text: str, block_id: str) -> ContextBlock:
    """A small grey line in Slack's markup."""
    return ContextBlock(elements=[Text(cut(text, _SECTION), TextType.MARKDOWN)], block_id=block_id)


def text_size(blocks: Sequence[Block]) -> int:
    """How many characters of text blocks hold."""
    return size(MessageResponse(blocks=list(blocks)).to_dict().get("blocks"))


def size(value: object) -> int:
    """How many characters people can read in blocks, rendered."""
    if isinstance(value, dict):
        return sum(size(part) for key, part in value.items() if key not in _UNREAD)
    if isinstance(value, list):
        return sum(map(size, value))
    return len(value) if isinstance(value, str) else 0
