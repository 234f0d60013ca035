"""What the sample comes to, added up from the charges as they are made.

Nothing here knows SQL, floats or the shape of the export: tests and people hold the product's
answers against it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, Self

from sandbox.sample.charge import Charge
from sandbox.sample.company import CURRENCY, LINES
from sandbox.sample.credits import CREDITS

LIST: Final = "list"
"""The kind under which list prices are added up; every other kind is money."""

_LEFT_OUT_OF_COST: Final = {"tax", "PROMOTION", LIST}


@dataclass(frozen=True, slots=True)
class Cell:
    """One sum: `kind` is the cost type, a credit's type, or `list`; project is its name or None."""

    day: date
    invoice: str
    project: str | None
    kind: str


class Totals:
    """Sums by usage day (Pacific), invoice month, project and kind."""

    def __init__(self) -> None:
        self._cells: dict[Cell, Decimal] = defaultdict(Decimal)
        self.rows = 0

    def add(self, charge: Charge) -> None:
        """Count a charge in."""
        self.rows += 1
        project = LINES[charge.line].project
        name = project.name if project else None
        self._add(Cell(charge.day, charge.invoice, name, charge.cost_type), charge.cost)
        self._add(Cell(charge.day, charge.invoice, name, LIST), charge.listed)
        for number, amount in charge.credits:
            self._add(Cell(charge.day, charge.invoice, name, CREDITS[number].type), amount)

    def _add(self, cell: Cell, millionths: int) -> None:
        self._cells[cell] += Decimal(millionths).scaleb(-6)

    def __iter__(self) -> Iterator[tuple[Cell, Decimal]]:
        return iter(self._cells.items())

    def sum(self, *, which: Callable[[Cell], bool] = lambda _: True) -> Decimal:
        """Return what remains to be paid (every kind but list) over the cells asked for."""
        return sum((a for c, a in self if c.kind != LIST and which(c)), Decimal())

    def cost(self, *, which: Callable[[Cell], bool] = lambda _: True) -> Decimal:
        """Return the sum without taxes and promotions: the product's measure `cost`."""
        return self.sum(which=lambda cell: cell.kind not in _LEFT_OUT_OF_COST and which(cell))

    def invoices(self) -> dict[str, dict[str, Decimal]]:
        """Return the sums by invoice month and kind."""
        return self._table(lambda cell: (cell.invoice, cell.kind))

    def _table(self, key: Callable[[Cell], tuple[str, str]]) -> dict[str, dict[str, Decimal]]:
        table: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for cell, amount in self:
            row, column = key(cell)
            table[row][column] += amount
        return {row: dict(sorted(columns.items())) for row, columns in sorted(table.items())}

    def write(self, path: Path) -> None:
        """Write them as JSON: a summary for people, and every cell."""
        cells = [
            [cell.day.isoformat(), cell.invoice, cell.project, cell.kind, f"{amount:f}"]
            for cell, amount in self
        ]
        path.write_text(
            json.dumps(
                {
                    "currency": CURRENCY,
                    "rows": self.rows,
                    "invoices": {
                        month: {kind: f"{amount:f}" for kind, amount in kinds.items()}
                        for month, kinds in self.invoices().items()
                    },
                    "columns": ["day", "invoice_month", "project", "kind", "amount"],
                    "cells": cells,
                }
            )
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote."""
        stored, totals = json.loads(path.read_text()), cls()
        totals.rows = stored["rows"]
        for day, invoice, project, kind, amount in stored["cells"]:
            totals._cells[Cell(date.fromisoformat(day), invoice, project, kind)] = Decimal(amount)
        return totals


def counted(charges: Iterable[Charge], totals: Totals) -> Iterator[Charge]:
    """Pass charges on, counting each."""
    for charge in charges:
        totals.add(charge)
        yield charge
