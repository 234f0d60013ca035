"""The totals are those of the rows, added up by other means."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.sample.totals import LIST, Cell, Totals

PACIFIC = ZoneInfo("America/Los_Angeles")


def _parts(row: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
    yield row["cost_type"], Decimal(repr(row["cost"]))
    yield LIST, Decimal(repr(row["cost_at_list"]))
    for credit in row["credits"]:
        yield credit["type"], Decimal(repr(credit["amount"]))


def _cell(row: dict[str, Any], kind: str) -> Cell:
    project = row["project"]["name"] if row["project"] else None
    day = row["usage_start_time"].astimezone(PACIFIC).date()
    return Cell(day, row["invoice"]["month"], project, kind)


def test_every_cell_equals_the_sum_of_its_rows(sample: Any) -> None:
    sums: dict[Cell, Decimal] = defaultdict(Decimal)
    for row in sample.rows:
        for kind, amount in _parts(row):
            sums[_cell(row, kind)] += amount
    assert dict(sample.totals) == sums
    assert sample.totals.rows == len(sample.rows)


def test_net_is_everything_and_cost_leaves_out_taxes_and_promotions() -> None:
    totals = Totals()
    day = date(2026, 9, 30)
    for kind, amount in (
        ("regular", "100"),
        ("tax", "7"),
        ("adjustment", "-3"),
        ("PROMOTION", "-20"),
        ("COMMITTED_USAGE_DISCOUNT", "-10"),
        (LIST, "120"),
    ):
        totals._cells[Cell(day, "202609", "checkout", kind)] = Decimal(amount)
    assert totals.sum() == Decimal(74)
    assert totals.cost() == Decimal(87)


def test_closed_invoices_come_to_whole_cents(sample: Any) -> None:
    months = sorted({cell.invoice for cell, _ in sample.totals})
    for month in months[:-1]:
        total = sample.totals.sum(which=lambda cell, month=month: cell.invoice == month)
        assert total == round(total, 2), month
        assert 100_000 < total < 230_000, month


def test_written_and_read_they_are_the_same(sample: Any, tmp_path: Path) -> None:
    file = tmp_path / "totals.json"
    sample.totals.write(file)
    assert dict(Totals.read(file)) == dict(sample.totals)
