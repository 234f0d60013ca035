"""Hours of reminders and digests, wherever people are and whatever their clocks do."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.alerts.kept import Kept
from core.alerts.model import Figures, Kind, Subject, Threshold
from core.alerts.reading import Mark, Memory
from core.alerts.tending import is_due
from core.clock import DIGEST_AT, last_digest
from core.costs.model import Measure
from core.period import Period

FULL = Threshold(Kind.ACTUAL, 100)
LOOKS = timedelta(minutes=15)
WORK = time(9), time(17)

ZONES = st.sampled_from(
    [
        "America/Los_Angeles", "Europe/Berlin", "Europe/London", "Asia/Tokyo", "UTC",
        "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns",  # of half and quarter hours
        "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Chatham",  # and in the south
        "America/Santiago", "Africa/Cairo", "Asia/Beirut", "America/Havana",  # at midnight
        "Pacific/Kiritimati", "Pacific/Pago_Pago",  # the first and the last of a day
    ]
).map(ZoneInfo)  # fmt: skip
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 1))


@cache
def changes(zone: ZoneInfo, year: int) -> tuple[date, ...]:
    """The days of a year on which its clocks change."""
    days = [date(year, 1, 1) + timedelta(n) for n in range(366)]
    offsets = [datetime.combine(each, time(), zone).utcoffset() for each in days]
    return tuple(
        day for day, now, then in zip(days, offsets, offsets[1:], strict=False) if now != then
    )


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    """A zone, and a day not long before its clocks change, if they do; else any."""
    zone = draw(ZONES)
    found = changes(zone, draw(st.sampled_from([2025, 2026, 2027])))
    day = draw(st.sampled_from(found)) - timedelta(draw(st.integers(0, 4))) if found else draw(DAYS)
    return zone, day


def kept(since: datetime) -> Kept:
    """All of a budget that is over since an instant, of which nobody has seen anything."""
    day = since.date()
    return Kept(
        Subject(
            1, "shop", "USD", Measure.COST, "custom",
            Period(day - timedelta(60), day + timedelta(60)), "U-ada",
        ),
        Figures(Decimal(100), Decimal(120), day),
        since,
        Memory({FULL: Mark(FULL, since)}),
        raised_at=since,
    )  # fmt: skip


def looks(first: datetime, days: int, every: timedelta = LOOKS) -> Iterator[datetime]:
    """The instants at which somebody looks."""
    for n in range(int(timedelta(days) / every)):
        yield first + every * n


def reminded(alert: Kept, at: Iterator[datetime], zone: ZoneInfo) -> list[datetime]:
    """When its owner is reminded, by their own clocks."""
    found = []
    for now in at:
        if is_due(alert, now, zone):
            alert = replace(alert, reminded_on=now.astimezone(zone).date())
            found.append(now.astimezone(zone))
    return found


@settings(max_examples=60, deadline=None)
@given(around_a_change(), st.times())
@example((ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 2)), time(8))
@example((ZoneInfo("Africa/Cairo"), date(2026, 4, 22)), time(23, 59))
def test_the_owner_is_reminded_on_every_day_of_work_and_once(
    where: tuple[ZoneInfo, date], raised: time
) -> None:
    """From the day after on; at the first look of their working hours."""
    zone, day = where
    since = datetime.combine(day, raised, zone).astimezone(UTC)
    found = reminded(kept(since), looks(since, 9), zone)
    first = since.astimezone(zone).date()
    whole = [first + timedelta(n) for n in range(1, 9)]
    assert [each.date() for each in found if each.date() in whole] == [
        each for each in whole if each.weekday() < 5
    ]
    for each in found:
        begun = datetime.combine(each.date(), WORK[0], zone).astimezone(UTC)
        assert timedelta() <= each.astimezone(UTC) - begun < LOOKS


@settings(max_examples=100, deadline=None)
@given(around_a_change(), st.lists(st.tuples(st.integers(0, 30 * 60), ZONES), max_size=40))
def test_an_owner_who_travels_is_reminded_once_of_any_day_and_at_work(
    where: tuple[ZoneInfo, date], steps: list[tuple[int, ZoneInfo]]
) -> None:
    """Whatever is known of where they are, and however seldom somebody looks."""
    zone, day = where
    now = since = datetime.combine(day, time(12), zone).astimezone(UTC)
    alert, days = kept(since), list[date]()
    for minutes, there in steps:
        now += timedelta(minutes=minutes)
        if is_due(alert, now, there):
            local = now.astimezone(there)
            assert WORK[0] <= local.time() < WORK[1]
            assert local.weekday() < 5
            alert = replace(alert, reminded_on=local.date())
            days.append(local.date())
    assert days == sorted(set(days))


@settings(max_examples=60, deadline=None)
@given(around_a_change(), st.integers(0, 24 * 60))
def test_there_is_one_digest_a_day_and_none_is_left_out(
    where: tuple[ZoneInfo, date], minutes: int
) -> None:
    """Of what waits since before its hour."""
    zone, day = where
    first = datetime.combine(day, time(), zone).astimezone(UTC) + timedelta(minutes=minutes)
    dues = []
    for now in looks(first, 8):
        due = last_digest(now, zone)
        assert due.astimezone(UTC) <= now
        dues.append(due.astimezone(UTC))
    assert dues == sorted(dues)
    local = Counter(each.astimezone(zone).date() for each in set(dues))
    assert set(local.values()) == {1}
    assert max(local) - min(local) == timedelta(len(local) - 1)
    assert {each.astimezone(zone).time() for each in dues} == {DIGEST_AT}


@settings(max_examples=60, deadline=None)
@given(around_a_change(), st.integers(0, 24 * 60))
def test_there_is_one_weekly_digest_a_week(where: tuple[ZoneInfo, date], minutes: int) -> None:
    """On Mondays."""
    zone, day = where
    first = datetime.combine(day, time(), zone).astimezone(UTC) + timedelta(minutes=minutes)
    dues = {
        last_digest(now, zone, weekly=True).astimezone(zone)
        for now in looks(first, 22, timedelta(hours=3))
    }
    assert {(each.weekday(), each.time()) for each in dues} == {(0, DIGEST_AT)}
    days = sorted(each.date() for each in dues)
    assert days == [days[0] + timedelta(weeks=n) for n in range(len(days))]
