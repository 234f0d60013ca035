"""Periods as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CostTrackerError
from core.named_period import NAMES, parse_period
from core.period import MOST_DAYS

TODAY = date(2026, 11, 22)  # a Sunday
NOW = ("mtd", "last-30d")
LESS = ("last-12m", "ytd")
RIGHT = ("2026-10-01..2026-10-15",)


@pytest.mark.parametrize(
    ("text", "first", "last", "written"),
    [
        ("today", "2026-11-22", "2026-11-22", "today"),
        ("yesterday", "2026-11-21", "2026-11-21", "yesterday"),
        ("last day", "2026-11-21", "2026-11-21", "yesterday"),
        ("last-7d", "2026-11-15", "2026-11-21", "last-7d"),
        ("7d", "2026-11-15", "2026-11-21", "last-7d"),
        ("Last 7 Days", "2026-11-15", "2026-11-21", "last-7d"),
        ("last-7-days", "2026-11-15", "2026-11-21", "last-7d"),
        ("past seven days", "2026-11-15", "2026-11-21", "last-7d"),
        ("last\u20147d", "2026-11-15", "2026-11-21", "last-7d"),
        ("last-1d", "2026-11-21", "2026-11-21", "last-1d"),
        ("last-4w", "2026-10-19", "2026-11-15", "last-4w"),
        ("two weeks", "2026-11-02", "2026-11-15", "last-2w"),
        ("last-3m", "2026-08-01", "2026-10-31", "last-3m"),
        ("last 12 months", "2025-11-01", "2026-10-31", "last-12m"),
        ("last-2q", "2026-04-01", "2026-09-30", "last-2q"),
        ("last-1y", "2025-01-01", "2025-12-31", "last-1y"),
        ("wtd", "2026-11-16", "2026-11-22", "wtd"),
        ("mtd", "2026-11-01", "2026-11-22", "mtd"),
        ("month to date", "2026-11-01", "2026-11-22", "mtd"),
        ("this month so far", "2026-11-01", "2026-11-22", "mtd"),
        ("qtd", "2026-10-01", "2026-11-22", "qtd"),
        ("ytd", "2026-01-01", "2026-11-22", "ytd"),
        ("this-week", "2026-11-16", "2026-11-22", "wtd"),
        ("this month", "2026-11-01", "2026-11-22", "mtd"),
        ("current quarter", "2026-10-01", "2026-11-22", "qtd"),
        ("this year", "2026-01-01", "2026-11-22", "ytd"),
        ("last-week", "2026-11-09", "2026-11-15", "last-week"),
        ("last month", "2026-10-01", "2026-10-31", "last-month"),
        ("previous month", "2026-10-01", "2026-10-31", "last-month"),
        ("last-quarter", "2026-07-01", "2026-09-30", "last-quarter"),
        ("last-year", "2025-01-01", "2025-12-31", "last-year"),
        ("2026-10", "2026-10-01", "2026-10-31", "2026-10"),
        ("2026-2", "2026-02-01", "2026-02-28", "2026-02"),
        ("2026-Q3", "2026-07-01", "2026-09-30", "2026-Q3"),
        ("q3", "2026-07-01", "2026-09-30", "2026-Q3"),
        ("Q4", "2026-10-01", "2026-12-31", "2026-Q4"),
        ("q1 2025", "2025-01-01", "2025-03-31", "2025-Q1"),
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("oct", "2026-10-01", "2026-10-31", "2026-10"),
        ("November", "2026-11-01", "2026-11-30", "2026-11"),
        ("december", "2025-12-01", "2025-12-31", "2025-12"),
        ("oct 2024", "2024-10-01", "2024-10-31", "2024-10"),
        ("2024 oct", "2024-10-01", "2024-10-31", "2024-10"),
        ("2026-10-03", "2026-10-03", "2026-10-03", "2026-10-03"),
        ("2026/10/3", "2026-10-03", "2026-10-03", "2026-10-03"),
        ("3 oct", "2026-10-03", "2026-10-03", "2026-10-03"),
        ("3rd of october 2025", "2025-10-03", "2025-10-03", "2025-10-03"),
        ("dec 24", "2025-12-24", "2025-12-24", "2025-12-24"),
        ("22 nov", "2026-11-22", "2026-11-22", "2026-11-22"),
        ("23 nov", "2025-11-23", "2025-11-23", "2025-11-23"),
        ("29 feb", "2024-02-29", "2024-02-29", "2024-02-29"),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-15", "2026-10-01..2026-10-15"),
        ("2026-10-03..2026-10-03", "2026-10-03", "2026-10-03", "2026-10-03"),
        ("2026-10-01 to 2026-10-15", "2026-10-01", "2026-10-15", "2026-10-01..2026-10-15"),
        ("from oct 1 until oct 15", "2026-10-01", "2026-10-15", "2026-10-01..2026-10-15"),
        ("between 2026-10-01 and yesterday", "2026-10-01", "2026-11-21", "2026-10-01..2026-11-21"),
        ("2026-08..2026-10", "2026-08-01", "2026-10-31", "2026-08-01..2026-10-31"),
        ("aug - oct", "2026-08-01", "2026-10-31", "2026-08-01..2026-10-31"),
        ("since 2026-10-01", "2026-10-01", "2026-11-22", "since 2026-10-01"),
        ("since oct", "2026-10-01", "2026-11-22", "since 2026-10-01"),
        ("2026-10-01..", "2026-10-01", "2026-11-22", "since 2026-10-01"),
        ("since today", "2026-11-22", "2026-11-22", "since 2026-11-22"),
    ],
)  # fmt: skip
def test_periods(text: str, first: str, last: str, written: str) -> None:
    period = parse_period(text, TODAY)
    assert (str(period.start), str(period.last_day), str(period)) == (first, last, written)


@pytest.mark.parametrize(
    ("text", "first", "last", "written"),
    [
        ("next-30d", "2026-11-22", "2026-12-21", "next-30d"),
        ("next 30 days", "2026-11-22", "2026-12-21", "next-30d"),
        ("next day", "2026-11-22", "2026-11-22", "next-1d"),
        ("next-2w", "2026-11-23", "2026-12-06", "next-2w"),
        ("next week", "2026-11-23", "2026-11-29", "next-week"),
        ("next-1m", "2026-12-01", "2026-12-31", "next-month"),
        ("next three months", "2026-12-01", "2027-02-28", "next-3m"),
        ("next quarter", "2027-01-01", "2027-03-31", "next-quarter"),
        ("2026-12", "2026-12-01", "2026-12-31", "2026-12"),
        ("mtd", "2026-11-01", "2026-11-22", "mtd"),
    ],
)
def test_periods_ahead_are_read_where_one_may_look_ahead(
    text: str, first: str, last: str, written: str
) -> None:
    period = parse_period(text, TODAY, ahead=True)
    assert (str(period.start), str(period.last_day), str(period)) == (first, last, written)
    assert parse_period(written, TODAY, ahead=True) == period


@pytest.mark.parametrize(
    ("today", "text", "first", "last"),
    [
        ("2026-11-01", "mtd", "2026-11-01", "2026-11-01"),
        ("2026-10-01", "qtd", "2026-10-01", "2026-10-01"),
        ("2026-01-01", "ytd", "2026-01-01", "2026-01-01"),
        ("2026-11-16", "wtd", "2026-11-16", "2026-11-16"),
        ("2026-11-16", "last-1w", "2026-11-09", "2026-11-15"),
        ("2026-01-01", "last-month", "2025-12-01", "2025-12-31"),
        ("2026-02-15", "last-quarter", "2025-10-01", "2025-12-31"),
        ("2026-03-31", "last-1m", "2026-02-01", "2026-02-28"),
        ("2026-01-15", "q4", "2025-10-01", "2025-12-31"),
        ("2026-10-01", "q4", "2026-10-01", "2026-12-31"),
        ("2026-09-30", "q4", "2025-10-01", "2025-12-31"),
    ],
)
def test_names_on_the_edges_of_the_calendar(today: str, text: str, first: str, last: str) -> None:
    period = parse_period(text, date.fromisoformat(today))
    assert (str(period.start), str(period.last_day)) == (first, last)


@pytest.mark.parametrize(
    ("text", "message", "suggestions"),
    [
        ("2026-13", "The calendar has no '2026-13'.", ()),
        ("2026-02-31", "The calendar has no '2026-02-31'.", ("2026-02-28",)),
        ("2026-13-31", "The calendar has no '2026-13-31'.", ()),
        ("31 feb", "The calendar has no '31 feb'.", ()),
        ("31 feb 2026", "The calendar has no '31 feb 2026'.", ("2026-02-28",)),
        ("0000", "The calendar has no '0000'.", ()),
        ("0000-01-40", "The calendar has no '0000-01-40'.", ()),
        ("9999-12-31", "The calendar has no '9999-12-31'.", ()),
        ("9999-12-40", "The calendar has no '9999-12-40'.", ()),
        ("2026-q5", "The calendar has no '2026-q5'.", ()),
        ("last-0d", "'last-0d' holds no day.", ("today", "last-1d")),
        ("last-1000000000d", "'last-1000000000d' is longer than ten years.", LESS),
        ("last-999999m", "'last-999999m' is longer than ten years.", LESS),
        ("last-3661d", "'last-3661d' is longer than ten years.", LESS),
        ("2010..2026", "'2010-01-01..2026-12-31' is longer than ten years.", LESS),
        ("next-30d", "'next-30d' hasn't begun: today is 2026-11-22.", ("mtd", "last-30d")),
        ("2027-03", "'2027-03' hasn't begun: today is 2026-11-22.", ("mtd", "last-30d")),
        (
            "since 2026-11-23",
            "'2026-11-23' hasn't begun: today is 2026-11-22.",
            ("mtd", "last-30d"),
        ),
        ("1999", "'1999' begins before the year 2000.", ("2026", "ytd")),
        ("2026-10-15..2026-10-01", "'2026-10-15..2026-10-01' ends before it begins.", RIGHT),
        ("last-7f", "'last-7f' is no period.", ("last-7d",)),
        ("mtd please", "'mtd please' is no period.", ("mtd",)),
        ("x" * 99, f"'{'x' * 59}…' is no period.", ()),
    ],
)
def test_what_is_no_period_is_quoted_and_mended(
    text: str, message: str, suggestions: tuple[str, ...]
) -> None:
    with pytest.raises(CostTrackerError) as caught:
        parse_period(text, TODAY)
    assert caught.value.message == message
    assert caught.value.fix
    assert caught.value.suggestions[:1] == suggestions[:1]
    for each in caught.value.suggestions:
        assert parse_period(each, TODAY)


@pytest.mark.parametrize("name", NAMES)
def test_suggested_names_are_periods(name: str) -> None:
    assert parse_period(name, TODAY).days >= 1


PIECES = (
    "last this since from to .. 7 7d 0 2026 2026-10 2026-02-30 q3 q9 oct feb 31 29 days week "
    "months to-date today 9999 0000-00-00 99999999999 1000y"
)
WORDS = st.lists(st.sampled_from(PIECES.split()) | st.text(max_size=6), max_size=6).map(" ".join)
DAYS = st.dates(date(2010, 1, 1), date(2100, 1, 1))


@given(WORDS | st.text(), DAYS)
def test_any_text_is_a_period_or_an_error_that_says_why(text: str, today: date) -> None:
    try:
        period = parse_period(text, today)
    except CostTrackerError as error:
        assert error.message  # noqa: PT017 - either outcome is right
    else:
        assert period.start <= today
        assert 1 <= period.days <= MOST_DAYS
        assert parse_period(str(period), today) == period
