"""Holds what was posted against the data as it is now, and has posts corrected."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from core.access.model import Viewer
from core.errors import CostTrackerError
from core.outbox.service import enqueue
from core.reports.correcting import Corrections, corrections
from core.reports.model import Report, ReportKind
from core.schedules import rights, runs, store, telling
from core.schedules.known import Known
from core.schedules.model import Schedule
from core.schedules.parts import Parts
from core.schedules.runs import Posted

LOOKED_AT: Final = {ReportKind.WEEKLY: timedelta(days=35), ReportKind.MONTHLY: timedelta(days=100)}
"""So long after it was posted a report is held against the data."""

_log = structlog.get_logger()

type _Same = tuple[object, ...]


class ReportCorrector:
    """Corrects posts: the one in its place, with a note of what changed under it."""

    def __init__(self, parts: Parts) -> None:
        """Keep its parts."""
        self._parts = parts
        self._database = parts.database
        self._clock = parts.clock

    async def correct(self) -> int:
        """Look at all that was posted lately, and not since the data changed; how many changed.

        One that can't be made again stays as it is, and is looked at the next time.
        """
        since = self._clock() - max(LOOKED_AT.values())
        async with self._database.read() as connection:
            numbers = await runs.outdated(connection, since)
            schedules = {each.id: each for each in await store.read(connection)}
        known = await Known.of(self._parts.costs)
        made: dict[_Same, Report] = {}
        corrected = 0
        for number in numbers:
            async with self._database.read() as connection:
                posted = await runs.posted(connection, number)
            schedule = schedules.get(posted.run.schedule)
            if schedule is None or self._is_old(posted):
                continue
            try:
                after = await self._again(known.read(schedule), posted, made)
                corrected += await self._hold(posted, after)
            except CostTrackerError as error:
                _log.warning("a report can't be made again", run=number, error=str(error))
            await asyncio.sleep(0)
        return corrected

    def _is_old(self, posted: Posted) -> bool:
        at, kind = posted.run.posted_at, posted.posting.report.kind
        return at is None or at < self._clock() - LOOKED_AT[kind]

    async def _again(self, schedule: Schedule, posted: Posted, made: dict[_Same, Report]) -> Report:
        """The same report as it is now; asked for once by schedules that share it."""
        viewer = await rights.acting(schedule, self._parts)
        before = posted.posting.report
        same = (before.kind, before.query, viewer.projects)
        if same not in made:
            made[same] = await self._report(before, viewer)
        return made[same]

    async def _report(self, before: Report, viewer: Viewer) -> Report:
        return await self._parts.reports.report(
            before.kind, before.query, viewer, period=before.query.period
        )

    async def _hold(self, posted: Posted, after: Report) -> bool:
        """Hold a report against what was posted; whether that is corrected."""
        run, before = posted.run, posted.posting.report
        # With other rights it is another report, and its figures correct nothing.
        change = None if after.partial != before.partial else corrections(before, after)
        now = self._clock()
        async with self._database.begin() as tx:
            if change is None:
                await runs.checked(tx, run, after.data_version)
                return False
            tells = _is_told(before.kind, change)
            posting = replace(
                posted.posting,
                version=run.version + 1,
                report=after,
                waited=posted.posting.waited and not after.complete,
                corrections=change if tells else None,
                corrected=tells or posted.posting.corrected,
            )
            if not await runs.correct(tx, run, posting, now):
                return False
            for to in await telling.wanted(tx, run.schedule, posted.places):
                for message in telling.corrected(posting, to):
                    await enqueue(tx, message)
        _log.info("a report is corrected", run=run.id, version=posting.version)
        return True


def _is_told(kind: ReportKind, change: Corrections) -> bool:
    """Whether a thread is told, or its post only shows it: a week becomes complete each week."""
    return bool(change.figures) or kind is ReportKind.MONTHLY
