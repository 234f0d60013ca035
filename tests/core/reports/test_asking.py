"""Which week or month a report is of, and what it can't be asked."""

from datetime import date

import pytest

from core.costs.model import PROJECT, RESOURCE, Basis, CostQuery, Filter, Measure, Vocabulary
from core.costs.question import parse_command
from core.named_period import parse_period
from core.period import FuturePeriodError, Period
from core.reports.asking import (
    ReportPeriodError,
    ReportQuestionError,
    ahead,
    period_of,
    scope,
    words,
    year_before,
)
from core.reports.model import ReportKind

SUNDAY = date(2026, 11, 22)
WEEKLY, MONTHLY = ReportKind.WEEKLY, ReportKind.MONTHLY
NAMES = Vocabulary(projects={"checkout": "Checkout"}, teams=frozenset({"payments"}))


@pytest.mark.parametrize(
    ("kind", "said", "start", "end"),
    [
        (WEEKLY, None, "2026-11-09", "2026-11-16"),
        (WEEKLY, "last-week", "2026-11-09", "2026-11-16"),
        (WEEKLY, "wtd", "2026-11-16", "2026-11-23"),
        (WEEKLY, "2026-11-11", "2026-11-09", "2026-11-16"),
        (WEEKLY, "2026-10-26..2026-11-01", "2026-10-26", "2026-11-02"),
        (MONTHLY, None, "2026-10-01", "2026-11-01"),
        (MONTHLY, "mtd", "2026-11-01", "2026-12-01"),
        (MONTHLY, "2026-02", "2026-02-01", "2026-03-01"),
        (MONTHLY, "2026-02-28", "2026-02-01", "2026-03-01"),
        (MONTHLY, "this-month", "2026-11-01", "2026-12-01"),
    ],
)
def test_it_is_of_the_whole_week_or_month(
    kind: ReportKind, said: str | None, start: str, end: str
) -> None:
    period = period_of(kind, parse_period(said, SUNDAY) if said else None, SUNDAY)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


def test_on_a_monday_the_week_that_ended_the_day_before_is_the_last() -> None:
    assert period_of(WEEKLY, None, date(2026, 11, 23)).last_day == SUNDAY


@pytest.mark.parametrize(
    ("kind", "said", "fix"),
    [
        (WEEKLY, "2026-10", "last-week"),
        (WEEKLY, "last-7d", "last-week"),
        (MONTHLY, "qtd", "last-month"),
        (MONTHLY, "2026-10-30..2026-11-02", "last-month"),
    ],
)
def test_several_are_refused_with_one_that_can_be_asked(
    kind: ReportKind, said: str, fix: str
) -> None:
    with pytest.raises(ReportPeriodError, match=fix) as refused:
        period_of(kind, parse_period(said, SUNDAY), SUNDAY)
    assert repr(said) in str(refused.value)


def test_what_has_not_begun_is_refused() -> None:
    with pytest.raises(FuturePeriodError):
        period_of(MONTHLY, Period(date(2026, 12, 5), date(2026, 12, 6)), SUNDAY)


@pytest.mark.parametrize(
    "query",
    [
        CostQuery(Period(date(2026, 11, 1), SUNDAY), measure=Measure.NET),
        CostQuery(Period(date(2026, 11, 1), SUNDAY), basis=Basis.INVOICE),
        CostQuery(Period(date(2026, 11, 1), SUNDAY), (Filter(RESOURCE, ("vm-1",)),)),
    ],
)
def test_other_measures_and_resources_are_refused(query: CostQuery) -> None:
    with pytest.raises(ReportQuestionError, match="Leave"):
        scope(query, query.period)


def test_a_week_is_compared_with_the_same_weekdays_a_year_before() -> None:
    week = Period(date(2026, 11, 9), date(2026, 11, 16))
    before = year_before(WEEKLY, week)
    assert (before.start, before.start.weekday(), before.days) == (date(2025, 11, 10), 0, 7)
    assert str(year_before(MONTHLY, period_of(MONTHLY, None, SUNDAY))) == "2025-10"


def test_it_looks_ahead_to_the_end_of_the_month_and_to_what_comes_after() -> None:
    month, week = ahead(WEEKLY, Period(date(2026, 11, 9), date(2026, 11, 16)))
    assert str(month) == "2026-11"
    assert (week.start, week.days) == (date(2026, 11, 16), 7)
    assert [str(p) for p in ahead(MONTHLY, period_of(MONTHLY, None, SUNDAY))] == [
        "2026-10",
        "2026-11",
    ]


@pytest.mark.parametrize(
    ("typed", "kind", "period", "projects"),
    [
        ("report", None, "last-week", ()),
        ("report weekly", WEEKLY, "last-week", ()),
        ("report monthly checkout", MONTHLY, "last-month", ("checkout",)),
        ("monthly report for checkout 2026-09", MONTHLY, "2026-09", ("checkout",)),
        ("report weekly team=payments 2026-11-10", WEEKLY, "2026-11-10", ()),
    ],
)
def test_it_is_asked_in_the_question_language(
    typed: str, kind: ReportKind | None, period: str, projects: tuple[str, ...]
) -> None:
    asked = parse_command(typed, today=SUNDAY, names=NAMES)
    assert asked.verb == "report"
    assert asked.query is not None
    assert (asked.query.granularity or None) == (kind and kind.value)
    assert str(asked.query.period) == period
    assert asked.query.projects == projects


@pytest.mark.parametrize("kind", ReportKind)
@pytest.mark.parametrize("where", [(), (Filter(PROJECT, ("checkout",)),)])
def test_its_words_ask_for_the_same_again(kind: ReportKind, where: tuple[Filter, ...]) -> None:
    period = period_of(kind, None, SUNDAY)
    asked = scope(CostQuery(period, where), period)
    again = parse_command(words(kind, asked), today=date(2027, 3, 1), names=NAMES)
    assert again.verb == "report"
    assert again.query is not None
    assert (again.query.period, again.query.where) == (period, where)
    assert again.query.granularity == kind.value
