"""Workers that are killed while they make reports: each due run is posted, and posted once."""

import asyncio
import signal
import sys
from dataclasses import replace
from datetime import date, time

from core.access.model import OPERATOR, Member, Role
from core.clock import utc_now
from core.database import Database
from core.reports.model import ReportKind
from core.schedules.model import RunState, Terms
from core.schedules.service import ScheduleService
from core.schedules.timing import When
from tests.support.facts import store
from tests.support.scheduling import FINANCE, company, messages, parts, posting

SCHEDULES = 6
_LEASE, _LONG = 1.0, 60.0
"""Seconds: of those that die, and of the one that does the rest."""
_WORKER = """
import asyncio, os, signal, sys
from datetime import timedelta
from core.clock import utc_now
from core.database import Database
from core.schedules.poster import SchedulePoster
from tests.support.scheduling import parts

url, name, lease, point = sys.argv[1:]

class Dying(SchedulePoster):
    async def report(self, schedule, run):
        die("making")
        return await super().report(schedule, run)

    async def _post(self, schedule, run, report):
        done = await super()._post(schedule, run, report)
        die("posted")
        return done

def die(here):
    if here == point:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    database = await Database.connect(url)
    made = parts(database, utc_now)
    poster = Dying(made, worker=name, lease=timedelta(seconds=float(lease)))
    print("ready", flush=True)
    while True:
        await poster.work()
        await asyncio.sleep(0.1)

asyncio.run(main())
"""


async def worker(
    database: Database, name: str, point: str = "", *, lease: float = _LEASE
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WORKER, database.url, name, str(lease), point),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_whoever_dies_wherever_each_is_posted_once(fresh_database: Database) -> None:
    """One dies while it makes a report, one when it has posted one; a third does the rest."""
    await store(fresh_database, company(date(2026, 11, 30)))
    made = parts(fresh_database, utc_now)
    entry = Member(FINANCE.workspace, FINANCE.subject, Role.FINANCE)
    await made.access.set_member(entry, by=OPERATOR)
    service = ScheduleService(made)
    terms = Terms(ReportKind.WEEKLY, "all", When("UTC", time(9), weekdays=(0,)))
    for number in range(SCHEDULES):
        added = await service.add(replace(terms, channels=(f"C0{number}",)), by=FINANCE)
        await service.run(added.id, by=FINANCE)
    for name, point in (("a", "making"), ("b", "posted")):
        dying = await worker(fresh_database, name, point)
        async with asyncio.timeout(60):
            assert await dying.wait() == -signal.SIGKILL
    last = await worker(fresh_database, "c", lease=_LONG)
    try:
        await _all_posted(service)
        assert last.returncode is None
    finally:
        last.kill()
        await last.wait()
    sent = await messages(fresh_database)
    assert sorted(each.to.address for each in sent) == [f"C0{n}" for n in range(SCHEDULES)]
    assert len({posting(each).run for each in sent}) == SCHEDULES


async def _all_posted(service: ScheduleService) -> None:
    async with asyncio.timeout(90):
        while True:
            found = await service.list(FINANCE)
            states = [each.latest.state for each in found if each.latest is not None]
            if states == [RunState.POSTED] * SCHEDULES:
                return
            await asyncio.sleep(0.1)
