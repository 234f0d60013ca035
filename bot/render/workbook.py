"""A workbook of charges, made of CSV; of much of it by a process of its own.

A million rows take a minute of Python, which would hold up everybody else. The process is told
where the workbook shall be, reads the rows from its input, and holds no more than one of them.
"""

import csv
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final

from bot.render.xlsx import Amount, Book, Cell

_AMOUNT: Final = "amount"
_NICE: Final = 5
"""Somebody waits for answers; nobody for this."""


def main(path: str) -> None:
    """Write what the input holds."""
    os.nice(_NICE)
    make(sys.stdin.buffer, Path(path))


def make(content: BinaryIO, path: Path) -> None:
    """Write a workbook of CSV, whose texts are as they are."""
    rows = csv.reader(TextIOWrapper(content, encoding="utf-8", newline=""))
    columns = next(rows)
    with Book(path, title="Costs") as book:
        book.sheet("Costs", columns, in_full=[_AMOUNT]).write(_cells(rows))


def _cells(rows: Iterator[list[str]]) -> Iterator[Sequence[Cell]]:
    """Typed: a day first, money last, of the currency before it."""
    for day, *texts, currency, amount in rows:
        money = Amount(Decimal(amount), currency) if amount else None
        yield date.fromisoformat(day), *(text or None for text in texts), currency, money


if __name__ == "__main__":
    main(sys.argv[1])
