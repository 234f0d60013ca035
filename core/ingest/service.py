"""The sync: what changed in the sources becomes what is stored.

Slices are compared by fingerprint, and those that differ are read and replaced one after the
other, oldest first: what is stored has no gaps, so a sync that was killed is taken up where it
stopped by the next one, which looks from a few days before the newest slice stored.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace as with_values
from datetime import date, timedelta
from difflib import get_close_matches

import structlog

from core.clock import Clock
from core.costs import sources as stored_sources
from core.costs.model import Freshness, Listing, Replaced, StoredSlice
from core.database import Database
from core.errors import CostTrackerError
from core.ingest.config import SourceConfig
from core.ingest.errors import NoSourcesError, UnknownSourceError
from core.ingest.model import Progress, Reading, Seen, Silent, Source, SyncReport
from core.projects.service import ProjectService

_log = structlog.get_logger()


class IngestService:
    """The verbs of sources."""

    def __init__(
        self,
        database: Database,
        projects: ProjectService,
        clock: Clock,
        sources: Sequence[SourceConfig],
        *,
        bigquery_endpoint: str | None = None,
    ) -> None:
        """Know the sources; none is opened before it is needed.

        Args:
            database: where charges are stored.
            projects: adopts the accounts that are new.
            clock: tells when something was recorded.
            sources: as `sources.toml` lists them.
            bigquery_endpoint: another BigQuery, for tests and the sandbox.
        """
        self.sources = tuple(sources)
        self._database = database
        self._projects = projects
        self._clock = clock
        self._bigquery_endpoint = bigquery_endpoint

    async def check(self, source: SourceConfig) -> str:
        """Look at a source without reading it; what it holds, in a line for people.

        Raises:
            SourceError: it can't be read, with what to do.
        """
        async with self._open(source) as opened:
            seen = await opened.look(None)
        lines, newest = sum(seen.lines.values()), max(seen.fingerprints)
        return f"{source.location}: {len(seen.lines):,} slices, {lines:,} lines, newest {newest}"

    async def sync(
        self,
        source: str | None = None,
        *,
        full: bool = False,
        since: date | None = None,
        progress: Progress | None = None,
    ) -> tuple[SyncReport, ...]:
        """Read what changed. A source that fails has its error in its report.

        Args:
            source: the name of one; None: all, one after the other.
            full: look at every slice, however old.
            since: look at slices from this day on; None: from a few days before the newest.
            progress: is told what happens.

        Raises:
            NoSourcesError: none is configured.
            UnknownSourceError: there is no source of that name.
        """
        watcher = progress or Silent()
        reports = []
        for config in self._chosen(source):
            report = await self._sync(config, full=full, since=since, progress=watcher)
            watcher.finished(report)
            reports.append(report)
        return tuple(reports)

    def _chosen(self, name: str | None) -> Sequence[SourceConfig]:
        if not self.sources:
            raise NoSourcesError(fix="Name the export's table there: see 'Connect' in the README.")
        if name is None:
            return self.sources
        names = [source.name for source in self.sources]
        if name not in names:
            raise UnknownSourceError(
                f"sources.toml lists no source {name!r}.",
                suggestions=get_close_matches(name, names) or names,
            )
        return [self.sources[names.index(name)]]

    async def _sync(
        self, config: SourceConfig, *, full: bool, since: date | None, progress: Progress
    ) -> SyncReport:
        started = time.monotonic()
        run = _Run(self._database, self._projects, self._clock, config.name, progress)
        log = _log.bind(source=config.name)
        try:
            async with self._open(config) as source:
                await run.work(source, full=full, since=since)
        except CostTrackerError as error:
            log.error("sync failed", error=str(error))  # noqa: TRY400  # its words say it all
            run.report = with_values(run.report, error=_told(error))
        except Exception as error:
            log.exception("sync failed")
            run.report = with_values(run.report, error=f"{type(error).__name__}: {error}")
        report = with_values(run.report, duration=timedelta(seconds=time.monotonic() - started))
        if report.mismatched:
            log.error("the stored totals differ from the export's", slices=report.mismatched)
        elif not report.error:
            log.info("synced", **_figures(report))
        return report

    def _open(self, config: SourceConfig) -> AbstractAsyncContextManager[Source]:
        from core.ingest.sources.bigquery import open_bigquery  # noqa: PLC0415  # on use: 60 MB

        return open_bigquery(config, self._bigquery_endpoint)


class _Run:
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

    async def work(self, source: Source, *, full: bool, since: date | None) -> None:
        name = source.info.name
        await stored_sources.register(self._database, source.info)
        stored = await stored_sources.stored_slices(self._database, name)
        start = None if full else since or _window(source, stored)
        seen = await source.look(start)
        changed = [key for key in sorted(seen.fingerprints) if _differs(seen, stored, key)]
        scan = await source.estimate(seen, changed)
        self._count(seen=len(seen.fingerprints), changed=len(changed), scan=scan)
        self._progress.listed(name, len(seen.fingerprints), len(changed), scan)
        async with aclosing(source.read(seen, changed)) as readings:
            async for reading in readings:
                await self._replace(reading)
        if changed:  # reading takes its time: what moved meanwhile is behind
            seen = await source.look(start)
        await self._finish(source, seen)

    async def _replace(self, reading: Reading) -> None:
        from core.costs.replace import replace  # noqa: PLC0415  # on use: it imports pyarrow

        done = await replace(
            self._database,
            self._projects,
            reading.item,
            reading.charges,
            totals=reading.totals,
            rates=reading.rates,
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
        self._progress.replaced(self.report.source, reading.item.key, done.outcome, rows)

    async def _finish(self, source: Source, seen: Seen) -> None:
        freshness: Freshness = await stored_sources.finish_sync(
            self._database,
            source.info.name,
            Listing(seen.fingerprints, seen.whole),
            through=seen.through,
            zone=source.zone,
            now=self._clock(),
        )
        stored = await stored_sources.stored_slices(self._database, source.info.name)
        wrong = tuple(sorted(key for key, item in stored.items() if not item.matches_export))
        self.report = with_values(
            self.report, mismatched=wrong, matches=freshness.matches_export and not wrong
        )

    def _count(self, **more: int) -> None:
        held = {name: getattr(self.report, name) + number for name, number in more.items()}
        self.report = with_values(self.report, **held)


def _window(source: Source, stored: Mapping[str, StoredSlice]) -> date | None:
    """From which day on to look; None for all: at first, or when the mapping has changed."""
    live = {key: item for key, item in stored.items() if not item.archived}
    if not live or any(source.outdated(item.fingerprint) for item in live.values()):
        return None
    return source.window(max(live))


def _differs(seen: Seen, stored: Mapping[str, StoredSlice], key: str) -> bool:
    item = stored.get(key)
    return (
        item is None
        or item.archived
        or item.fingerprint != seen.fingerprints[key]
        or not item.matches_export  # read again: a mismatch should not need a person to mend it
    )


def _told(error: CostTrackerError) -> str:
    if not error.suggestions:
        return str(error)
    return f"{error} Did you mean: {' · '.join(error.suggestions)}"


def _figures(report: SyncReport) -> dict[str, object]:
    shown = ("seen", "changed", "written", "rows", "scan", "restated", "matches", "duration")
    return {name: value for name, value in report.as_dict().items() if name in shown}
