"""The scheduler: every replica looks at what is due, and one of them does it.

A duty is due for a period, whose job can be claimed once. Replicas look twice a minute; so a
job whose worker has died is taken over when its lease ends, one that failed is tried again
after a while, and after downtime only the latest period is made up for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import after_sync, exporting
from bot.scheduler.slots import week
from bot.services import Services
from core.access.model import Role, Viewer
from core.anomalies.posting import Posted
from core.errors import ConflictError, CostTrackerError
from core.incidents.model import ToldError
from core.ingest.syncing import SYNC, keep
from core.jobs.model import Job, JobState

LOOK_EVERY: Final = timedelta(seconds=30)
KEPT: Final = timedelta(days=60)
"""How long the records of jobs and of messages delivered are kept, and budgets' forecasts."""
RUNS_KEPT: Final = timedelta(days=400)
"""How long it is kept what became of a schedule's runs: a year's reports, and some."""

SOON: Final = timedelta(seconds=3)
"""How often it is looked for what somebody waits for."""

_EXPORTS: Final = "exports"
_FIRST_PAUSE: Final = timedelta(minutes=2)
_LONGEST_PAUSE: Final = timedelta(hours=1)

_log = structlog.get_logger()


SCHEDULER: Final = Viewer("scheduler", Role.ADMIN)
"""Who asks, where nobody does."""


class MismatchError(ToldError, ConflictError):
    """What is stored is not what was read."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Work that is due once a period: `period` names the present one.

    `after`: the kind of job that must have been done once before this makes sense; `each_time`:
    for the same period.
    """

    kind: str
    period: Callable[[datetime], str]
    work: Callable[[Job], Awaitable[None]]
    after: str | None = None
    each_time: bool = False


class Scheduler:
    """Does what is due until it is closed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._zone = services.settings.report_timezone
        self._working: dict[str, asyncio.Task[None]] = {}
        self._triggers = AsyncIOScheduler(timezone=UTC)
        self._errands: dict[str, Callable[[], Awaitable[object]]] = {
            "reports": partial(_post, services),
            _EXPORTS: partial(exporting.make_due, services),
        }
        self.duties = [
            Duty("upkeep", self._day, self._keep_up),
            Duty("label-rules", self._hour, self._follow),
            Duty("old-exports", self._hour, self._tidy),
            Duty("alerts", self._five_minutes, self._tend),
            Duty("missed-budgets", self._five_minutes, self._catch_up),
        ]
        if services.ingest.sources:
            self.duties += [
                Duty(SYNC, self._sync_slot, self._sync),
                Duty("reconcile", self._day, self._reconcile, after=SYNC),
                Duty("freshness", self._hour, self._watch, after=SYNC),
                Duty("budgets", self._sync_slot, self._evaluate, after=SYNC, each_time=True),
                # At the day's turn; what was linked, or rated otherwise, `_catch_up` sees.
                Duty("late-budgets", self._hour, self._evaluate, after=SYNC),
                Duty("foresight", self._sync_slot, self._foresee, after=SYNC, each_time=True),
                # For digests, whose hour comes with time alone.
                Duty("anomaly-posts", self._quarter, self._tell, after="foresight"),
                Duty("corrections", self._sync_slot, self._correct, after=SYNC, each_time=True),
                # For what was synced by hand, or linked, or rated otherwise.
                Duty("late-corrections", self._hour, self._correct, after=SYNC),
            ]

    async def start(self) -> None:
        """Begin to look, at once and from then on."""
        self._triggers.add_job(
            self.look,
            "interval",
            seconds=LOOK_EVERY.total_seconds(),
            next_run_time=datetime.now(UTC),
            # A loop that was busy, or a laptop that slept: late is better than not at all.
            misfire_grace_time=None,
            coalesce=True,
        )
        for errand in self._errands:
            # Whoever asked for an export, or has a report run now, waits for it.
            self._triggers.add_job(
                self._begin, "interval", args=[errand], seconds=SOON.total_seconds(), coalesce=True
            )
        self._triggers.start()

    async def close(self) -> None:
        """Stop; work under way is given up, for another replica or the next start."""
        if self._triggers.running:
            self._triggers.shutdown(wait=False)
        for task in self._working.values():
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def look(self) -> None:
        """Begin whatever is due and can be claimed, unless this process is at it already."""
        for duty in self.duties:
            if duty.kind in self._working:
                continue
            try:
                job = await self._claim(duty)
            except CostTrackerError as error:
                _log.warning("can't look for work", kind=duty.kind, error=str(error))
                continue
            if job is not None:
                self._working[duty.kind] = asyncio.create_task(self._do(duty, job))
        for errand in self._errands:
            await self._begin(errand)

    async def _begin(self, errand: str) -> None:
        if errand not in self._working:
            self._working[errand] = asyncio.create_task(self._run(errand))

    async def idle(self) -> None:
        """Wait until what has begun is done."""
        while self._working:
            await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _claim(self, duty: Duty) -> Job | None:
        now, jobs = self._services.clock(), self._services.jobs
        period = duty.period(now)
        if duty.after:
            before = await jobs.latest(duty.after, JobState.DONE)
            if before is None or (duty.each_time and before.period != period):
                return None
        latest = await jobs.latest(duty.kind)
        if latest is not None and latest.period == period and _waits(latest, now):
            return None
        return await jobs.claim(duty.kind, period)

    async def _do(self, duty: Duty, job: Job) -> None:
        log = _log.bind(kind=duty.kind, period=job.period, attempt=job.attempts)
        log.info("job begins")
        began = time.perf_counter()
        try:
            ended = self._services.incidents.of_duty(duty.kind)
            async with self._services.jobs.running(job, ended=ended):
                await duty.work(job)
        except CostTrackerError as error:
            log.error("job failed", error=str(error))  # noqa: TRY400  # its words say it all
        except Exception:
            log.exception("job failed")
        else:
            log.info("job done", seconds=round(time.perf_counter() - began, 1))
        finally:
            del self._working[duty.kind]

    async def _run(self, errand: str) -> None:
        """Do what claims itself what is due of it; every replica takes its share."""
        try:
            await self._errands[errand]()
        except* CostTrackerError as errors:
            _log.warning("can't look for work", kind=errand, error=str(errors.exceptions[0]))
        except* Exception as errors:  # noqa: BLE001 - the next look begins anew
            _log.error("errand failed", kind=errand, exc_info=errors)
        finally:
            del self._working[errand]

    def _day(self, now: datetime) -> str:
        return now.astimezone(self._zone).date().isoformat()

    def _hour(self, now: datetime) -> str:
        return f"{now:%Y-%m-%dT%HZ}"

    def _quarter(self, now: datetime) -> str:
        return f"{now:%Y-%m-%dT%H}:{now.minute // 15 * 15:02}Z"

    def _five_minutes(self, now: datetime) -> str:
        return f"{now:%Y-%m-%dT%H}:{now.minute // 5 * 5:02}Z"

    def _sync_slot(self, now: datetime) -> str:
        return self._services.settings.sync_times.period(now)

    async def _keep_up(self, _: Job) -> None:
        """Have next months' partitions ready; forget old jobs, messages and charges."""
        services = self._services
        made = await services.ingest.prepare(services.today())
        gone = await services.jobs.forget(services.clock() - KEPT)
        told = await services.outbox.forget(services.clock() - KEPT)
        runs = await services.poster.forget(services.clock() - RUNS_KEPT)
        foreseen = await services.evaluation.forget(services.today() - KEPT)
        _log.info(
            "upkeep",
            partitions=made,
            jobs_forgotten=gone,
            messages_forgotten=told,
            runs_forgotten=runs,
            forecasts_forgotten=foreseen,
        )
        await services.retention.trim()

    async def _follow(self, _: Job) -> None:
        """Take up what was interrupted: facts that don't follow the label rules yet."""
        if moved := await self._services.rules.settle():
            _log.info("charges follow the label rules", facts=moved)

    async def _tidy(self, _: Job) -> None:
        """Drop the files of exports that are delivered."""
        if gone := await self._services.exports.forget(self._services.clock()):
            _log.info("exports forgotten", parts=gone)

    async def _watch(self, _: Job) -> None:
        """See whether data is late: time passes, even if nothing else happens."""
        await self._services.ingest.watch()

    async def _reconcile(self, _: Job) -> None:
        """Prove the open months and the last closed one, against exports and rollups."""
        found = await self._services.proof.prove_unsettled(SCHEDULER)
        wrong = [f"{each.source} {each.month:%Y-%m}" for each in found if not each.proved]
        _log.info("reconciled", proofs=len(found), wrong=wrong)
        if wrong:
            raise MismatchError(f"What is stored is not what was read: {', '.join(wrong)}.")

    async def _foresee(self, _: Job) -> None:
        """Judge the forecasts whose days are in, make those of today; find anomalies, and tell."""
        judged, made = await after_sync.foresee(self._services)
        _log.info("forecasts", judged=judged, made=made)
        screened, told = await after_sync.screen(self._services)
        _log.info("anomalies", projects=screened.projects, new=screened.new, known=screened.known)
        _told(told)

    async def _tell(self, _: Job) -> None:
        """Tell of anomalies, in messages of their own or, where it is time for them, in digests."""
        _told(await self._services.anomaly_poster.post())

    async def _correct(self, _: Job) -> None:
        """Have reports posted that waited for data, and those corrected that it changes."""
        corrected = await after_sync.correct(self._services)
        _log.info("reports held against the data", corrected=corrected)

    async def _evaluate(self, _: Job) -> None:
        """Hold budgets against what is spent now, and tell of what is crossed."""
        found = await after_sync.evaluate(self._services)
        _log.info("budgets", looked_at=found.looked_at, told=found.told, changed=found.changed)

    async def _catch_up(self, job: Job) -> None:
        """Evaluate what no other duty will: what was synced by hand, linked, set by thousands."""
        syncing = await self._services.jobs.latest(SYNC, JobState.RUNNING)
        if syncing is None and await self._services.evaluation.is_behind():
            await self._evaluate(job)

    async def _tend(self, _: Job) -> None:
        """End snoozes, remind owners, post what channels want once a day."""
        done = await self._services.evaluation.tend()
        _log.info("alerts", ended=done.ended, reminded=done.reminded, digests=done.digests)

    async def _sync(self, job: Job) -> None:
        """Sync every source; once a week all they have, whatever its age."""
        services = self._services
        async with AsyncExitStack() as stack:
            weekly = await services.jobs.claim("full-sync", week(services.clock(), self._zone))
            if weekly is not None:
                await stack.enter_async_context(services.jobs.running(weekly))
            reports = await services.ingest.sync(full=weekly is not None)
            await keep(services.jobs, job, reports)


async def _post(services: Services) -> int:
    """Post the reports that are due."""
    return await services.poster.work()


def _told(posted: Posted) -> None:
    _log.info("anomalies told", posts=posted.posts, digests=posted.digests, updates=posted.updates)


def _waits(job: Job, now: datetime) -> bool:
    """Whether there is nothing to do about a period's job: done, or it failed just now."""
    if job.state is JobState.FAILED and job.ended_at is not None:
        pause = min(_FIRST_PAUSE * (1 << min(job.attempts - 1, 10)), _LONGEST_PAUSE)
        return now < job.ended_at + pause
    return job.state is JobState.DONE
