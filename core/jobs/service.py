"""Claiming work, so that any number of replicas run the same schedule and one does it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

from core.database import Connection, Database
from core.errors import CostTrackerError
from core.jobs import store
from core.jobs.model import STOPPED, Job, JobState
from core.lease import LeaseLostError, held

type Ended = Callable[[Connection, Exception | None], Awaitable[None]]


class JobService:
    """The verbs of jobs."""

    def __init__(
        self, database: Database, *, worker: str, lease: timedelta = timedelta(minutes=2)
    ) -> None:
        """Work as `worker`, a name that no other process has."""
        self._database = database
        self._worker = worker
        self._lease = lease

    async def claim(
        self, kind: str, period: str, *, lasting: timedelta | None = None
    ) -> Job | None:
        """Take a job: one that nobody began, that failed, or whose worker has died.

        None: it is done, or somebody else is at it. `lasting`: it stays done for so long only.
        """
        async with self._database.begin() as tx:
            return await store.claim(tx, kind, period, self._worker, self._lease, lasting=lasting)

    async def find(self, kind: str, period: str) -> Job | None:
        """The job of a kind and period, whatever its state."""
        async with self._database.read() as tx:
            return await store.find(tx, kind, period)

    @asynccontextmanager
    async def running(self, job: Job, *, ended: Ended | None = None) -> AsyncGenerator[None]:
        """Hold a claimed job's lease while the work goes on, and record how it ended.

        Args:
            job: claimed by this worker.
            ended: is called in the transaction that records the end, with the failure if it
                was one; not where the work was merely stopped.

        Raises:
            LeaseLostError: another worker took the job over (this one had stalled for
                longer than the lease); the work inside has been cancelled.
        """
        try:
            async with held(partial(self._renew, job), self._lease):
                yield
        except LeaseLostError:
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self._end(job, JobState.FAILED, STOPPED))
            raise
        except Exception as error:
            await self._end(job, JobState.FAILED, error, ended)
            raise
        else:
            await self._end(job, JobState.DONE, ended=ended)

    async def once(self, kind: str, key: str, *, lasting: timedelta | None = None) -> bool:
        """Whether this is the first call with that key: of a double click, a repeated event.

        Args:
            kind: what is done once.
            key: to whom, or for what.
            lasting: so long after the first it is; None: as long as jobs are kept, two months.
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

    async def stuck(self, lasting: timedelta) -> tuple[Job, ...]:
        """Jobs that have been running for so long, or whose worker died so long ago."""
        async with self._database.read() as tx:
            return await store.stuck(tx, lasting)

    async def forget(self, before: datetime) -> int:
        """Drop the records of jobs that ended before an instant."""
        async with self._database.begin() as tx:
            return await store.forget(tx, before)

    async def _renew(self, job: Job) -> bool:
        async with self._database.begin() as tx:
            return await store.renew(tx, job, self._lease)

    async def _end(
        self,
        job: Job,
        state: JobState,
        error: Exception | str | None = None,
        ended: Ended | None = None,
    ) -> None:
        failure = error if isinstance(error, Exception) else None
        words = _told(error) if isinstance(error, Exception) else error
        async with self._database.begin() as tx:
            if await store.end(tx, job, state, words) and ended is not None:
                await ended(tx, failure)


def _told(error: Exception) -> str:
    """An error as it is kept with the job: ours in their words, others with their class."""
    return str(error) if isinstance(error, CostTrackerError) else f"{type(error).__name__}: {error}"
