"""A source, looked at before anything is read: what is wrong with it comes as findings.

What it asks of the source is what a sync asks before it reads: free in an object store, the
scan of some days' export times in BigQuery.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import Final

from core.clock import Clock
from core.costs.slices import StoredSlice
from core.costs.writing.watch import LATE
from core.errors import CostTrackerError
from core.findings import Finding, State, failure, ok, warning
from core.ingest.config import BigQuerySource, SourceConfig
from core.ingest.model import Seen, Source
from core.ingest.run import lacking, to_read, window
from core.ingest.sources import open_source
from core.period import add_months
from core.sizes import size

PATIENCE: Final = 10.0
"""How long, in seconds, one request may take."""

_LOOK_BACK: Final = timedelta(days=35)
_MONTH: Final = len("2026-11")
_MOST_NAMED: Final = 5
_HOURS: Final = 72

type Tell = Callable[[Finding], None]


async def probe(
    config: SourceConfig,
    clock: Clock,
    stored: Mapping[str, StoredSlice] | None,
    tell: Tell,
    *,
    bigquery_endpoint: str | None = None,
) -> None:
    """Look at a source and tell what is found, as it is found. Nothing is raised by a source.

    Args:
        config: which one.
        clock: tells the present instant.
        stored: its slices as they are stored, by key; None: that isn't known.
        tell: is told each finding, from any thread.
        bigquery_endpoint: another BigQuery.
    """
    if not await asyncio.to_thread(_access, config, bigquery_endpoint, tell):
        return
    part = f"source {config.name}"
    try:
        async with open_source(config, clock, bigquery_endpoint=bigquery_endpoint) as source:
            await _Content(part, config, source, clock, tell).look(stored)
    except CostTrackerError as error:
        tell(failure(part, "content", error.message, error.fix or ""))


def _access(config: SourceConfig, endpoint: str | None, tell: Tell) -> bool:
    """Tell what may be done; whether all that is needed may."""
    fine = True
    for finding in _accesses(config, endpoint):
        fine = fine and finding.state is not State.FAILURE
        tell(finding)
    return fine


def _accesses(config: SourceConfig, endpoint: str | None) -> Iterator[Finding]:
    if isinstance(config, BigQuerySource):
        from core.ingest.sources import google_probe  # noqa: PLC0415  # on use: 60 MB

        return google_probe.access(config, endpoint, patience=PATIENCE)
    from core.ingest.sources import focus_probe  # noqa: PLC0415  # on use: pyarrow

    return focus_probe.access(config)


class _Content:
    """What a source that can be read holds."""

    def __init__(
        self, part: str, config: SourceConfig, source: Source, clock: Clock, tell: Tell
    ) -> None:
        self._part, self._config, self._source, self._tell = part, config, source, tell
        self._now = clock()

    async def look(self, stored: Mapping[str, StoredSlice] | None) -> None:
        """Tell how new it is, what is missing, what a sync would read."""
        recent = self._recent()
        if stored is None:
            self._state(await self._source.look(recent))
            return
        lacks = lacking(self._source, stored, self._now)
        start = window(self._source, stored, lacks)
        self._state(await self._source.look(start and recent and min(start, recent)))
        seen = await self._source.look(start)
        await self._scan(seen, to_read(seen, stored, lacks))

    def _recent(self) -> date | None:
        """From which day on to look: all of it where that is free."""
        if isinstance(self._config, BigQuerySource):
            return self._now.astimezone(self._source.zone).date() - _LOOK_BACK
        return None

    def _state(self, seen: Seen) -> None:
        self._newest(seen)
        self._missing(sorted({*seen.fingerprints, *seen.unfinished}))
        for key, why in sorted(seen.unfinished.items()):
            self._warn(
                "unfinished",
                f"{key} is left alone, as it is stored: {why}",
                "The next sync tries again; if it stays so for a day, run the export again.",
            )

    def _newest(self, seen: Seen) -> None:
        if seen.through is None:
            self._warn("newest data", "there is none", "Wait a day, then run: cost-tracker sync")
            return
        lag = self._now - seen.through
        words = f"exported {_ago(lag)} ago ({seen.through.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
        if lag > LATE:
            fix = "Look whether the export is still on, and what it says of its last runs."
            self._tell(failure(self._part, "newest data", words, fix))
        else:
            self._tell(ok(self._part, "newest data", words))

    def _missing(self, keys: Sequence[str]) -> None:
        gaps = list(_gaps(keys))
        if gaps:
            some = ", ".join(gaps[:_MOST_NAMED])
            more = f" and {len(gaps) - _MOST_NAMED:,} more" if len(gaps) > _MOST_NAMED else ""
            self._warn(
                "gaps",
                f"nothing was exported for {some}{more}",
                "Look at the export's own history; what comes late is taken in by the next sync.",
            )
        elif keys:
            self._tell(ok(self._part, "gaps", f"none from {keys[0]} to {keys[-1]}"))

    async def _scan(self, seen: Seen, changed: Sequence[str]) -> None:
        scan = await self._source.estimate(seen, changed)
        count = f"{len(changed):,} of {len(seen.fingerprints):,} slices"
        words = f"reads {count} it looks at, and scans {size(scan)}"
        config = self._config
        limit = config.maximum_bytes_billed if isinstance(config, BigQuerySource) else None
        if limit is not None and scan > limit:
            self._warn(
                "next sync",
                f"{words}; one query may scan {size(limit)}",
                f"If it is refused, raise maximum_bytes_billed of {config.name!r} in sources.toml "
                f"to {scan:_}, or read less: cost-tracker sync {config.name} --since DATE",
            )
        else:
            self._tell(ok(self._part, "next sync", words))

    def _warn(self, check: str, words: str, fix: str) -> None:
        self._tell(warning(self._part, check, words, fix))


def _ago(lag: timedelta) -> str:
    hours = max(0, int(lag.total_seconds() // 3600))
    return f"{hours} h" if hours < _HOURS else f"{hours // 24} days"


def _gaps(keys: Sequence[str]) -> Iterator[str]:
    """The days or months between the first and the last key that have none."""
    if not keys:
        return
    held = set(keys)
    monthly = len(keys[0]) == _MONTH
    day, last = _day(keys[0]), _day(keys[-1])
    while day < last:
        key = f"{day:%Y-%m}" if monthly else day.isoformat()
        if key not in held:
            yield key
        day = add_months(day, 1) if monthly else day + timedelta(days=1)


def _day(key: str) -> date:
    return date.fromisoformat(key if len(key) > _MONTH else f"{key}-01")
