"""Has due reports made and posted: by any number of replicas, each run by one of them.

When a schedule's time comes, a run is kept, unique by schedule and instant; whoever is free
claims it, under a lease. No transaction is open while the report is made; what it posts is
written with what became of the run.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from core.database import Connection
from core.errors import (
    ConfigurationError,
    CostTrackerError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from core.incidents.model import IncidentKind
from core.incidents.service import found, over, told
from core.lease import LeaseLostError, held
from core.outbox.service import enqueue
from core.reports.model import Report, ReportKind
from core.schedules import rights, runs, store, telling
from core.schedules.known import Known
from core.schedules.model import (
    WAITS,
    OwnerGoneError,
    Posting,
    Run,
    RunDiedError,
    RunState,
    Schedule,
    ScheduleChangedError,
    UnknownScheduleError,
)
from core.schedules.parts import Parts
from core.schedules.planning import plan
from core.schedules.written import write

AT_ONCE: Final = 2
"""So many reports are made at the same time by a process."""
MOST_TRIES: Final = 5

_FIRST_PAUSE: Final = timedelta(minutes=1)
_WAIT: Final = timedelta(hours=1)
_BATCH: Final = 100
_LASTING: Final = (InvalidError, NotFoundError, ForbiddenError, ConfigurationError)
"""What is so each time it is tried."""

_log = structlog.get_logger()


class SchedulePoster:
    """Does what is due."""

    def __init__(
        self, parts: Parts, *, worker: str, lease: timedelta = timedelta(minutes=2)
    ) -> None:
        """Work as `worker`, a name that no other process has."""
        self._parts = parts
        self._database = parts.database
        self._clock = parts.clock
        self._worker = worker
        self._lease = lease

    async def work(self) -> int:
        """Take up all that is due, a few reports at a time; how many runs were taken."""
        await self.plan()
        async with asyncio.TaskGroup() as group:
            working = [group.create_task(self._drain()) for _ in range(AT_ONCE)]
        return sum(each.result() for each in working)

    async def plan(self) -> int:
        """Keep a run of every schedule whose time has come; how many.

        Of several instants that went by the latest is run, those before are kept as missed.
        """
        now, planned = self._clock(), 0
        while True:
            async with self._database.begin() as tx:
                ready = await store.due(tx, now, _BATCH)
                for schedule in ready:
                    await plan(tx, schedule, now)
            planned += len(ready)
            if len(ready) < _BATCH:
                return planned

    async def wake(self) -> None:
        """Have runs tried now that wait for complete data: there is new data."""
        async with self._database.begin() as tx:
            await runs.wake(tx, self._clock())

    async def forget(self, before: datetime) -> int:
        """Forget runs that were due before an instant and have ended; how many."""
        async with self._database.begin() as tx:
            return await runs.forget(tx, before)

    async def _drain(self) -> int:
        taken = 0
        while (run := await self._claim()) is not None:
            taken += 1
            await self._do(run)
        return taken

    async def _claim(self) -> Run | None:
        async with self._database.begin() as tx:
            return await runs.claim(tx, self._worker, self._clock(), self._lease)

    async def _do(self, run: Run) -> None:
        """See to one run, whatever happens; only being stopped leaves this."""
        log = _log.bind(schedule=run.schedule, run=run.id, attempt=run.attempts)
        try:
            async with held(partial(self._renew, run), self._lease):
                came_to = await self._make(run)
            log.info("schedule", came_to=came_to)
        except LeaseLostError:
            log.warning("schedule: another has taken the run over")
        except asyncio.CancelledError:
            await asyncio.shield(self._again(run, "it was stopped", timedelta()))
            raise
        except Exception as error:  # noqa: BLE001 - kept with the run, and told
            log.warning("schedule failed", error=repr(error))
            await self._failed(run, error)

    async def _renew(self, run: Run) -> bool:
        async with self._database.begin() as tx:
            return await runs.renew(tx, run, self._lease)

    async def _make(self, run: Run) -> RunState:
        """Make a run's report and post it; what the run came to."""
        if run.attempts > MOST_TRIES:
            raise RunDiedError
        try:
            async with self._database.read() as connection:
                schedule = await store.one(connection, run.schedule)
        except UnknownScheduleError:
            return await self._skip(run, "it was removed")
        if schedule.paused_at is not None and not run.by:
            return await self._skip(run, "paused")
        if run.kind is not schedule.terms.kind:
            return await self._skip(run, f"it is a {schedule.terms.kind} one now")
        known = await Known.of(self._parts.costs)
        schedule = replace(known.read(schedule), query=known.query(schedule.terms))
        try:
            report = await self.report(schedule, run)
        except OwnerGoneError as gone:
            return await self._pause(run, gone)
        if not report.complete and self._waits(schedule, run):
            return await self._wait(run)
        return await self._post(schedule, run, report)

    async def report(self, schedule: Schedule, run: Run) -> Report:
        """The report of a run, made with its schedule's owner's rights.

        Raises:
            OwnerGoneError: they have none any more.
        """
        viewer = await rights.acting(schedule, self._parts)
        assert schedule.query is not None  # noqa: S101 - it could be read
        return await self._parts.reports.report(
            schedule.terms.kind, schedule.query, viewer, period=run.period
        )

    def _waits(self, schedule: Schedule, run: Run) -> bool:
        """Whether a run may wait for its days to be complete: monthly ones, for some days.

        And once in any case: after downtime it is due for long, and its data is on its way.
        """
        if schedule.terms.kind is not ReportKind.MONTHLY or run.by:
            return False
        return run.try_at == run.due_at or self._clock() < run.due_at + WAITS

    async def _wait(self, run: Run) -> RunState:
        now, last = self._clock(), run.due_at + WAITS
        try_at = now + _WAIT if last <= now else min(now + _WAIT, last)
        async with self._database.begin() as tx:
            await runs.put_off(tx, run, RunState.WAITING, "its days are not complete yet", try_at)
        return RunState.WAITING

    async def _post(self, schedule: Schedule, run: Run, report: Report) -> RunState:
        posting = Posting(
            schedule=schedule.id,
            run=run.id,
            version=1,
            said=write(schedule.terms),
            report=report,
            formats=schedule.terms.formats,
            waited=not report.complete and self._clock() >= run.due_at + WAITS,
            by=run.by,
        )
        now = self._clock()
        async with self._database.begin() as tx:
            await _check_unchanged(tx, schedule, run)
            places = await telling.wanted(tx, schedule.id, telling.places(schedule.terms))
            if not places:
                await runs.end(tx, run, RunState.SKIPPED, "nobody it goes to wants it any more")
                return RunState.SKIPPED
            if not await runs.post(tx, run, posting, places, now):
                raise LeaseLostError
            await over(tx, IncidentKind.SCHEDULE, str(schedule.id), now=now)
            for to in places:
                for message in telling.posted(posting, to):
                    await enqueue(tx, message)
        return RunState.POSTED

    async def _skip(self, run: Run, reason: str) -> RunState:
        async with self._database.begin() as tx:
            await runs.end(tx, run, RunState.SKIPPED, reason)
        return RunState.SKIPPED

    async def _pause(self, run: Run, gone: OwnerGoneError) -> RunState:
        """Whoever set it is gone: it waits for somebody to take it up, and that is told."""
        now = self._clock()
        async with self._database.begin() as tx:
            if await runs.end(tx, run, RunState.SKIPPED, gone.message):
                await store.pause(tx, run.schedule, now, why=gone.message)
                await found(tx, IncidentKind.SCHEDULE, str(run.schedule), told(gone), now=now)
        return RunState.SKIPPED

    async def _failed(self, run: Run, error: Exception) -> None:
        """Try it again later, or give it up and tell so."""
        if run.attempts < MOST_TRIES and not isinstance(error, _LASTING):
            await self._again(run, _words(error), _FIRST_PAUSE * (1 << (run.attempts - 1)))
            return
        now = self._clock()
        async with self._database.begin() as tx:
            if await runs.end(tx, run, RunState.FAILED, _words(error)):
                await found(tx, IncidentKind.SCHEDULE, str(run.schedule), told(error), now=now)

    async def _again(self, run: Run, reason: str, pause: timedelta) -> None:
        async with self._database.begin() as tx:
            await runs.put_off(tx, run, RunState.QUEUED, reason, self._clock() + pause)


async def _check_unchanged(tx: Connection, schedule: Schedule, run: Run) -> None:
    """See that a schedule still is what a report was made for: removed or changed it isn't.

    Raises:
        ScheduleChangedError: it is tried again, as the schedule is by then.
    """
    try:
        now = await store.one(tx, schedule.id)
    except UnknownScheduleError:
        raise ScheduleChangedError from None
    if now.changed_at != schedule.changed_at or (now.paused_at is not None and not run.by):
        raise ScheduleChangedError


def _words(error: Exception) -> str:
    """An error as it is kept with the run: ours in their words, others with their class."""
    return str(error) if isinstance(error, CostTrackerError) else f"{type(error).__name__}: {error}"
