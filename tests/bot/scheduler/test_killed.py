"""A scheduler that is killed: another takes its work over."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from core.database import Database
from core.jobs.model import JobState
from tests.bot.scheduler.replica import FakeIngest, job, scheduler, tried
from tests.support.clock import FakeClock
from tests.support.leases import end_leases, renewed

_DYING = """
import asyncio, sys
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo
from bot.scheduler import Scheduler
from bot.settings import Settings
from core.database import Database, DatabaseUnavailableError
from core.incidents.service import IncidentService
from core.jobs.service import JobService
from core.outbox.service import OutboxService

class Endless:
    sources = ("gcp",)
    async def sync(self, *, full):
        print("working", flush=True)
        await asyncio.Event().wait()
    async def prepare(self, today):
        return ()

async def main(url, now):
    database = await Database.connect(url)
    clock = lambda: datetime.fromisoformat(now)
    jobs = JobService(database, worker="dying", lease=timedelta(seconds=6))
    scheduler = Scheduler(SimpleNamespace(
        settings=Settings(), clock=clock, database=database, jobs=jobs, ingest=Endless(),
        incidents=IncidentService(database, clock), outbox=OutboxService(database),
        today=lambda: clock().date(),
    ))
    await scheduler.start()
    await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def at_work(database: Database, clock: FakeClock) -> AsyncGenerator[Process]:
    """A process that has begun a sync, and never ends it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _DYING, database.url, clock().isoformat()),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        while (line := await process.stdout.readline()) != b"working\n":
            assert line, "it ended"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_work_of_a_process_that_was_killed_is_taken_over(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Not while it lives, however long it takes; when its lease has ended."""
    ingest = FakeIngest()
    replica = scheduler(fresh_database, clock, ingest, "rival")
    async with at_work(fresh_database, clock) as dying:
        await renewed(fresh_database)
        await tried(replica)
        assert ingest.full == []
        dying.send_signal(signal.SIGKILL)
        await dying.wait()
    await tried(replica)
    assert ingest.full == []
    await end_leases(fresh_database)
    await tried(replica)
    taken = await job(fresh_database)
    assert ingest.full == [True]
    assert (taken.worker, taken.attempts, taken.state) == ("rival", 2, JobState.DONE)
