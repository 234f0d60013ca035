"""Syncs of everything, by schedule or by hand: one of a period counts for it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bot.services import Services
from core.ingest.model import Progress, SyncReport
from core.ingest.syncing import SYNC, SyncFailedError, keep
from core.jobs.model import Job, JobState

_PAUSE: Final = 0.5


async def by_hand(
    services: Services,
    *,
    full: bool = False,
    progress: Progress | None = None,
    waiting: Callable[[Job], None],
) -> tuple[SyncReport, ...]:
    """Sync everything now; the scheduler needs not do it again if its time had come.

    Args:
        services: whose sources.
        full: look at every slice, however old.
        progress: is told what happens.
        waiting: is told of a sync that is under way; this one begins when that has ended.

    Raises:
        NoSourcesError: none is configured.
    """
    services.ingest.chosen(None)
    job = await _claim(services, waiting)
    if job is None:
        again = await services.ingest.sync(full=full, progress=progress)
        # The scheduler has done so for this period already.
        await services.evaluation.evaluate()
        await correct(services)
        return again
    reports: tuple[SyncReport, ...] = ()
    with suppress(SyncFailedError):  # their reports say so
        async with services.jobs.running(job):
            reports = await services.ingest.sync(full=full, progress=progress)
            await keep(services.jobs, job, reports)
    return reports


async def correct(services: Services) -> int:
    """Have reports posted that waited for data, and those corrected that it changes; how many."""
    await services.poster.wake()
    return await services.corrector.correct()


async def _claim(services: Services, waiting: Callable[[Job], None]) -> Job | None:
    """The job of the present period, or None if it is done."""
    due = services.settings.sync_times.period(services.clock())
    told = False
    while (job := await services.jobs.claim(SYNC, due)) is None:
        latest = await services.jobs.latest(SYNC, JobState.RUNNING)
        if latest is None or latest.period != due:
            return None
        if not told:
            waiting(latest)
        told = True
        await asyncio.sleep(_PAUSE)
    return job
