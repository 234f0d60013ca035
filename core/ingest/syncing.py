"""Syncs as jobs: which one counts for the time that one was due, and what they came to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.errors import UnavailableError
from core.incidents.model import ToldError
from core.ingest.model import SyncReport
from core.ingest.times import SyncTimes
from core.jobs.model import Job
from core.jobs.service import JobService

SYNC: Final = "sync"
"""The kind of jobs that sync everything: one for each time that it is due."""

ASKED: Final = "sync-asked"
"""The kind of other syncs: of one source, of some days, or once more."""


class SyncFailedError(ToldError, UnavailableError):
    """A source could not be synced."""


async def claim(
    jobs: JobService, times: SyncTimes, now: datetime, *, everything: bool
) -> Job | None:
    """The job of a sync that somebody asks for.

    One of everything counts for the present period, if that had none: the scheduler needs not
    do it again. None: another has begun at this very instant.
    """
    if everything and (job := await jobs.claim(SYNC, times.period(now))):
        return job
    return await jobs.claim(ASKED, now.isoformat(timespec="microseconds"))


async def keep(jobs: JobService, job: Job, reports: Sequence[SyncReport]) -> None:
    """Keep what the syncs of a job came to.

    Raises:
        SyncFailedError: one of them failed.
    """
    await jobs.report(job, [report.as_dict() for report in reports])
    if failed := [f"{report.source}: {report.error}" for report in reports if report.error]:
        raise SyncFailedError(" ".join(failed))
