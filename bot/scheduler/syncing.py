"""Syncs of everything, by schedule or by hand: one of a period counts for it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from bot.services import Services
from core.ingest.model import Progress, SyncReport
from core.ingest.syncing import SYNC, SyncFailedError, keep
from core.jobs.model import Job, JobState

_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync by hand came to. `counts`: for the present period, so duties follow it."""

    reports: tuple[SyncReport, ...]
    counts: bool


async def by_hand(
    services: Services,
    source: str | None = None,
    *,
    full: bool = False,
    since: date | None = None,
    progress: Progress | None = None,
    waiting: Callable[[Job], None],
) -> Synced:
    """Sync now; one of everything counts for the present period, if that had none.

    The scheduler needs not do that again, and does what follows it; after another, whoever asked
    for it does (`bot.after_sync`).

    Args:
        services: whose sources.
        source: the name of one; None: all.
        full: look at every slice, however old.
        since: look at slices from this day on.
        progress: is told what happens.
        waiting: is told of a sync of everything that is under way, before another of everything:
            this one begins when that has ended.

    Raises:
        NoSourcesError: none is configured.
        UnknownSourceError: there is no source of that name.
    """
    services.ingest.chosen(source)
    sync = partial(services.ingest.sync, source, full=full, since=since, progress=progress)
    job = await _claim(services, waiting) if source is None and since is None else None
    if job is None:
        return Synced(await sync(), counts=False)
    reports: tuple[SyncReport, ...] = ()
    with suppress(SyncFailedError):  # their reports say so
        async with services.jobs.running(job):
            reports = await sync()
            await keep(services.jobs, job, reports)
    return Synced(reports, counts=True)


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
