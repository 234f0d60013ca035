"""Claiming work, so that any number of replicas run the same schedule and one does it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from core.database import Database
from core.errors import CostTrackerError
from core.jobs import store
from core.jobs.model import Job, JobState, LeaseLostError


class JobService:
    """The verbs of jobs."""

    def __init__(
        self, database: Database, *, worker: str, lease: timedelta = timedelta(minutes=2)
    ) -> None:
        """Work as `worker`, a name that no other process has."""
        self._database = database
        self._worker = worker
        self._lease = lease

    async def claim(self, kind: str, period: str) -> Job | None:
        """Take a job: one that nobody began, that failed, or whose worker has died.

        None: it is done, or somebody else is at it.
        """
        async with self._database.begin() as tx:
            return await store.claim(tx, kind, period, self._worker, self._lease)

    @asynccontextmanager
    async def running(self, job: Job) -> AsyncGenerator[None]:
        """Hold a claimed job's lease while the work goes on, and record how it ended.

        Raises:
            LeaseLostError: another worker took the job over (this one had stalled for
                longer than the lease); the work inside has been cancelled.
        """
        work = asyncio.current_task()
        lost = asyncio.Event()
        renewal = asyncio.create_task(self._renew(job, work, lost))
        try:
            yield
        except asyncio.CancelledError:
            if lost.is_set() and work is not None:
                work.uncancel()
                raise LeaseLostError from None
            await asyncio.shield(self._end(job, JobState.FAILED, "stopped"))
            raise
        except Exception as error:
            await self._end(job, JobState.FAILED, _told(error))
            raise
        else:
            await self._end(job, JobState.DONE)
        finally:
            renewal.cancel()
            with suppress(asyncio.CancelledError):
                await renewal

    async def once(self, kind: str, key: str, *, lasting: timedelta | None = None) -> bool:
        """Whether this is the first call with that key: of a double click, a repeated event.

        Args:
            kind: what is done once.
            key: to whom, or for what.
            lasting: so long after the first it is; None: for good.
        """
        async with self._database.begin() as tx:
            return await store.once(tx, kind, key, self._worker, lasting=lasting)

    async def latest(self, kind: str, state: JobState | None = None) -> Job | None:
        """The job of a kind that began last, whatever its state or with a given one."""
        async with self._database.read() as tx:
            return await store.latest(tx, kind, state)

    async def report(self, job: Job, result: object) -> None:
        """Keep with a job that is running here what it came to, as JSON."""
        async with self._database.begin() as tx:
            await store.report(tx, job, result)

    async def listed(
        self, *kinds: str, before: int | None = None, limit: int = 100
    ) -> tuple[Job, ...]:
        """Jobs of some kinds, the newest first; `before`: the `id` to continue after."""
        async with self._database.read() as tx:
            return await store.listed(tx, kinds, before=before, limit=limit)

    async def forget(self, before: datetime) -> int:
        """Drop the records of jobs that ended before an instant."""
        async with self._database.begin() as tx:
            return await store.forget(tx, before)

    async def _renew(
        self, job: Job, work: asyncio.Task[object] | None, lost: asyncio.Event
    ) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                async with self._database.begin() as tx:
                    held = await store.renew(tx, job, self._lease)
            except (OSError, SQLAlchemyError):
                continue  # the next try may still be in time; if not, the fence holds
            if not held:
                lost.set()
                if work is not None:
                    work.cancel()
                return

    async def _end(self, job: Job, state: JobState, error: str | None = None) -> None:
        async with self._database.begin() as tx:
            await store.end(tx, job, state, error)


def _told(error: Exception) -> str:
    """An error as it is kept with the job: ours in their words, others with their class."""
    return str(error) if isinstance(error, CostTrackerError) else f"{type(error).__name__}: {error}"
