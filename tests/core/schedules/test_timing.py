"""When a schedule is due, held against a calendar that is worked out by trying, or by hand."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.schedules.timing import LAST, ScheduleTimeError, When, check, due, upcoming

ZONES = (
    "UTC", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu",
    "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "America/Scoresbysund",
    "Africa/Cairo",
)  # fmt: skip
BERLIN = "Europe/Berlin"


def local(when: When, after: datetime, before: datetime) -> list[str]:
    zone = ZoneInfo(when.zone)
    return [f"{each.astimezone(zone):%a %Y-%m-%d %H:%M}" for each in due(when, after, before)]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year, month, day, …


whens = st.builds(
    lambda zone, minutes, days: When(
        zone, time(minutes // 60, minutes % 60), **{days[0]: tuple(days[1])}
    ),
    st.sampled_from(ZONES),
    st.integers(0, 24 * 60 - 1) | st.sampled_from([0, 30, 90, 120, 150, 180]),
    st.one_of(
        st.tuples(st.just("weekdays"), st.sets(st.integers(0, 6), min_size=1)),
        st.tuples(st.just("month_days"), st.sets(st.integers(1, 31) | st.just(LAST), min_size=1)),
        st.tuples(
            st.just("business_days"), st.sets(st.integers(1, 20) | st.just(LAST), min_size=1)
        ),
    ),
).map(check)
starts = st.integers(0, 20 * 365 * 24 * 60).map(
    lambda minutes: datetime(2008, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def days_of_month(first: date) -> list[date]:
    return [first + timedelta(n) for n in range(31) if (first + timedelta(n)).month == first.month]


def is_on(when: When, day: date) -> bool:
    """Whether it is due on a day, by listing the month."""
    month = days_of_month(day.replace(day=1))
    working = [each for each in month if each.isoweekday() <= 5]
    on_days = [month[-1] if n == LAST else month[min(n, len(month)) - 1] for n in when.month_days]
    on_business = [working[-1] if n == LAST else working[n - 1] for n in when.business_days]
    return day.weekday() in when.weekdays or day in on_days or day in on_business


def expected(when: When, day: date) -> datetime:
    """The first instant of a day's time, or that as much after a gap, by trying every offset."""
    zone = ZoneInfo(when.zone)
    wanted = datetime.combine(day, when.at)
    for quarters in range(15 * 4, -13 * 4, -1):
        moment = (wanted - timedelta(minutes=15 * quarters)).replace(tzinfo=UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wanted:
            return moment
    # There is no such time: what the clock before it was put forward would have called so.
    before = wanted - timedelta(hours=25)
    offset = before.replace(tzinfo=zone).utcoffset()
    assert offset is not None
    return (wanted - offset).replace(tzinfo=UTC)


@given(whens, starts)
@settings(max_examples=60, deadline=None)
def test_every_day_that_it_is_on_is_due_once_at_its_time(when: When, start: datetime) -> None:
    end = start + timedelta(120)
    zone = ZoneInfo(when.zone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    days = [first + timedelta(n) for n in range(-2, (last - first).days + 1)]
    instants = sorted({expected(when, day) for day in days if is_on(when, day)})
    assert list(due(when, start, end)) == [each for each in instants if start < each <= end]


@given(whens, starts)
@settings(max_examples=60, deadline=None)
def test_times_are_those_of_the_wall_clock_over_years(when: When, start: datetime) -> None:
    zone = ZoneInfo(when.zone)
    found = list(due(when, start, start + timedelta(800)))
    assert all(one < other for one, other in pairwise(found))
    for each in found:
        told = each.astimezone(zone)
        shifted = told.replace(tzinfo=None) - datetime.combine(told.date(), when.at)
        # But for a gap, which moves it forward by as much.
        assert not shifted or shifted in (timedelta(minutes=30), timedelta(hours=1))
        assert told.fold == 0


@given(whens, starts, st.lists(st.integers(0, 100 * 24 * 60), min_size=2, max_size=6))
@settings(max_examples=50, deadline=None)
def test_however_often_one_looks_each_instant_is_found_once(
    when: When, start: datetime, minutes: list[int]
) -> None:
    looks = sorted(start + timedelta(minutes=each) for each in minutes)
    pieces = [found for one, other in pairwise(looks) for found in due(when, one, other)]
    assert pieces == list(due(when, looks[0], looks[-1]))


@given(whens, starts)
@settings(max_examples=50, deadline=None)
def test_the_next_is_after_and_is_the_first(when: When, start: datetime) -> None:
    following = upcoming(when, start)
    assert following > start
    assert list(due(when, start, following)) == [following]


def test_a_time_that_clocks_leave_out_moves_forward() -> None:
    when = When(BERLIN, time(2, 30), weekdays=(6,))
    assert local(when, utc(2026, 3, 23), utc(2026, 4, 6)) == [
        "Sun 2026-03-29 03:30", "Sun 2026-04-05 02:30",
    ]  # fmt: skip


def test_a_time_that_there_is_twice_happens_once() -> None:
    when = When(BERLIN, time(2, 30), weekdays=(6,))
    assert list(due(when, utc(2026, 10, 24), utc(2026, 10, 27))) == [utc(2026, 10, 25, 0, 30)]


def test_a_day_that_a_place_never_had_is_made_up_for_and_never_twice() -> None:
    friday, both = (4,), (4, 5)
    end = utc(2012, 1, 1)
    for begin in (utc(2011, 12, 26), utc(2011, 12, 30, 18)):  # before that day, and after it
        of_friday = list(due(When("Pacific/Apia", time(9), weekdays=friday), begin, end))
        of_both = list(due(When("Pacific/Apia", time(9), weekdays=both), begin, end))
        assert of_friday == of_both == [utc(2011, 12, 30, 19)]


def test_days_of_a_month_that_it_lacks_are_its_last() -> None:
    when = check(When("UTC", time(9), month_days=(LAST, 31, 30, 15)))
    assert local(when, utc(2027, 1, 31, 12), utc(2027, 4, 1)) == [
        "Mon 2027-02-15 09:00", "Sun 2027-02-28 09:00",
        "Mon 2027-03-15 09:00", "Tue 2027-03-30 09:00", "Wed 2027-03-31 09:00",
    ]  # fmt: skip


def test_business_days_count_from_monday_to_friday() -> None:
    when = check(When(BERLIN, time(8, 30), business_days=(2, LAST)))
    assert local(when, utc(2026, 7, 31, 12), utc(2026, 10, 1)) == [
        "Tue 2026-08-04 08:30", "Mon 2026-08-31 08:30",
        "Wed 2026-09-02 08:30", "Wed 2026-09-30 08:30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "quoted"),
    [
        (When("Europe/Berlim", time(9), weekdays=(0,)), "'Europe/Berlim'"),
        (When("UTC", time(9, 0, 1), weekdays=(0,)), "09:00:01"),
        (When("UTC", time(9)), "one of them"),
        (When("UTC", time(9), weekdays=(0,), month_days=(1,)), "one of them"),
        (When("UTC", time(9), weekdays=(7,)), "7 is no weekday"),
        (When("UTC", time(9), month_days=(32,)), "32 is no day of a month"),
        (When("UTC", time(9), business_days=(21,)), "21 is no business day"),
    ],
)
def test_what_can_not_be_is_refused(when: When, quoted: str) -> None:
    with pytest.raises(ScheduleTimeError, match="(?s)" + quoted.replace(".", r"\.")):
        check(when)
