"""Tables as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet.

Text that a spreadsheet would take for a formula gets an apostrophe before it, and so does text
that begins with one: without its first apostrophe, such text is what it was. Numbers are exact,
in plain notation, and left alone.
"""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Final

from bot.render.figures import Figures
from bot.render.xlsx import Amount, Cell, Share
from core.money import plain

_GUARDED: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")  # noqa: RUF001


def written(figures: Figures) -> bytes:
    """A table as a file."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(figures.columns)
    writer.writerows([_said(cell) for cell in row] for row in figures.rows)
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
