"""Workbooks as a spreadsheet likes them: numbers that add up, days that are days, text as it is.

A sheet is written row by row and never held in memory. What is written into a cell follows from
the value: an `Amount` is a number in its currency's format, a `Share` a percentage, a `date` a
day; text stays text whatever it begins with, also when somebody edits the cell.

A spreadsheet's numbers hold 15 digits. An amount that has more is the nearest number in its cell,
and stands in full, as text, in a column of its own at the right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from babel.numbers import get_currency_precision, get_currency_symbol
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.money import plain

TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_576
"""Of a sheet; what is beyond goes on in another."""

_TEXT: Final = 32_767
_SHEET_NAME: Final = 31
_DIGITS: Final = 15
_LARGEST: Final = Decimal(10) ** 300
_NARROW: Final = 9
_WIDE: Final = 60
_PLAIN: Final = "General"
_DAY: Final = "yyyy-mm-dd"
_INSTANT: Final = "yyyy-mm-dd hh:mm"
_LOOKED_AT: Final = 1000
"""Rows that say how wide a column is."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_IN_FULL: Final = "in full"


class Amount(NamedTuple):
    """Money in a cell."""

    value: Decimal
    currency: str


class Share(NamedTuple):
    """A part of something, shown as a percentage."""

    value: Decimal


type Cell = str | int | Decimal | Amount | Share | date | datetime | None


@dataclass(slots=True)
class _Column:
    name: str
    width: int = _NARROW
    in_full: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """A row that sums: bold, with a line above it."""

    cells: Sequence[Cell]


@dataclass(slots=True)
class Sheet:
    """One sheet of a book, written from top to bottom. Made by `Book.sheet`."""

    _book: "Book"
    _name: str
    _columns: list[_Column]
    _page: Worksheet = field(init=False)
    _pages: int = 0
    _row: int = 0
    _filtered: int = 0

    def __post_init__(self) -> None:
        self._turn()

    def write(self, rows: Iterable[Sequence[Cell] | Total]) -> None:
        """Add rows, a cell a column; a file is written, so not in the event loop."""
        for row in rows:
            if self._row == self._book.most_rows:
                self.finish()
                self._turn()
            self._write(row)

    def _write(self, row: Sequence[Cell] | Total) -> None:
        bold = isinstance(row, Total)
        cells = row.cells if isinstance(row, Total) else row
        looked_at = self._row < _LOOKED_AT
        kept: list[str] = []
        for at, (column, cell) in enumerate(zip(self._columns, cells, strict=False)):
            shown = self._book.put(self._page, self._row, at, cell, bold=bold)
            if looked_at:
                column.width = max(column.width, min(len(shown) + 2, _WIDE))
            if column.in_full:
                kept.append(_all_digits(cell))
        for at, text in enumerate(kept, len(self._columns)):
            if text:
                self._book.put(self._page, self._row, at, text)
        if not bold:
            self._filtered = self._row
        self._row += 1

    def _turn(self) -> None:
        """Begin a page: a head that stays in view."""
        self._pages += 1
        suffix = f" ({self._pages})" if self._pages > 1 else ""
        self._page = self._book.page(self._name, suffix)
        self._page.freeze_panes(1, 0)
        heads = [each.name for each in self._columns]
        heads += [f"{each.name} {_IN_FULL}" for each in self._columns if each.in_full]
        for at, head in enumerate(heads):
            self._book.put_head(self._page, at, head)
        self._row, self._filtered = 1, 0

    def finish(self) -> None:
        """End a page: how far its filter reaches and how wide columns are is known only now."""
        last = len(self._columns) - 1 + sum(each.in_full for each in self._columns)
        if self._filtered:
            self._page.autofilter(0, 0, self._filtered, last)
        for at, column in enumerate(self._columns):
            self._page.set_column(at, at, max(column.width, len(column.name) + 4))
        if last >= len(self._columns):
            self._page.set_column(len(self._columns), last, _NARROW * 2)


class Book:
    """A workbook, in a file or in memory; complete once it is closed.

    Args:
        to: where it is written when it is closed.
        title: what the file says it is.
        most_rows: of a sheet; fewer than Excel's only in tests.
    """

    def __init__(self, to: Path | BinaryIO, *, title: str = "", most_rows: int = MOST_ROWS) -> None:
        """Begin a book."""
        target = str(to) if isinstance(to, Path) else to
        self.most_rows = most_rows
        self._book = Workbook(
            target,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties({"title": _text(title)[:255]})
        self._formats: dict[tuple[str, bool, bool], Format] = {}
        self._sheets: list[Sheet] = []
        self._names: set[str] = set()
        self._head = self._book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#F2F2F4", "text_wrap": False}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sheet(self, name: str, columns: Sequence[str], *, in_full: Iterable[str] = ()) -> Sheet:
        """A further sheet.

        Args:
            name: at most 31 characters of it are shown.
            columns: their heads.
            in_full: columns whose amounts may have more digits than a number holds.
        """
        full = frozenset(in_full)
        made = Sheet(self, name, [_Column(each, in_full=each in full) for each in columns])
        self._sheets.append(made)
        return made

    def close(self) -> None:
        """Write the file."""
        for sheet in self._sheets:
            sheet.finish()
        self._book.close()

    def page(self, name: str, suffix: str) -> Worksheet:
        """A page of a sheet, under a name that the book doesn't have yet."""
        wanted = "".join(" " if each in "[]:*?/\\'" else each for each in _text(name)).strip()
        shown = (wanted or "Sheet")[: _SHEET_NAME - len(suffix)] + suffix
        number = 2
        while shown.casefold() in self._names:
            more = f"{suffix} {number}"
            shown, number = (wanted or "Sheet")[: _SHEET_NAME - len(more)] + more, number + 1
        self._names.add(shown.casefold())
        page = self._book.add_worksheet(shown)
        # Printed or made a PDF: as wide as the paper, the heads on each page.
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        return page

    def put_head(self, page: Worksheet, at: int, name: str) -> None:
        """Write the head of a column."""
        page.write_string(0, at, _text(name), self._head)

    def put(self, page: Worksheet, row: int, at: int, cell: Cell, *, bold: bool = False) -> str:
        """Write one cell; about what it shows, to know how wide."""
        if cell is None:
            return ""
        if isinstance(cell, str):
            text = _text(cell)
            guarded = text.startswith(_FORMULA)
            page.write_string(row, at, text, self._format("", bold=bold, guarded=guarded))
            return text
        if isinstance(cell, date):
            shape = _INSTANT if isinstance(cell, datetime) else _DAY
            moment = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
            page.write_datetime(row, at, moment, self._format(shape, bold=bold))
            return shape
        value, shape = _figure(cell)
        form = self._format(shape, bold=bold)
        if abs(value) >= _LARGEST:
            page.write_string(row, at, plain(value), form)
        else:
            page.write_number(row, at, float(value), form)
        return f"{value:,f}" if shape == _PLAIN else f"{value:,.2f} {shape.partition('#')[0]}"

    def _format(self, shape: str, *, bold: bool, guarded: bool = False) -> Format:
        key = (shape, bold, guarded)
        if key not in self._formats:
            looks: dict[str, object] = {"num_format": shape} if shape else {}
            looks |= {"bold": True, "top": 1} if bold else {}
            # As if it were typed with an apostrophe: text for ever, and the value unchanged.
            looks |= {"quote_prefix": True} if guarded else {}
            self._formats[key] = self._book.add_format(looks)
        return self._formats[key]


def money_format(currency: str) -> str:
    """The format of a currency's amounts: `"$"#,##0.00`, with its own decimals."""
    symbol = get_currency_symbol(currency, locale="en_US").replace('"', "")
    decimals = get_currency_precision(currency)
    space = " " if len(symbol) > 1 else ""
    figures = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f'"{symbol}{space}"{figures};-"{symbol}{space}"{figures}'


def fits(amount: Decimal) -> bool:
    """Whether a spreadsheet's number holds all digits of an amount."""
    return abs(amount) < _LARGEST and Decimal(f"{float(amount):.{_DIGITS}G}") == amount


def _figure(cell: Amount | Share | Decimal | int) -> tuple[Decimal, str]:
    """A number, and the format it is shown in."""
    match cell:
        case Amount(value, currency):
            return value, money_format(currency)
        case Share(value):
            return value, "0.0%"
    return Decimal(cell), _PLAIN


def _all_digits(cell: Cell) -> str:
    """What a number doesn't hold, as text; empty where it does."""
    if isinstance(cell, Amount):
        return "" if fits(cell.value) else plain(cell.value)
    return "" if not isinstance(cell, Decimal) or fits(cell) else plain(cell)


def _text(text: str) -> str:
    """Text that a cell can hold: so long, in units of UTF-16, and no halves of letters."""
    if len(text) <= _TEXT and text.isascii() and not text.startswith("<r>"):
        return text
    units = text.encode("utf-16-le", "replace")[: 2 * _TEXT]
    held = units.decode("utf-16-le", "ignore")
    # What looks like the file's own markup would be written as such.
    return f"{held[: _TEXT - 1]} " if held.startswith("<r>") and held.endswith("</r>") else held
