"""The clock, which is always an argument, and the hour at which digests are due."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DIGEST_AT: Final = time(9)
"""When digests are posted, in the reports' time zone: daily, or on Mondays."""

type Clock = Callable[[], datetime]
"""Tells the present instant, aware and in UTC."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def today(clock: Clock, zone: ZoneInfo) -> date:
    """The present day as people in a time zone call it."""
    return clock().astimezone(zone).date()


def last_digest(now: datetime, zone: ZoneInfo, *, weekly: bool = False) -> datetime:
    """The latest instant at which digests were due: that of the day, or of the week."""
    local = now.astimezone(zone)
    day = local.date() - timedelta(local.weekday() if weekly else 0)
    due = datetime.combine(day, DIGEST_AT, zone)
    if due <= local:
        return due
    return datetime.combine(day - timedelta(7 if weekly else 1), DIGEST_AT, zone)
