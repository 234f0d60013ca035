"""When a sync is due: once a day, never twice, never not, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scheduler.slots import week
from core.ingest.times import SyncTimes

PACIFIC = ZoneInfo("America/Los_Angeles")
ZONES = ("America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(366)]

times = st.builds(
    SyncTimes,
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    every=st.none() | st.integers(1, 24),
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


@pytest.mark.parametrize("at", [time(6), time(1, 30), time(2, 30), time(0), time(23, 59)])
def test_every_day_has_one_sync(at: time) -> None:
    """Also the days on which 01:30 comes twice, or 02:30 not at all."""
    due = [list(SyncTimes(at, PACIFIC).of(day)) for day in YEAR]
    assert all(len(of_day) == 1 for of_day in due)
    gaps = [after[0] - before[0] for before, after in pairwise(due)]
    assert {gap / timedelta(hours=1) for gap in gaps} == {23, 24, 25}


def test_the_clocks_of_los_angeles() -> None:
    def due(day: date, at: time) -> list[str]:
        return [f"{one:%H:%M}" for one in SyncTimes(at, PACIFIC).of(day)]

    assert due(date(2026, 11, 1), time(1, 30)) == ["08:30"]  # 01:30 PDT, the first of the two
    assert due(date(2026, 3, 8), time(2, 30)) == ["10:30"]  # 03:30 PDT: 02:30 is left out
    assert due(date(2026, 7, 1), time(6)) == ["13:00"]
    assert due(date(2026, 12, 1), time(6)) == ["14:00"]


def test_every_six_hours_from_the_time_of_the_day() -> None:
    every = SyncTimes(time(6), PACIFIC, 6)
    local = [due.astimezone(PACIFIC) for due in every.of(date(2026, 7, 1))]
    assert [f"{one:%d %H:%M}" for one in local] == ["01 06:00", "01 12:00", "01 18:00", "02 00:00"]
    # A day of 25 hours has a fifth.
    assert len(list(every.of(date(2026, 10, 31)))) == 5


@given(times, instants)
def test_the_latest_is_the_last_that_was_due(when: SyncTimes, now: datetime) -> None:
    latest = when.latest(now)
    around = [now.date() + timedelta(days=n) for n in range(-3, 4)]
    assert latest == max(due for day in around for due in when.of(day) if due <= now)
    assert now - latest < timedelta(hours=when.every or 25)


@given(times, instants)
def test_days_follow_one_another_without_a_gap(when: SyncTimes, now: datetime) -> None:
    day = now.date()
    due = [one for n in range(3) for one in when.of(day + timedelta(days=n))]
    assert due == sorted(set(due))


def test_a_week_is_the_local_one() -> None:
    sunday_evening = datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert week(sunday_evening, PACIFIC) == "2026-W47"
    assert week(sunday_evening + timedelta(hours=1), PACIFIC) == "2026-W48"
    assert week(datetime(2027, 1, 2, tzinfo=UTC), PACIFIC) == "2026-W53"
