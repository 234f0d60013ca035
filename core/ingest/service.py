"""The sync: what changed in the sources becomes what is stored.

Slices are compared by fingerprint, and those that differ are read and replaced one after the
other, oldest first: what is stored has no gaps, so a sync that was killed is taken up where it
stopped by the next one, which looks from a few days before the newest slice stored.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace as with_values
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from core.clock import Clock
from core.costs.keeping.model import RetentionBusyError
from core.costs.keeping.service import RetentionService
from core.costs.writing import partitions, watch
from core.costs.writing import rates as configured_rates
from core.costs.writing import sources as stored_sources
from core.costs.writing.rates import ConfiguredRate
from core.database import Database
from core.errors import CostTrackerError, UnavailableError
from core.incidents.service import told
from core.ingest import probing
from core.ingest.config import SourceConfig
from core.ingest.errors import NoSourcesError, UnknownSourceError
from core.ingest.model import Progress, Silent, Source, SyncReport
from core.ingest.run import How, Run
from core.ingest.sources import open_source
from core.ingest.taking_over import TakeOver, TakeOverReport
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
        rates: Sequence[ConfiguredRate] = (),
        bigquery_endpoint: str | None = None,
        retention: RetentionService | None = None,
    ) -> None:
        """Know the sources; none is opened before it is needed.

        Args:
            database: where charges are stored.
            projects: adopts the accounts that are new.
            clock: tells when something was recorded.
            sources: as `sources.toml` lists them.
            rates: as well, for what no export has a rate for; in force from the next sync on.
            bigquery_endpoint: another BigQuery, for tests and the sandbox.
            retention: drops what is too old before anything is read; None: all is kept.
        """
        self.sources = tuple(sources)
        self._rates = tuple(rates)
        self._database = database
        self._projects = projects
        self._clock = clock
        self._bigquery_endpoint = bigquery_endpoint
        self._retention = retention

    async def prepare(self, today: date) -> tuple[str, ...]:
        """Have the partitions of the months to come ready; the names of those made."""
        return await partitions.make_ahead(self._database, today)

    async def probe(self, source: SourceConfig, tell: probing.Tell) -> None:
        """Look at a source without reading it, and tell what is found, as it is found."""
        stored = await stored_sources.stored_slices(self._database, source.name)
        await probing.probe(
            source, self._clock, stored, tell, bigquery_endpoint=self._bigquery_endpoint
        )

    async def sync(
        self,
        source: str | None = None,
        *,
        full: bool = False,
        since: date | None = None,
        prune: bool = False,
        progress: Progress | None = None,
    ) -> tuple[SyncReport, ...]:
        """Read what changed. A source that fails has its error in its report.

        Args:
            source: the name of one; None: all, one after the other.
            full: look at every slice, however old.
            since: look at slices from this day on; None: from a few days before the newest.
            prune: delete what has vanished at the source; looks at every slice.
            progress: is told what happens.

        Raises:
            NoSourcesError: none is configured.
            UnknownSourceError: there is no source of that name.
        """
        watcher = progress or Silent()
        chosen = self.chosen(source)
        await configured_rates.keep(self._database, self._rates)
        listed = [config.name for config in self.sources]
        await stored_sources.retire(self._database, listed, now=self._clock())
        await self._trim()
        reports = []
        for config in chosen:
            run = Run(self._database, self._projects, self._clock, config.name, watcher)
            how = How(full=full or prune, since=since, prune=prune)
            report = await self._report(config, run, how)
            watcher.finished(report)
            reports.append(report)
        return tuple(reports)

    async def _trim(self) -> None:
        """Say from which day on charges are kept, before any is read."""
        if self._retention is not None:
            try:
                await self._retention.trim()
            except RetentionBusyError as error:  # what has to go, goes the next time
                _log.warning("nothing trimmed", error=str(error))

    async def take_over(
        self, source: str, old: str, *, progress: Progress | None = None
    ) -> TakeOverReport:
        """Let a source succeed another export of the same bill; `held` tells of what.

        Billing periods move one by one, each as a whole, as soon as the new source has all of
        its days. May be repeated, and interrupted.

        Args:
            source: the name of the new one, as `sources.toml` lists it.
            old: the one that was synced so far, listed there or not.
            progress: is told what happens.

        Raises:
            NoSourcesError, UnknownSourceError: as for `sync`.
        """
        (config,) = self.chosen(source)
        watcher = progress or Silent()
        with TemporaryDirectory(prefix="take-over-") as folder:
            run = TakeOver(
                *(self._database, self._projects, self._clock, config.name, watcher),
                old=old,
                folder=Path(folder),
            )
            report = await self._report(config, run, How(full=True, since=None, prune=False))
        watcher.finished(report)
        return TakeOverReport(old, report, tuple(run.moved), tuple(run.stayed))

    async def held(self, source: str) -> tuple[date, ...]:
        """The billing periods that a source holds, in `sources.toml` or not.

        Raises:
            UnknownSourceError: of `core.costs`: it was never synced.
        """
        return await stored_sources.periods_held(self._database, source)

    async def watch(self) -> None:
        """See of each source whether its data is late or doesn't match, and tell it once."""
        now, names = self._clock(), [config.name for config in self.sources]
        async with self._database.begin() as tx:
            await watch.only(tx, names, now=now)
        for name in names:
            async with self._database.begin() as tx:
                await watch.judge(tx, name, now=now)

    async def vanished(self, source: str | None = None) -> Mapping[str, tuple[str, ...]]:
        """The keys of the slices that are gone at their source and kept here, by source.

        Of a source that `sources.toml` lists no more, if it is named: all.

        Raises:
            NoSourcesError, UnknownSourceError: as for `sync`.
        """
        if source is not None and source in await self.retired():
            return {source: tuple(await stored_sources.stored_slices(self._database, source))}
        found = {}
        for name in [config.name for config in self.chosen(source)]:
            stored = await stored_sources.stored_slices(self._database, name)
            found[name] = tuple(key for key, item in stored.items() if item.archived)
        return {name: keys for name, keys in found.items() if keys}

    async def prune(self, vanished: Mapping[str, Collection[str]]) -> int:
        """Delete slices that have vanished, with all they held; how many there were.

        A source that `sources.toml` lists no more is forgotten with its last slice.
        """
        retired = await self.retired()
        gone = 0
        for name, keys in vanished.items():
            gone += await stored_sources.prune(self._database, name, keys, now=self._clock())
            if name in retired:
                await stored_sources.forget(self._database, name)
        return gone

    async def retired(self) -> tuple[str, ...]:
        """The sources that are kept though `sources.toml` lists them no more."""
        listed = {source.name for source in self.sources}
        kept = await stored_sources.names(self._database)
        return tuple(name for name in kept if name not in listed)

    def chosen(self, name: str | None) -> Sequence[SourceConfig]:
        """The source of a name, or all.

        Raises:
            NoSourcesError, UnknownSourceError: as for `sync`.
        """
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

    async def _report(self, config: SourceConfig, run: Run, how: How) -> SyncReport:
        started = time.monotonic()
        log = _log.bind(source=config.name)
        try:
            async with self._open(config) as source:
                await run.work(source, how)
        except CostTrackerError as error:
            log.error("sync failed", error=str(error))  # noqa: TRY400  # its words say it all
            run.report = with_values(run.report, error=_told(error))
            await self._tell(config.name, error)
        except Exception as error:
            log.exception("sync failed")
            run.report = with_values(run.report, error=f"{type(error).__name__}: {error}")
            await self._tell(config.name, error)
        else:
            await self._tell(config.name, None)
        report = with_values(run.report, duration=timedelta(seconds=time.monotonic() - started))
        if report.mismatched:
            log.error("the stored totals differ from the export's", slices=report.mismatched)
        elif not report.error:
            log.info("synced", **_figures(report))
        return report

    async def _tell(self, source: str, error: Exception | None) -> None:
        """Tell those who run this that a source can't be read, or can again."""
        try:
            async with self._database.begin() as tx:
                if error is None:
                    await watch.synced(tx, source, now=self._clock())
                else:
                    await watch.failed(tx, source, told(error), now=self._clock())
        except UnavailableError as unavailable:  # the next sync finds the same
            _log.warning("an incident isn't told", source=source, error=str(unavailable))

    def _open(self, config: SourceConfig) -> AbstractAsyncContextManager[Source]:
        return open_source(config, self._clock, bigquery_endpoint=self._bigquery_endpoint)


def _told(error: CostTrackerError) -> str:
    if not error.suggestions:
        return str(error)
    return f"{error} Did you mean: {' · '.join(error.suggestions)}"


def _figures(report: SyncReport) -> dict[str, object]:
    shown = ("seen", "changed", "written", "rows", "scan", "restated", "matches", "duration")
    return {name: value for name, value in report.as_dict().items() if name in shown}
