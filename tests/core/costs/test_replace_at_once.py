"""Several connections and processes at once, and processes that are killed."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from core.costs.proving.proof import check_rollups
from core.costs.slices import Listing, Replaced
from core.costs.writing.sources import finish_sync, prune, register, stored_slices
from core.database import Database
from tests.support.charges import GCP, NOW, Row, Writer, charge, comparable, facts, scalar
from tests.support.reconcile import reconcile

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
async def fresh(fresh_database: Database) -> Database:
    await register(fresh_database, GCP)
    return fresh_database


def version(key: str, number: int) -> list[Row]:
    """A reading of a slice: the same days for all slices, other rows and amounts in each."""
    chance = random.Random(f"{key}{number}")  # noqa: S311 - not for secrets
    return [
        charge(
            f"2026-{month}-{day:02}",
            str(chance.randint(-500, 2000) / 100),
            service=service,
            account_id=account,
            account_name=account,
            sku_id=f"{key}-{chance.randint(1, 3)}",
        )
        for month in (10, 11)
        for day in range(1, 9)
        for service in ("Compute Engine", "BigQuery", "Cloud Storage")
        for account in ("shop", "search")
        if chance.random() < 0.8
    ]


async def test_slices_that_share_days_are_replaced_at_once(fresh: Database) -> None:
    """No deadlock, nothing lost, whatever the order; syncs finish and slices go meanwhile."""
    writer = Writer(fresh)
    newest = {key: version(key, 6) for key in "abcd"}

    async def deliver(key: str) -> None:
        for number in random.Random(key).sample(range(1, 7), 6):  # noqa: S311
            await writer.write(key, version(key, number), read_at=number)

    async def finish() -> None:
        for _ in range(5):
            listing = Listing(dict.fromkeys("abcd", "x"), whole=True)
            await finish_sync(fresh, "gcp", listing, through=NOW, zone=PACIFIC, now=NOW)
            await prune(fresh, "gcp", ["passing"], now=NOW)
            await writer.write("passing", version("passing", 1), read_at=1)
        await prune(fresh, "gcp", ["passing"], now=NOW)

    await asyncio.gather(*map(deliver, newest), *map(deliver, newest), finish())
    rows = [row for of_slice in newest.values() for row in of_slice]
    assert comparable(await facts(fresh)) == comparable(rows)
    assert await check_rollups(fresh) == ()
    assert await reconcile(fresh) == ()
    assert await scalar(fresh, "SELECT bool_and(matches_export) FROM billing_periods")


async def test_the_same_reading_handed_in_by_two_is_written_once(fresh: Database) -> None:
    writer = Writer(fresh)
    rows = version("a", 1)
    done = await asyncio.gather(
        *(writer.write("a", rows, fingerprint="same", read_at=1) for _ in range(4))
    )
    outcomes = [each.outcome for each in done]
    assert sorted(outcomes) == [*[Replaced.UNCHANGED] * 3, Replaced.WRITTEN]
    assert comparable(await facts(fresh)) == comparable(rows)
    assert await check_rollups(fresh) == ()


async def test_new_names_met_by_several_at_once_get_one_id(fresh: Database) -> None:
    writer = Writer(fresh)
    rows = [
        charge(sku_id=f"sku {n}", service=f"service {n % 7}", labels=f'{{"team":"{n}"}}')
        for n in range(200)
    ]
    orders = [random.Random(n).sample(rows, len(rows)) for n in range(6)]  # noqa: S311
    await asyncio.gather(*(writer.write(f"{n}", order) for n, order in enumerate(orders)))
    assert await scalar(fresh, "SELECT count(*) FROM skus WHERE id <> 0") == 200
    assert await scalar(fresh, "SELECT count(*) FROM scopes") == 1
    assert comparable(await facts(fresh)) == comparable(rows * 6)


_REPLACE = """
import asyncio, sys
from core.database import Database
from tests.core.costs.{module} import version
from tests.support.charges import Writer

async def main():
    database = await Database.connect(sys.argv[1])
    print("ready", flush=True)
    await Writer(database).write("a", version("a", 2), read_at=2)

asyncio.run(main())
"""


@asynccontextmanager
async def replacing(database: Database) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Another process that replaces the slice by its second version."""
    code = _REPLACE.format(module=__name__.rpartition(".")[2])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, database.url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until_waiting(database: Database, sessions: int) -> None:
    """Until so many sessions of the database wait for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(60):
        while await scalar(database, waiting) != sessions:  # noqa: ASYNC110 - it is the server's
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "place",
    [
        "slices",
        "charge_daily",
        "cost_by_day_service",
        "cost_by_month",
        "control_totals",
        "billing_periods",
        "restatements",
        "data_version",
    ],
)
async def test_a_process_killed_anywhere_leaves_the_old_state(fresh: Database, place: str) -> None:
    """It is stopped by a lock at each place of the transaction in turn, and killed there."""
    old = version("a", 1)
    await Writer(fresh).write("a", old, read_at=1)
    async with fresh.begin() as tx:
        await tx.execute(
            text("UPDATE sources SET held_since = '2026-01-01', complete_until = '2026-12-01'")
        )
    async with replacing_behind(fresh, place) as process:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await until_waiting(fresh, 0)
    assert comparable(await facts(fresh)) == comparable(old)
    assert await check_rollups(fresh) == ()
    assert await reconcile(fresh) == ()
    assert (await stored_slices(fresh, "gcp"))["a"].read_at.minute == 1

    new = version("a", 2)
    assert (await Writer(fresh).write("a", new, read_at=2)).outcome is Replaced.WRITTEN
    assert comparable(await facts(fresh)) == comparable(new)
    assert await check_rollups(fresh) == ()


@asynccontextmanager
async def replacing_behind(
    database: Database, place: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that replaces the slice up to where it writes to a table, which is locked."""
    async with database.begin() as tx:
        await tx.execute(text(f"LOCK TABLE {place} IN SHARE MODE"))
        async with replacing(database) as process:
            await until_waiting(database, 1)
            yield process


async def test_processes_killed_at_any_moment_leave_old_or_new(fresh: Database) -> None:
    both = [comparable(version("a", number)) for number in (1, 2)]
    for delay in (0.03, 0.08, 0.2):
        await prune(fresh, "gcp", ["a"], now=NOW)
        await Writer(fresh).write("a", version("a", 1), read_at=1)
        async with replacing(fresh) as process:
            await asyncio.sleep(delay)
            if process.returncode is None:
                process.kill()
        assert comparable(await facts(fresh)) in both
        assert await check_rollups(fresh) == ()
