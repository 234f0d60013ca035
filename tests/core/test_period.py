"""How periods lie to one another."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.named_period import parse_period
from core.period import (
    EmptyPeriodError,
    FuturePeriodError,
    Period,
    TooEarlyError,
    TooLongPeriodError,
    add_months,
    buckets,
    check,
    last_year,
    month_of,
    months_between,
    previous,
    to_calendar,
    week_of,
    whole_months,
)

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2004, 3, 1), date(2090, 1, 1))
PERIODS = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)), DAYS, st.integers(1, 900)
)
NAMES = st.sampled_from(
    [
        "today", "yesterday", "last-1d", "last-7d", "last-31d", "last-4w", "last-3m", "last-2q",
        "last-1y", "wtd", "mtd", "qtd", "ytd", "last-week", "last-month", "last-quarter",
        "last-year",
    ]
)  # fmt: skip


def days(text: str) -> Period:
    """A period without a name, from `2026-10-01..2026-10-15`."""
    first, _, last = text.partition("..")
    return Period(date.fromisoformat(first), date.fromisoformat(last or first) + timedelta(days=1))


def on(today: str, name: str) -> Period:
    return parse_period(name, date.fromisoformat(today))


@pytest.mark.parametrize(
    ("today", "name", "before"),
    [
        # To date: the same dates, up to the last day that there is.
        ("2026-11-22", "wtd", "2026-11-09..2026-11-15"),
        ("2026-11-18", "wtd", "2026-11-09..2026-11-11"),
        ("2026-11-22", "mtd", "2026-10-01..2026-10-22"),
        ("2026-11-01", "mtd", "2026-10-01"),
        ("2026-03-31", "mtd", "2026-02-01..2026-02-28"),
        ("2026-01-05", "mtd", "2025-12-01..2025-12-05"),
        ("2026-11-22", "qtd", "2026-07-01..2026-08-22"),
        ("2026-05-31", "qtd", "2026-01-01..2026-02-28"),
        ("2026-11-22", "ytd", "2025-01-01..2025-11-22"),
        ("2024-02-29", "ytd", "2023-01-01..2023-02-28"),
        # The calendar's: the one before.
        ("2026-11-22", "last-month", "2026-09-01..2026-09-30"),
        ("2026-11-22", "last-week", "2026-11-02..2026-11-08"),
        ("2026-11-22", "2026-11", "2026-10-01..2026-10-31"),
        ("2026-11-22", "2026-Q3", "2026-04-01..2026-06-30"),
        ("2026-11-22", "2025", "2024-01-01..2024-12-31"),
        ("2026-11-22", "last-3m", "2026-05-01..2026-07-31"),
        ("2026-11-22", "2026-10-01..2026-10-31", "2026-09-01..2026-09-30"),
        ("2026-11-22", "last-4w", "2026-09-21..2026-10-18"),
        # Anything else: as many days.
        ("2026-11-22", "today", "2026-11-21"),
        ("2026-11-22", "last-7d", "2026-11-08..2026-11-14"),
        ("2026-11-22", "2026-10-02..2026-10-15", "2026-09-18..2026-10-01"),
        ("2026-11-22", "since 2026-10-02", "2026-08-11..2026-10-01"),
        # Days and weeks are days and weeks, even where they fill months.
        ("2026-11-01", "last-31d", "2026-08-31..2026-09-30"),
        ("2027-03-01", "last-4w", "2027-01-04..2027-01-31"),
        ("2026-10-31", "since 2026-10-01", "2026-08-31..2026-09-30"),
    ],
)
def test_previous(today: str, name: str, before: str) -> None:
    found = previous(on(today, name))
    assert Period(found.start, found.end) == days(before)


def test_what_is_before_a_named_period_has_a_name_if_the_calendar_has_one() -> None:
    assert previous(on("2026-11-22", "last-month")).name == "2026-09"
    assert previous(on("2026-01-22", "2026-Q1")).name == "2025-Q4"
    assert previous(on("2026-11-22", "2026")).name == "2025"
    assert previous(on("2026-11-22", "last-2m")).name == ""
    assert previous(on("2026-11-22", "2026-10-01..2026-10-31")).name == ""
    assert previous(on("2026-11-22", "mtd")).name == ""


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2026-11-15..2026-11-21", "2025-11-15..2025-11-21"),
        ("2024-02-29", "2023-02-28"),
        ("2024-02-10..2024-02-29", "2023-02-10..2023-02-28"),
        ("2025-02-10..2025-02-28", "2024-02-10..2024-02-28"),
        ("2024-02-01..2024-02-29", "2023-02-01..2023-02-28"),
        ("2025-02-01..2025-02-28", "2024-02-01..2024-02-29"),
        ("2026-01-01..2026-12-31", "2025-01-01..2025-12-31"),
    ],
)
def test_last_year_is_the_same_dates(period: str, before: str) -> None:
    assert last_year(days(period)) == days(before)


def test_last_years_month_has_its_name() -> None:
    assert last_year(on("2026-11-22", "last-month")) == on("2026-11-22", "2025-10")


@given(NAMES, DAYS)
def test_the_previous_period_ends_before_and_is_as_long_or_the_calendars(
    name: str, today: date
) -> None:
    period = parse_period(name, today)
    before = previous(period)
    assert before.end <= period.start
    assert before.start < period.start
    if name in ("mtd", "qtd", "ytd"):
        assert before.start.day == 1
        assert before.last_day.day in (period.last_day.day, _last_of_month(before.last_day))
    else:
        assert before.end == period.start or name == "wtd"
        assert before.days == period.days or name.endswith(
            ("m", "q", "y", "month", "quarter", "year")
        )


def _last_of_month(day: date) -> int:
    return (add_months(month_of(day), 1) - timedelta(days=1)).day


@given(PERIODS)
def test_days_before_a_range_touch_it(period: Period) -> None:
    before = previous(period)
    assert before.end == period.start
    assert before.days == period.days or period.start.day == 1


@given(PERIODS, st.sampled_from(["daily", "weekly", "monthly"]))
def test_buckets_partition_their_period(period: Period, granularity: str) -> None:
    pieces = list(buckets(period, granularity))
    assert pieces[0].start == period.start
    assert pieces[-1].end == period.end
    assert all(one.end == other.start for one, other in pairwise(pieces))
    first = {"daily": lambda day: day, "weekly": week_of, "monthly": month_of}[granularity]
    assert all(first(piece.start) == first(piece.last_day) for piece in pieces)
    assert all(other.start == first(other.start) for other in pieces[1:])


def test_buckets_are_clipped() -> None:
    period = days("2026-09-29..2026-10-13")
    assert list(map(str, buckets(period, "weekly"))) == [
        "2026-09-29..2026-10-04", "2026-10-05..2026-10-11", "2026-10-12..2026-10-13",
    ]  # fmt: skip
    assert list(map(str, buckets(period, "monthly"))) == [
        "2026-09-29..2026-09-30", "2026-10-01..2026-10-13",
    ]  # fmt: skip
    assert len(list(buckets(period, "daily"))) == period.days == 15


def test_weeks_begin_on_monday() -> None:
    assert week_of(date(2026, 11, 22)) == date(2026, 11, 16)
    assert week_of(date(2026, 11, 16)) == date(2026, 11, 16)


def test_months_are_added_and_counted() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert months_between(date(2025, 11, 30), date(2026, 2, 1)) == 3


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("last-7d", "2026-11"),
        ("last-30d", "2026-10-01..2026-11-30"),
        ("last-month", "last-month"),
        ("2026-10-01..2026-10-31", "2026-10-01..2026-10-31"),
    ],
)  # fmt: skip
def test_whole_months_are_those_touched(name: str, whole: str) -> None:
    assert str(whole_months(parse_period(name, TODAY))) == whole


@pytest.mark.parametrize(
    ("name", "calendar"),
    [
        ("mtd", "2026-11"),
        ("qtd", "2026-Q4"),
        ("ytd", "2026"),
        ("wtd", "wtd"),
        ("2026-09", "2026-09"),
    ],
)
def test_what_is_to_date_is_part_of_the_calendar(name: str, calendar: str) -> None:
    assert to_calendar(parse_period(name, TODAY)).name == calendar


def test_a_period_includes_its_last_day_and_says_so() -> None:
    period = Period(date(2026, 10, 1), date(2026, 10, 16))
    assert period.last_day == date(2026, 10, 15)
    assert str(period) == "2026-10-01..2026-10-15"
    assert str(Period(date(2026, 10, 1), date(2026, 10, 2))) == "2026-10-01"
    with pytest.raises(EmptyPeriodError, match="holds no day"):
        Period(date(2026, 10, 1), date(2026, 10, 1))


@pytest.mark.parametrize(
    ("start", "end", "error"),
    [
        (date(2026, 11, 23), date(2026, 11, 24), FuturePeriodError),
        (date(1999, 12, 31), date(2000, 1, 2), TooEarlyError),
        (date(2010, 1, 1), date(2026, 1, 1), TooLongPeriodError),
    ],
)
def test_what_cant_be_asked_about(start: date, end: date, error: type[Exception]) -> None:
    with pytest.raises(error):
        check(Period(start, end), TODAY)


def test_today_and_the_present_month_can_be_asked_about() -> None:
    present = Period(date(2026, 11, 1), date(2026, 12, 1))
    assert check(present, TODAY) is present
    assert check(Period(TODAY, TODAY + timedelta(days=1)), TODAY).days == 1
    assert check(Period(date(2016, 11, 22), TODAY), TODAY).days == 3652
