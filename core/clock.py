"""The clock, which is always an argument."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

type Clock = Callable[[], datetime]
"""Tells the present instant, aware and in UTC."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def today(clock: Clock, zone: ZoneInfo) -> date:
    """The present day as people in a time zone call it."""
    return clock().astimezone(zone).date()
