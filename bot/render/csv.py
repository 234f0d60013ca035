"""Tables as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet.

Text that a spreadsheet would take for a formula gets an apostrophe before it, and so does text
that begins with one: without its first apostrophe, such text is what it was. Numbers are exact,
in plain notation, and left alone.
"""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from bot.render.figures import Figures
from bot.render.xlsx import Amount, Cell, Share
from core.costs.model import CostRow
from core.money import plain

ROW_COLUMNS: Final = (
    "date",
    "project",
    "provider",
    "account",
    "service",
    "sku",
    "region",
    "category",
    "currency",
    "amount",
)
_GUARDED: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")  # noqa: RUF001
_CHUNK: Final = 1000


def written(figures: Figures) -> bytes:
    """A table as a file."""
    return _write((figures.columns, *figures.rows))


async def rows(source: AsyncIterator[CostRow]) -> AsyncGenerator[bytes]:
    """Rows as they come, in chunks of a thousand, the header first."""
    pending: list[Iterable[Cell]] = [ROW_COLUMNS]
    async for row in source:
        pending.append([getattr(row, column) for column in ROW_COLUMNS])
        if len(pending) == _CHUNK:
            yield _write(pending)
            pending = []
    yield _write(pending)


def _write(table: Iterable[Iterable[Cell]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([_said(cell) for cell in row] for row in table)
    return buffer.getvalue().encode()


def _said(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.startswith(_GUARDED) else cell
        case Decimal() | Amount(value=Decimal()) | Share(value=Decimal()):
            return plain(cell if isinstance(cell, Decimal) else cell.value)
        case date():
            return cell.isoformat()
    return str(cell)
