"""Rich text: sections, lists, quotes and preformatted text, down to each piece.

Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from collections.abc import Mapping
from typing import Final

from sandbox.slack.blocks.node import Node

_NEEDS: Final[Mapping[str, str]] = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "emoji": "name",
    "broadcast": "range",
    "date": "timestamp",
    "color": "value",
}
_FLAT: Final = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})


def rich_text(node: Node) -> None:
    """A rich text block, or a rich text cell of a table."""
    node.only("block_id", "elements")
    elements = node.need("elements")
    for part in elements.each() if elements else []:
        if part.kind == "rich_text_list":
            _list(part)
        else:
            _flat(part, _FLAT)


def _list(node: Node) -> None:
    if style := node.need("style"):
        style.choice(("bullet", "ordered"))
    items = node.need("elements")
    for item in items.each() if items else []:
        _flat(item, frozenset({"rich_text_section"}))


def _flat(node: Node, kinds: frozenset[str]) -> None:
    if node.kind not in kinds:
        node.unsupported()
        return
    pieces = node.need("elements")
    for piece in pieces.each(least=0) if pieces else []:
        if piece.kind not in _NEEDS:
            piece.unsupported()
        elif (needed := piece.need(_NEEDS[piece.kind])) and piece.kind != "date":
            needed.string()
        if style := piece.get("style"):
            style.is_object()
