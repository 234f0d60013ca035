"""One row of the export, before it takes the export's shape."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
"""Where a Google billing day begins and ends."""

HOUR: Final = 3_600_000_000
MICRO: Final = 1_000_000


class Charge(NamedTuple):
    """One row: amounts in millionths of the currency, instants in microseconds since 1970."""

    line: int
    day: date
    start: int
    end: int
    exported: int
    invoice: str
    cost_type: str
    cost: int
    listed: int
    credits: tuple[tuple[int, int], ...] = ()
    adjustment: int | None = None


def midnight(day: date) -> int:
    """Return when a Pacific day begins."""
    return instant(datetime.combine(day, time(), PACIFIC))


def instant(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def month_of(day: date) -> str:
    """Return a day's month as invoices write it: 202611."""
    return f"{day:%Y%m}"


def month_before(day: date) -> date:
    """Return the first day of the month before a day's."""
    return (day.replace(day=1) - timedelta(1)).replace(day=1)
