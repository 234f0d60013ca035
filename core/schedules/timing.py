"""When a schedule is due: days of a week or month, a time of day, a time zone; pure.

Times are those of the wall clock. Where clocks go forward, a time that is left out moves forward
by as much (02:30 becomes 03:30); where they go back, a time that there is twice counts once, the
first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from core.errors import InvalidError
from core.period import add_months, month_of

LAST: Final = -1
"""The last day, or business day, of a month."""
MOST_BUSINESS_DAYS: Final = 20
"""Every month has as many."""

_MOST_DAYS: Final = 31
_WORKING: Final = 5
_MONTH: Final = timedelta(days=32)
_OF_A_MACHINE: Final = frozenset({"localtime", "Factory"})


class ScheduleTimeError(InvalidError):
    """A schedule has days, a time like 09:00 and a time zone like Europe/Berlin."""


@dataclass(frozen=True, slots=True)
class When:
    """Days, a time, a zone; of the three kinds of days one only.

    Attributes:
        zone: IANA's name of a time zone.
        at: the time of day, whole minutes.
        weekdays: 0 is Monday.
        month_days: 1 to 31, or `LAST`; in a shorter month the last day stands for those it lacks.
        business_days: the n-th Monday to Friday of a month, 1 to 20, or `LAST`; holidays count.
    """

    zone: str
    at: time
    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    business_days: tuple[int, ...] = ()


def check(when: When) -> When:
    """Give it back in order, each day once.

    Raises:
        ScheduleTimeError: there is no such time, day or zone.
    """
    if when.zone not in zones():
        raise _no_zone(when)
    if when.at.second or when.at.microsecond or when.at.tzinfo is not None:
        raise ScheduleTimeError(f"{when.at} is no time of day.", fix="Write it as 09:00.")
    if sum(map(bool, (when.weekdays, when.month_days, when.business_days))) != 1:
        raise ScheduleTimeError(
            "A schedule is on days of the week, days of the month or business days: one of them.",
            fix="Write mon, or 1st, or 2nd-business-day.",
        )
    _check_days("weekday", when.weekdays, range(7), "Write mon to sun; over REST 0 to 6.")
    days = (*range(1, _MOST_DAYS + 1), LAST)
    _check_days("day of a month", when.month_days, days, "Take 1st to 31st, or last-day.")
    days = (*range(1, MOST_BUSINESS_DAYS + 1), LAST)
    _check_days("business day", when.business_days, days, "Take 1 to 20, or the last.")
    return When(
        when.zone,
        when.at,
        tuple(sorted(set(when.weekdays))),
        _in_order(when.month_days),
        _in_order(when.business_days),
    )


def _check_days(what: str, days: tuple[int, ...], known: range | tuple[int, ...], fix: str) -> None:
    for day in days:
        if day not in known:
            raise ScheduleTimeError(f"{day} is no {what}.", fix=fix)


def _in_order(days: tuple[int, ...]) -> tuple[int, ...]:
    """Days of a month in their order; the last is after all others."""
    return tuple(sorted(set(days), key=lambda day: (day == LAST, day)))


@cache
def zones() -> frozenset[str]:
    """The names of time zones that mean the same everywhere."""
    return frozenset(available_timezones()) - _OF_A_MACHINE


def zone_of(when: When) -> ZoneInfo:
    """Its time zone.

    Raises:
        ScheduleTimeError: there is none of that name any more; zones are renamed, and dropped.
    """
    try:
        return ZoneInfo(when.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise _no_zone(when) from None


def _no_zone(when: When) -> ScheduleTimeError:
    return ScheduleTimeError(
        f"{when.zone!r} is no time zone.", fix="Write it as Europe/Berlin or UTC."
    )


def due(when: When, after: datetime, before: datetime) -> Iterator[datetime]:
    """The instants at which it is due, in order, each once.

    Args:
        when: days, time and zone.
        after: none of that instant or earlier.
        before: none later; this instant counts.

    Raises:
        ScheduleTimeError: there is no such zone any more.
    """
    zone = zone_of(when)
    # A day that the calendar of a place left out moves its time to the next.
    day = after.astimezone(zone).date() - timedelta(2)
    end = before.astimezone(zone).date()
    latest = after
    while day <= end:
        if _is_on(when, day):
            # Of a time that isn't, fold 0 takes the offset before the gap: it moves forward.
            instant = datetime.combine(day, when.at, zone).astimezone(UTC)
            if latest < instant <= before:
                yield instant
                latest = instant
        day += timedelta(1)


def upcoming(when: When, after: datetime) -> datetime:
    """The first instant after another at which it is due."""
    found = next(due(when, after, after + 2 * _MONTH), None)
    if found is None:
        raise ScheduleTimeError
    return found


def _is_on(when: When, day: date) -> bool:
    if when.weekdays:
        return day.weekday() in when.weekdays
    first = month_of(day)
    last = add_months(first, 1) - timedelta(1)
    if when.month_days:
        return day in {_nth(first, last, number) for number in when.month_days}
    working = [
        each
        for each in (first + timedelta(n) for n in range(last.day))
        if each.weekday() < _WORKING
    ]
    return day in {working[n if n == LAST else n - 1] for n in when.business_days}


def _nth(first: date, last: date, number: int) -> date:
    return last if number == LAST or number > last.day else first.replace(day=number)
