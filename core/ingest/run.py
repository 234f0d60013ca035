"""One sync of one source."""

from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from dataclasses import replace as with_values
from datetime import date, datetime

from core.clock import Clock
from core.costs.left_out import added_up
from core.costs.model import Freshness
from core.costs.resources import Kept, read_since
from core.costs.slices import Listing, Replaced, StoredSlice
from core.costs.writing import sources as stored_sources
from core.database import Database
from core.ingest.errors import BadSlicesError
from core.ingest.model import Left, Progress, Reading, Seen, Source, SyncReport
from core.projects.service import ProjectService


@dataclass(frozen=True, slots=True)
class How:
    """What a sync was asked for."""

    full: bool
    since: date | None
    prune: bool


class Run:
    """One sync of one source; `report` says how far it came."""

    def __init__(
        self,
        database: Database,
        projects: ProjectService,
        clock: Clock,
        name: str,
        progress: Progress,
    ) -> None:
        self.report = SyncReport(name)
        self._database = database
        self._projects = projects
        self._clock = clock
        self._progress = progress
        self._unfinished: dict[str, str] = {}
        self._bad: list[str] = []

    async def work(self, source: Source, how: How) -> None:
        """Look, read what differs, replace it, and record what that has shown."""
        name = source.info.name
        await stored_sources.register(self._database, source.info)
        stored = await stored_sources.stored_slices(self._database, name)
        lacks = lacking(source, stored, self._clock())
        start = None if how.full else how.since or await self._start(source, stored, lacks)
        seen = await source.look(start)
        changed = to_read(seen, stored, lacks)
        scan = await source.estimate(seen, changed)
        self._count(seen=len(seen.fingerprints), changed=len(changed), scan=scan)
        self._progress.listed(name, len(seen.fingerprints), len(changed), scan)
        if changed:
            await stored_sources.begin_reading(self._database, name, start)
        async with aclosing(source.read(seen, changed)) as readings:
            async for reading in readings:
                if isinstance(reading, Left):
                    self._leave(reading)
                else:
                    await self._replace(reading)
        if changed:  # reading takes its time: what moved meanwhile is behind
            seen = await source.look(start)
        await self._finish(source, seen)
        await stored_sources.end_reading(self._database, name, start)
        if how.prune:
            await self._prune(name)
        if self._bad:
            raise BadSlicesError("; ".join(self._bad))

    async def _start(
        self, source: Source, stored: Mapping[str, StoredSlice], lacks: Collection[str]
    ) -> date | None:
        """From which day on to look by itself: where one that was killed began, if that's earlier.

        What it left unread may be older than the newest slice stored.
        """
        begun = await stored_sources.reading_since(self._database, source.info.name)
        start = window(source, stored, lacks)
        if begun is None or start is None:
            return start
        return min(start, begun) if begun > date.min else None

    def _leave(self, left: Left) -> None:
        if left.bad:
            self._bad.append(left.why)
        else:
            self._unfinished[left.key] = left.why

    async def _replace(self, reading: Reading) -> None:
        from core.costs.writing.replace import replace  # noqa: PLC0415  # on use: it imports pyarrow

        done = await replace(
            self._database,
            self._projects,
            reading.item,
            reading.charges,
            totals=reading.totals,
            rates=reading.rates,
            left_out=reading.left_out,
            by_resource=reading.by_resource,
            now=self._clock(),
        )
        rows = reading.charges.num_rows
        self._count(
            written=done.outcome is Replaced.WRITTEN,
            unchanged=done.outcome is Replaced.UNCHANGED,
            stale=done.outcome is Replaced.STALE,
            rows=rows,
            restated=done.restated,
        )
        self.report = with_values(
            self.report, left_out=added_up([*self.report.left_out, *done.left_out])
        )
        self._progress.replaced(self.report.source, reading.item.key, done.outcome, rows)

    async def _finish(self, source: Source, seen: Seen) -> None:
        unfinished = {**self._unfinished, **seen.unfinished}
        freshness: Freshness = await stored_sources.finish_sync(
            self._database,
            source.info.name,
            # What can't be read yet is there all the same: behind, not vanished.
            Listing(
                {**dict.fromkeys(unfinished, "unfinished"), **seen.fingerprints},
                seen.whole,
                unfinished,
            ),
            through=seen.through,
            zone=source.zone,
            now=self._clock(),
        )
        stored = await stored_sources.stored_slices(self._database, source.info.name)
        wrong = tuple(sorted(key for key, item in stored.items() if not item.matches_export))
        self.report = with_values(
            self.report,
            unfinished=tuple(f"{key} ({why})" for key, why in sorted(unfinished.items())),
            mismatched=wrong,
            matches=freshness.matches_export and not wrong,
        )

    async def _prune(self, name: str) -> None:
        stored = await stored_sources.stored_slices(self._database, name)
        gone = [key for key, item in stored.items() if item.archived]
        pruned = await stored_sources.prune(self._database, name, gone, now=self._clock())
        self._count(pruned=pruned)

    def _count(self, **more: int) -> None:
        held = {name: getattr(self.report, name) + number for name, number in more.items()}
        self.report = with_values(self.report, **held)


def window(
    source: Source, stored: Mapping[str, StoredSlice], lacking: Collection[str]
) -> date | None:
    """From which day on to look; None for all: at first, or when the mapping has changed."""
    live = {key: item for key, item in stored.items() if not item.archived}
    if not live or any(source.outdated(item.fingerprint) for item in live.values()):
        return None
    return source.window(min(lacking, default=max(live)))


def lacking(source: Source, stored: Mapping[str, StoredSlice], now: datetime) -> frozenset[str]:
    """Slices stored before their resources were to be kept."""
    if source.info.resources is not Kept.KEPT:
        return frozenset()
    since = read_since(now.astimezone(source.zone).date())
    return frozenset(
        key for key, item in stored.items() if not item.archived and item.lacks_resources(since)
    )


def to_read(seen: Seen, stored: Mapping[str, StoredSlice], lacks: Collection[str]) -> list[str]:
    """The slices that a sync reads, in order: those that differ from what is stored of them."""
    return [key for key in sorted(seen.fingerprints) if key in lacks or _differs(seen, stored, key)]


def _differs(seen: Seen, stored: Mapping[str, StoredSlice], key: str) -> bool:
    item = stored.get(key)
    return (
        item is None
        or item.archived
        or item.fingerprint != seen.fingerprints[key]
        or not item.matches_export  # read again: a mismatch should not need a person to mend it
    )
