"""What is worth a correction, and in which figures it is told."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.costs.model import CostQuery
from core.period import Period
from core.reports.correcting import Corrections, Figure, corrections
from core.reports.model import Reason, Report, ReportKind, ReportStatus, Sheet
from core.reports.rounding import rounded_parts
from core.reports.sections import Against, Bridge, Invoiced, Row

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1), "2026-10")
BEFORE = Against(Period(date(2026, 9, 1), date(2026, 10, 1), "2026-09"))


def sheet(total: str, *, currency: str = "USD", invoice: str | None = None) -> Sheet:
    """All of it of one service but 10, which are of others."""
    amount = Decimal(total)
    rows = (
        Row("Compute", "Compute", amount - 10),
        Row(None, "others", Decimal(10), of=3),
    )
    zero = Decimal(0)
    return Sheet(
        currency=currency,
        total=amount,
        previous=BEFORE,
        last_year=BEFORE,
        projects=(),
        services=rows,
        bridge=Bridge(amount, amount, zero, zero, zero, amount),
        days=(),
        days_before=(),
        layers=(),
        invoice=None if invoice is None else Invoiced(Decimal(invoice), amount),
    )


def report(*sheets: Sheet) -> Report:
    return Report(
        kind=ReportKind.MONTHLY,
        subject="all",
        text="report monthly all 2026-10",
        query=CostQuery(OCTOBER, (), ()),
        made_at=datetime(2026, 11, 4, tzinfo=UTC),
        status=ReportStatus.PROVISIONAL,
        reason=Reason.OPEN,
        complete=True,
        sheets=sheets,
    )


def told(before: Report, after: Report) -> list[tuple[str, str, str, str]]:
    found = corrections(before, after)
    assert found is not None
    return [(e.figure.value, e.name, str(e.before), str(e.after)) for e in found.figures]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1000", "1005"),  # half a percent, no more
        ("1000", "995"),
        ("100", "101"),  # a percent, but one unit
        ("0", "1"),
        ("1000000", "1004999.99"),
    ],
)
def test_little_changes_are_left_as_they_are(before: str, after: str) -> None:
    assert corrections(report(sheet(before)), report(sheet(after))) is None


@pytest.mark.parametrize(("before", "after"), [("1000", "1005.01"), ("100", "98.99"), ("0", "2")])
def test_a_total_that_moved_is_told_with_its_parts(before: str, after: str) -> None:
    part = (str(Decimal(before) - 10), str(Decimal(after) - 10))
    assert told(report(sheet(before)), report(sheet(after))) == [
        ("total", "", before, after),
        ("net", "", before, after),
        ("service", "Compute", *part),
    ]


def test_each_currency_is_judged_by_itself() -> None:
    before = report(sheet("1000"), sheet("500", currency="EUR"))
    after = report(sheet("1001"), sheet("550", currency="EUR"))
    found = corrections(before, after)
    assert found is not None
    assert {each.currency for each in found.figures} == {"EUR"}


def test_a_currency_that_is_new_is_told() -> None:
    after = report(sheet("1000"), sheet("50", currency="EUR"))
    assert told(report(sheet("1000")), after)[0] == ("total", "", "0", "50")


def test_an_invoice_that_moved_alone_is_told() -> None:
    before, after = sheet("1000", invoice="990"), sheet("1000", invoice="1100")
    assert told(report(before), report(after)) == [("invoice", "", "990", "1100")]


def test_that_it_is_final_or_complete_now_is_told_without_any_figure() -> None:
    before = report(sheet("1000"))
    final = replace(before, status=ReportStatus.FINAL, reason=Reason.SETTLED)
    assert corrections(before, final) == Corrections((), became_final=True)
    assert corrections(final, final) is None
    early = replace(before, complete=False)
    assert corrections(early, before) == Corrections((), became_complete=True)
    assert corrections(final, before) is None


def test_the_largest_change_is_first() -> None:
    before, after = sheet("1000", invoice="900"), sheet("1100", invoice="1200")
    figures = corrections(report(before), report(after))
    assert figures is not None
    assert figures.figures[0].figure is Figure.INVOICE
    assert figures.figures[0].change == 300


@given(st.lists(st.decimals(-(10**12), 10**12, places=9), max_size=30))
def test_rounded_parts_and_their_rounding_are_the_rounded_total(amounts: list[Decimal]) -> None:
    for currency in ("USD", "JPY", "KWD"):
        shown = rounded_parts(amounts, currency)
        assert sum(shown.parts) + shown.rounding == shown.total
        unit = {"USD": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}[currency]
        assert abs(shown.total - sum(amounts)) <= unit / 2
        assert abs(shown.rounding) <= unit / 2 * (len(amounts) + 1)


def test_a_project_that_was_not_there_is_told_where_all_were() -> None:
    """Two rows that were all of it; a third one since."""

    def of(*named: tuple[str, str]) -> Report:
        rows = tuple(Row(name, name, Decimal(amount)) for name, amount in named)
        total = sum((row.amount for row in rows), Decimal(0))
        return report(replace(sheet(str(total)), services=rows))

    found = corrections(of(("a", "100")), of(("a", "100"), ("b", "40")))
    assert found is not None
    assert [str(each.change) for each in found.figures if each.name == "b"] == ["40"]
    gone = corrections(of(("a", "100"), ("b", "40")), of(("a", "100")))
    assert gone is not None
    assert [str(each.change) for each in gone.figures if each.name == "b"] == ["-40"]
