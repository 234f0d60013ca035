"""A scheduler that is killed: another takes its work over."""

import asyncio
import signal
import sys

from core.clock import utc_now
from core.database import Database
from core.jobs.model import JobState
from tests.bot.scheduler.replica import (
    LEASE,
    FakeIngest,
    job,
    scheduler,
    tried,
)

_DYING = """
import asyncio, sys
from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo
from bot.scheduler import Scheduler
from bot.settings import Settings
from core.clock import utc_now
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

async def main(url):
    database = await Database.connect(url)
    jobs = JobService(database, worker="dying", lease=timedelta(seconds=1))
    scheduler = Scheduler(SimpleNamespace(
        settings=Settings(), clock=utc_now, database=database, jobs=jobs, ingest=Endless(),
        incidents=IncidentService(database, utc_now), outbox=OutboxService(database),
        today=lambda: utc_now().date(),
    ))
    await scheduler.start()
    await asyncio.Event().wait()

asyncio.run(main(sys.argv[1]))
"""


async def test_the_work_of_a_process_that_was_killed_is_taken_over(
    fresh_database: Database,
) -> None:
    """Not while it lives, however long it takes; when its lease has ended."""
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _DYING, fresh_database.url, stdout=asyncio.subprocess.PIPE
    )
    assert dying.stdout is not None
    while b"working" not in await dying.stdout.readline():
        assert dying.returncode is None
    ingest = FakeIngest()
    replica = scheduler(fresh_database, utc_now, ingest, "rival")
    await asyncio.sleep(2 * LEASE.total_seconds())
    await tried(replica)
    assert ingest.full == []
    dying.send_signal(signal.SIGKILL)
    await dying.wait()
    await tried(replica)
    assert ingest.full == []
    await asyncio.sleep(1.2 * LEASE.total_seconds())
    await tried(replica)
    taken = await job(fresh_database)
    assert ingest.full == [True]
    assert (taken.worker, taken.attempts, taken.state) == ("rival", 2, JobState.DONE)
