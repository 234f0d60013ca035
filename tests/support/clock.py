"""A clock that stands still until it is set; and the real one, where a test can't set it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import pytest

_LASTING = timedelta(minutes=1)
_DAYS_OF = (UTC, ZoneInfo("America/Los_Angeles"))


class FakeClock:
    """A `core.clock.Clock` for tests: tells what it was told, aware and in UTC."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def at(self, instant: str) -> Self:
        """Set it: '2026-11-22', '2026-11-22T09:30' (UTC), '2026-11-22T09:30-08:00'."""
        told = datetime.fromisoformat(instant)
        self.now = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
        return self

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> Self:
        """Let time pass."""
        self.now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self


def real_now() -> datetime:
    """The present instant, of a day that doesn't turn in UTC or in Los Angeles for a minute.

    For tests of what asks a server for the time; in a day's last minute this waits for the next.
    """
    while _turns_soon(now := datetime.now(UTC)):
        time.sleep(1)
    return now


def _turns_soon(now: datetime) -> bool:
    return any(
        now.astimezone(zone).date() != (now + _LASTING).astimezone(zone).date() for zone in _DAYS_OF
    )


@pytest.fixture
def clock() -> FakeClock:
    """Sunday 22 November 2026, 18:00 UTC: 10:00 in Los Angeles."""
    return FakeClock(datetime(2026, 11, 22, 18, tzinfo=UTC))
