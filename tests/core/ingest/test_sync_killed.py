"""A sync that is killed: what follows it ends in the same rows."""

import asyncio
import random
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from core.costs.slices import Replaced
from core.database import Database
from core.ingest.model import Silent
from tests.core.ingest.syncing import FIRST, ingest, source, synced
from tests.support.bigquery import Emulator, Table
from tests.support.export import expected, history, written
from tests.support.stored import rollups_agree, stored

_PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime
from core.database import Database
from core.ingest.config import BigQuerySource
from core.ingest.service import IngestService
from core.projects.service import ProjectService

async def main(url, endpoint, table, *stays):
    clock = lambda: datetime(2026, 11, 22, 18, tzinfo=UTC)
    database = await Database.connect(url)
    source = BigQuerySource(name="gcp", kind="bigquery", table=table)
    service = IngestService(
        database, ProjectService(database, clock), clock, [source], bigquery_endpoint=endpoint
    )
    (report,) = await service.sync()
    await database.close()
    if stays and not report.error:
        await asyncio.Event().wait()
    sys.exit(report.error)

asyncio.run(main(*sys.argv[1:]))
"""


async def start(database: Database, emulator: Emulator, table: Table, *stays: str) -> Process:
    """A sync in a process of its own, which ends with it or stays until it is killed."""
    arguments = (database.url, emulator.endpoint, table.id, *stays)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, *arguments, stdout=DEVNULL
    )


async def slices_held(database: Database) -> int:
    async with database.read() as connection:
        found: int = (await connection.execute(text("SELECT count(*) FROM slices"))).scalar_one()
        return found


async def test_killed_anywhere_and_run_again_the_rows_are_the_same(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """Real processes, killed at random moments: early, between slices, inside one."""
    lines = history(FIRST, 12, each=60)
    table = written(bigquery_emulator.table("standard"), lines)
    chance = random.Random()  # noqa: S311  # other moments in every run
    for held in (0, 4, 10):
        process = await start(fresh_database, bigquery_emulator, table, "stays")
        while await slices_held(fresh_database) < held and process.returncode is None:  # noqa: ASYNC110  # another process makes it happen
            await asyncio.sleep(0.002)
        await asyncio.sleep(chance.uniform(0, 0.05))
        if process.returncode is None:
            process.kill()
        await process.wait()
        assert process.returncode == -signal.SIGKILL
        assert await rollups_agree(fresh_database)
    first, second = [await start(fresh_database, bigquery_emulator, table) for _ in range(2)]
    assert (await first.wait(), await second.wait()) == (0, 0)
    assert await stored(fresh_database) == expected(lines)
    assert await rollups_agree(fresh_database)


class Dying(Silent):
    """Dies when so many slices have been replaced."""

    def __init__(self, after: int) -> None:
        self._left = after

    def replaced(self, source: str, key: str, outcome: Replaced, rows: int) -> None:  # noqa: ARG002
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


@pytest.mark.parametrize("how", [{"full": True}, {"since": FIRST}])
async def test_a_backfill_that_was_killed_is_finished_by_any_sync_after_it(
    fresh_database: Database, bigquery_emulator: Emulator, how: dict[str, Any]
) -> None:
    """Though the newest slices are stored already, and an ordinary sync looks at those alone."""
    lines = history(FIRST, 30)
    table = written(bigquery_emulator.table("standard"), lines)
    service = ingest(fresh_database, bigquery_emulator, source(table))
    await synced(service, since=FIRST + timedelta(25))
    with pytest.raises(KeyboardInterrupt):
        await service.sync(progress=Dying(6), **how)
    assert await slices_held(fresh_database) == 11
    resumed = await synced(service)
    assert (resumed.seen, resumed.changed) == (30, 19)
    assert await stored(fresh_database) == expected(lines)
    assert (await synced(service)).seen == 8
