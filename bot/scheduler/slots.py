"""The periods of what is done now and then, as their jobs are named."""

from datetime import datetime
from zoneinfo import ZoneInfo


def week(now: datetime, zone: ZoneInfo) -> str:
    """The local week, as `2026-W47`."""
    year, number, _ = now.astimezone(zone).isocalendar()
    return f"{year}-W{number:02}"
