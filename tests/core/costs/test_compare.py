"""Which days are compared with which."""

from datetime import date

import pytest

from core.costs.model import Basis, CostQuery, Granularity, Versus
from core.costs.reading.compare import Shift, alignment, complete_parts, other_period
from core.period import Period


def days(text: str, name: str = "") -> Period:
    """'10-01..11-01' of 2026, half-open."""
    start, _, end = text.partition("..")
    return Period(date.fromisoformat(f"2026-{start}"), date.fromisoformat(f"2026-{end}"), name)


@pytest.mark.parametrize(
    ("now", "then", "complete_until", "parts"),
    [
        ("11-15..11-22", "11-08..11-15", "11-22", ("11-15..11-22", "11-08..11-15")),
        ("11-15..11-22", "11-08..11-15", "11-20", ("11-15..11-20", "11-08..11-13")),
        ("11-15..11-22", "11-08..11-15", "11-15", None),
        ("11-15..11-22", "11-08..11-15", None, None),
        # Whole months are compared whole, whatever their length.
        ("10-01..11-01", "09-01..10-01", "11-20", ("10-01..11-01", "09-01..10-01")),
        ("11-01..12-01", "10-01..11-01", "11-20", ("11-01..11-20", "10-01..10-20")),
        ("03-01..03-31", "02-01..03-01", "03-30", ("03-01..03-30", "02-01..03-01")),
        # The other period may be the one that isn't complete.
        ("11-01..11-08", "11-15..11-22", "11-20", ("11-01..11-06", "11-15..11-20")),
    ],
)
def test_both_sides_are_cut_to_complete_days(
    now: str, then: str, complete_until: str | None, parts: tuple[str, str] | None
) -> None:
    until = None if complete_until is None else date.fromisoformat(f"2026-{complete_until}")
    cut = complete_parts(days(now), days(then), until, Basis.USAGE)
    assert cut == (None if parts is None else (days(parts[0]), days(parts[1])))


def test_invoices_are_cut_to_complete_months() -> None:
    quarter, before = days("10-01..12-01"), days("08-01..10-01")
    cut = complete_parts(quarter, before, date(2026, 11, 20), Basis.INVOICE)
    assert cut == (days("10-01..11-01"), days("08-01..09-01"))


@pytest.mark.parametrize(
    ("versus", "basis", "then"),
    [
        (None, Basis.USAGE, "10-01..10-23"),
        (Versus(), Basis.USAGE, "10-01..10-23"),
        (None, Basis.INVOICE, "10-01..11-01"),
        (Versus("period", days("08-10..08-20")), Basis.USAGE, "08-10..08-20"),
        (Versus("period", days("08-10..08-20")), Basis.INVOICE, "08-01..09-01"),
        (Versus("project", project="shop"), Basis.USAGE, "11-01..11-23"),
        (Versus("project", project="shop"), Basis.INVOICE, "11-01..12-01"),
    ],
)
def test_the_other_period(versus: Versus | None, basis: Basis, then: str) -> None:
    query = CostQuery(days("11-01..11-23", "mtd"), versus=versus, basis=basis)
    found = other_period(query)
    assert (found.start, found.end) == (days(then).start, days(then).end)


def test_months_lie_on_months_and_days_on_days() -> None:
    third, second = days("07-01..10-01"), days("04-01..07-01")
    assert alignment(third, second, Granularity.MONTHLY) == Shift(months=3)
    assert alignment(third, second, Granularity.DAILY) == Shift(days=91)
    assert alignment(days("11-15..11-22"), days("11-08..11-15"), None) == Shift(days=7)
