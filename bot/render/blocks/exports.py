"""Exports that are made in the background: that one is coming, is here, or can't be had."""

from typing import Final

from bot.render import words
from bot.render.blocks.message import Message, code, escape, message, section
from core.exports.model import Export, ExportState

_ROUNDED: Final = 2
"""Digits that are told of how many rows there will be, about."""
_SHEET: Final = 1_048_575


def coming(question: str, about: int, *, direct: bool) -> Message:
    """What is told where the file will be.

    Args:
        question: which charges, in words.
        about: how many rows, about.
        direct: in a direct message; else where it was asked.
    """
    when = "It will come here when it is ready" if direct else "I'll send the file here"
    text = f"The charges of {code(question)}: about {_about(about)} rows. {when}."
    return message(text, [section(text, "export")])


def sent_later(about: int) -> str:
    """What is told where it was asked, if the file goes to a direct message."""
    return f"About {_about(about)} rows: I'll send you the file in a direct message."


def brought(export: Export) -> str:
    """What is said with the file."""
    rows = words.plural(export.rows, "row")
    text = f"The charges of {code(export.request.question)}: {rows}."
    if export.request.form == "xlsx" and export.rows > _SHEET:
        text += f" A sheet has room for {_SHEET:,} of them; the others are in further sheets."
    return text


def failed(export: Export) -> Message:
    """Why there is none."""
    asked = code(export.request.question)
    done = "made" if export.state is ExportState.FAILED else "sent"
    text = f"The export of {asked} can't be {done}. {escape(export.reason)}"
    return message(text, [section(text, "export")])


def _about(rows: int) -> str:
    """Two digits of a count: 412,331 is about 410,000."""
    return f"{round(rows, _ROUNDED - len(str(rows))):,}"
