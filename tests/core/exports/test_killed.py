"""Exports whose maker is killed: made once by the next, and delivered once."""

import asyncio
import signal
import sys
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot import exporting
from bot.render.charges import Format
from core.access.service import AccessService
from core.cache import Cache
from core.costs.service import CostService
from core.database import Database
from core.exports.model import Request
from core.exports.service import ExportService
from core.jobs.service import JobService
from core.outbox.service import OutboxService
from tests.support.clock import FakeClock
from tests.support.facts import store
from tests.support.product import company
from tests.support.rows import read, whole

LEASE = 0.6
_MAKER = """
import asyncio, os, signal, sys
from datetime import timedelta
from types import SimpleNamespace
from bot import exporting
from core.access.service import AccessService
from core.cache import Cache
from core.clock import utc_now
from core.costs.service import CostService
from core.database import Database
from core.exports.service import ExportService
from core.jobs.service import JobService

url, lease, point = sys.argv[1:]

def dying(work, before, after):
    async def worked(self, *given):
        if before == point:
            os.kill(os.getpid(), signal.SIGKILL)
        done = await work(self, *given)
        if after == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return worked

ExportService.begin = dying(ExportService.begin, "claimed", "")
ExportService.keep = dying(ExportService.keep, "", "kept")
ExportService.finish = dying(ExportService.finish, "whole", "finished")

async def main():
    database = await Database.connect(url)
    await exporting.make_due(SimpleNamespace(
        access=AccessService(database, utc_now), costs=CostService(database, Cache(), utc_now),
        exports=ExportService(database),
        clock=utc_now,
        jobs=JobService(database, worker="dying", lease=timedelta(seconds=float(lease))),
    ))

asyncio.run(main())
"""


@pytest.mark.parametrize("point", ["claimed", "kept", "whole", "finished"])
async def test_an_export_whose_maker_is_killed_is_made_and_delivered_once(
    fresh_database: Database, clock: FakeClock, point: str
) -> None:
    await store(fresh_database, company())
    exports = ExportService(fresh_database)
    wanted = Request(
        "k", "T1", "U1", "all 2026-10", date(2026, 11, 22), "csv", "C1", "17.1", about=124
    )
    made = await exports.request(wanted)
    assert await exports.request(wanted) == made
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _MAKER, fresh_database.url, str(LEASE), point)
    )
    async with asyncio.timeout(60):
        assert await process.wait() == -signal.SIGKILL
    next_ = SimpleNamespace(
        access=AccessService(fresh_database, clock),
        costs=CostService(fresh_database, Cache(), clock),
        exports=exports,
        clock=clock,
        jobs=JobService(fresh_database, worker="next"),
    )
    async with asyncio.timeout(60):
        while await exports.waiting():
            await exporting.make_due(cast("Any", next_))
            await asyncio.sleep(0.05)
    content = await exports.content(made.id)
    file = await whole(content.parts())
    assert len(file) == content.size
    assert len(read(file, Format.CSV)) == 124
    delivery = await OutboxService(fresh_database).lease(["slack"])
    assert delivery is not None
    assert (delivery.message.key, delivery.begun and delivery.begun.id) == ("export:1", "17.1")
    assert (await OutboxService(fresh_database).backlog()).queued == 1
