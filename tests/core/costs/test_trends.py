"""Trends: what is complete, how it changed, and what it is on average."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.costs.model import CostAnswer, Freshness, Granularity
from core.costs.trends import WINDOWS, Point, points
from core.period import Period
from tests.support.answers import answer, daily, line

START = date(2026, 11, 1)
AMOUNTS = st.decimals(-1000, 10**9, places=4)


def until(day: date) -> Freshness:
    """Data that is complete before a day."""
    return Freshness(complete_until=day)


def course(
    amounts: Sequence[Decimal], *, complete: int, previous: Sequence[Decimal | None] = ()
) -> tuple[Point, ...]:
    """Days from the first of November on, of which some are complete."""
    before = [*previous, *[None] * len(amounts)]
    lines = [
        line(
            None,
            str(amount),
            None if then is None else str(then),
            start=START + timedelta(i),
            group={},
        )
        for i, (amount, then) in enumerate(zip(amounts, before, strict=False))
    ]
    return points(
        answer(
            lines,
            period=Period(START, START + timedelta(len(amounts))),
            group_by=(),
            granularity=Granularity.DAILY,
            freshness=until(START + timedelta(complete)),
        ),
        "USD",
    )


@given(st.lists(AMOUNTS, min_size=1, max_size=20), st.integers(0, 20))
def test_an_average_is_of_seven_complete_days_and_of_nothing_else(
    amounts: list[Decimal], complete: int
) -> None:
    found = course(amounts, complete=complete)
    assert [point.amount for point in found] == amounts
    for i, point in enumerate(found):
        assert point.complete == (i < complete)
        if i < 6 or i >= complete:
            assert point.average is None
        else:
            exact = Fraction(sum(amounts[i - 6 : i + 1])) / 7
            assert point.average is not None
            assert abs(Fraction(point.average) - exact) <= Fraction(1, 2_000_000)


@given(st.lists(st.tuples(AMOUNTS, st.none() | AMOUNTS), min_size=1, max_size=20))
def test_no_percentage_is_of_what_is_incomplete_or_of_nothing(
    days: list[tuple[Decimal, Decimal | None]],
) -> None:
    amounts, previous = zip(*days, strict=True)
    for i, point in enumerate(course(amounts, complete=5, previous=previous)):
        known = previous[i]
        assert point.previous == known
        if i >= 5 or known is None or known <= 0:
            assert point.change is None
        else:
            exact = Fraction(amounts[i] - known) / Fraction(known)
            assert point.change is not None
            assert abs(Fraction(point.change) - exact) <= Fraction(1, 20_000)


def test_groups_are_added_up_and_a_day_without_charges_is_zero() -> None:
    lines = [
        line("A", "1", start=START),
        line("B", "2", start=START),
        line("A", "5", start=START + timedelta(2)),
    ]
    found = points(
        answer(
            lines,
            period=Period(START, START + timedelta(3)),
            granularity=Granularity.DAILY,
            freshness=until(START + timedelta(3)),
        ),
        "USD",
    )
    assert [point.amount for point in found] == [Decimal(3), Decimal(0), Decimal(5)]


@pytest.mark.parametrize(
    ("granularity", "start", "end", "averages"),
    [
        # From a Thursday: the first week is cut, and so no average holds it.
        (Granularity.WEEKLY, date(2026, 10, 1), date(2026, 11, 9), [None] * 4 + ["1", "1"]),
        (Granularity.WEEKLY, date(2026, 9, 28), date(2026, 11, 9), [None] * 3 + ["1"] * 3),
        (Granularity.MONTHLY, date(2026, 6, 15), date(2026, 11, 1), [None] * 3 + ["1", "1"]),
        (Granularity.MONTHLY, date(2026, 6, 1), date(2026, 11, 1), [None] * 2 + ["1"] * 3),
    ],
)
def test_weeks_and_months_that_the_period_cuts_are_in_no_average(
    granularity: Granularity, start: date, end: date, averages: list[str | None]
) -> None:
    every = points(_ones(granularity, start, end), "USD")
    assert [point.average and str(int(point.average)) for point in every] == averages
    assert WINDOWS[granularity] == {Granularity.WEEKLY: 4, Granularity.MONTHLY: 3}[granularity]
    assert (every[0].days.start, every[-1].days.end) == (start, end)


def _ones(granularity: Granularity, start: date, end: date) -> CostAnswer:
    """One dollar a week or month, on the day that a line of it has: its own first."""
    firsts = {
        day - timedelta(day.weekday()) if granularity is Granularity.WEEKLY else day.replace(day=1)
        for day in (start + timedelta(n) for n in range((end - start).days))
    }
    return answer(
        [line(None, "1", start=first, group={}) for first in sorted(firsts)],
        period=Period(start, end),
        group_by=(),
        granularity=granularity,
        freshness=until(end),
    )


def test_what_isn_t_cut_along_time_has_no_course() -> None:
    assert points(answer([line("A", "1")]), "USD") == ()
    assert points(daily("1", "2"), "EUR")[0].amount == 0
