"""Monthly partitions: there before they are needed, whoever makes them."""

import asyncio
from datetime import date

from sqlalchemy import text

from core.costs.writing.partitions import ensure, make_ahead
from core.database import Database
from tests.support.charges import scalar

DECEMBER = date(2026, 12, 17)
ATTACHED = "SELECT count(*) FROM pg_inherits WHERE inhparent = CAST('charge_daily' AS regclass)"


async def test_only_what_is_missing_is_made(database: Database) -> None:
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2026, 12, 1)]
    assert await ensure(database, days) == ("charge_daily_2026_12", "charge_daily_2027_01")
    assert await ensure(database, [*days, date(2024, 2, 29)]) == ("charge_daily_2024_02",)
    assert await ensure(database, []) == ()


async def test_the_months_to_come_are_made_ahead(database: Database) -> None:
    made = await make_ahead(database, DECEMBER, months=2)
    assert made == ("charge_daily_2026_12", "charge_daily_2027_01", "charge_daily_2027_02")
    assert await make_ahead(database, DECEMBER, months=2) == ()


async def test_a_partition_has_the_indexes_of_the_whole(database: Database) -> None:
    await ensure(database, [DECEMBER])
    indexes = "SELECT count(*) FROM pg_indexes WHERE tablename = :name"
    whole = await scalar(database, indexes, name="charge_daily")
    assert await scalar(database, indexes, name="charge_daily_2026_12") == whole == 2


async def test_several_at_once_make_each_once(fresh_database: Database) -> None:
    days = [date(2026, month, 1) for month in range(1, 13)]
    made = await asyncio.gather(*(ensure(fresh_database, days) for _ in range(8)))
    assert sum(map(len, made)) == 12
    assert await scalar(fresh_database, ATTACHED) == 12


async def test_readers_and_writers_of_other_months_aren_t_kept_waiting(
    fresh_database: Database,
) -> None:
    """Neither keeps the making waiting, nor does the making keep them."""
    await ensure(fresh_database, [DECEMBER])
    async with fresh_database.begin() as writing, fresh_database.begin() as making:
        await writing.execute(text("LOCK TABLE charge_daily IN ROW EXCLUSIVE MODE"))
        await writing.execute(text("SELECT count(*) FROM charge_daily"))
        await making.execute(text("SET LOCAL lock_timeout = '30s'"))
        made = await asyncio.wait_for(ensure(fresh_database, [date(2027, 5, 1)]), 60)
    assert made == ("charge_daily_2027_05",)
