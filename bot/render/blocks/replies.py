"""Replies that aren't answers: mistakes, crashes, help, short sentences."""

import re
from collections.abc import Sequence
from typing import Final

from bot.render import sentences
from bot.render.blocks import actions
from bot.render.blocks.message import Message, code, escape, message, section
from core.errors import CostTrackerError

_CHANNEL: Final = re.compile(r"&lt;#([CG][A-Z0-9]+)&gt;")


def said(text: str) -> Message:
    """A plain sentence."""
    return message(escape(text), [section(escape(text), "said")])


def error(
    failure: CostTrackerError,
    *,
    command: str = "/cost",
    questions: Sequence[tuple[str, str]] = (),
) -> Message:
    """What went wrong in the words of the asker, how to mend it, the nearest that works.

    Args:
        failure: what was raised.
        command: the slash command as installed.
        questions: buttons, a label and the whole question each; where there are none, the
            failure's own suggestions become questions.
    """
    parts = [_linked(failure.message), _linked(failure.fix or "")]
    offered = questions or [(each, each) for each in failure.suggestions]
    if not failure.fix and not offered:
        parts.append(f"{code(f'{command} help')} shows what can be asked.")
    body = " ".join(filter(None, parts))
    return message(
        body,
        [
            section(body, "error"),
            *actions.row(actions.suggestions(list(offered)[:5]), "suggestions"),
        ],
    )


def _linked(text: str) -> str:
    """Harmless text in which channels are links, which ping nobody."""
    return _CHANNEL.sub(r"<#\1>", escape(text))


def crash(reference: str) -> Message:
    """An apology with the reference that is also in the log."""
    text = sentences.crash(code(reference))
    return message(text, [section(text, "crash")])


def help_page(
    title: str, examples: Sequence[tuple[str, str]], *, command: str = "/cost", more: str = ""
) -> Message:
    """Help by example.

    Args:
        title: what this page is about.
        examples: what it does, and what to type after the command.
        command: the slash command as installed.
        more: a closing sentence.
    """
    lines = [f"• {escape(what)}: {code(f'{command} {typed}'.strip())}" for what, typed in examples]
    head = f"*{escape(title)}*"
    chunks = ["\n".join(lines[i : i + 20]) for i in range(0, len(lines), 20)]
    blocks = [section(head, "help")]
    blocks += [section(chunk, f"help.{number}") for number, chunk in enumerate(chunks)]
    if more:
        blocks.append(section(escape(more), "help.more"))
    return message("\n".join((head, *lines, escape(more))).strip(), blocks)
