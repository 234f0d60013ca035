"""A mail as text: for those who read no HTML, from the same values."""

from collections.abc import Iterator
from textwrap import fill
from typing import Final

from bot.render.blocks.tables import Table
from bot.render.enclosed import Picture
from bot.render.mail.parts import (
    Buttons,
    Figure,
    Heading,
    Notes,
    Page,
    Paragraph,
    Part,
    strong,
    tame,
)

_WIDTH: Final = 76


def text(page: Page) -> str:
    """All of a page, an empty line between its parts."""
    return "\n\n".join([*map(_part, page.parts), "\n".join(_foot(page))]) + "\n"


def _part(part: Part) -> str:
    match part:
        case Figure(figure, caption):
            said = f"{tame(figure)}\n{_wrapped(caption)}"
        case Heading(words):
            said = f"{tame(words)}\n{'-' * len(tame(words))}"
        case Paragraph(words):
            said = _wrapped(words)
        case Notes(lines):
            said = "\n".join(_wrapped(line, "- ") for line in lines)
        case Buttons(links):
            said = "\n".join(f"{link.label}: {link.url}" for link in links)
        case Picture(alt=alt):
            said = _wrapped(f"Chart: {alt}")
        case Table():
            said = "\n".join(_table(part))
    return said


def _table(table: Table) -> Iterator[str]:
    """Its columns side by side, figures to the right; its totals below a line."""
    rows = [tuple(map(tame, row)) for row in (table.header, *table.rows, *table.totals)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if column < table.names else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rule = "-" * max(map(len, lines))
    body = len(lines) - len(table.totals)
    yield from (lines[0], rule, *lines[1:body])
    if table.totals:
        yield from (rule, *lines[body:])


def _foot(page: Page) -> Iterator[str]:
    yield "-- "
    yield _wrapped(page.why)
    if page.unsubscribe:
        yield f"Unsubscribe: {page.unsubscribe}"


def _wrapped(said: str, first: str = "") -> str:
    return fill(
        tame(strong(said, "", "")),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
