"""When a sync is due: the instants of a day, whatever the clocks on the wall do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class SyncTimes:
    """A sync at a time of each local day; with `every`, every so many hours from it on too.

    Each day has its time once: where clocks are put back, the first of the two; where they
    are put forward over it, as long after midnight as on other days.
    """

    at: time
    zone: ZoneInfo
    every: int | None = None

    def period(self, now: datetime) -> str:
        """The period whose sync is due, as its job is named: `2026-11-22T14:00Z`."""
        return f"{self.latest(now):%Y-%m-%dT%H:%MZ}"

    def latest(self, now: datetime) -> datetime:
        """The instant (UTC) at which the present sync was due; at or before `now`."""
        today = now.astimezone(self.zone).date()
        yesterday = today - timedelta(days=1)
        return max(due for day in (yesterday, today) for due in self.of(day) if due <= now)

    def of(self, day: date) -> Iterator[datetime]:
        """The instants (UTC) from a day's time up to that of the next, in order."""
        due, end = self._begin(day), self._begin(day + timedelta(days=1))
        step = timedelta(hours=self.every) if self.every else end - due
        while due < end:
            yield due
            due += step

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, self.at, self.zone).astimezone(UTC)
