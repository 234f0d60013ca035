"""Syncs of everything, by schedule or by hand: one of a period counts for it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from bot.scheduler.slots import SyncTimes
from bot.services import Services
from bot.settings import Settings
from core.errors import UnavailableError
from core.incidents.model import ToldError
from core.ingest.model import Progress, SyncReport
from core.jobs.model import Job, JobState

SYNC: Final = "sync"
"""The kind of their jobs."""

_PAUSE: Final = 0.5


class SyncFailedError(ToldError, UnavailableError):
    """A source could not be synced."""


def period(settings: Settings, now: datetime) -> str:
    """The period whose sync is due, as its job is named: `2026-11-22T14:00Z`."""
    times = SyncTimes(settings.sync_at, settings.report_timezone, settings.sync_every)
    return f"{times.latest(now):%Y-%m-%dT%H:%MZ}"


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
        return await services.ingest.sync(full=full, progress=progress)
    reports: tuple[SyncReport, ...] = ()
    with suppress(SyncFailedError):  # their reports say so
        async with services.jobs.running(job):
            reports = await services.ingest.sync(full=full, progress=progress)
            await keep(services, job, reports)
    return reports


async def keep(services: Services, job: Job, reports: Sequence[SyncReport]) -> None:
    """Keep what the syncs of a job came to.

    Raises:
        SyncFailedError: one of them failed.
    """
    await services.jobs.report(job, [report.as_dict() for report in reports])
    if failed := [f"{report.source}: {report.error}" for report in reports if report.error]:
        raise SyncFailedError(" ".join(failed))


async def _claim(services: Services, waiting: Callable[[Job], None]) -> Job | None:
    """The job of the present period, or None if it is done."""
    due = period(services.settings, services.clock())
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
