"""One PostgreSQL, by transactions and by single reads."""

import asyncio

import pytest

from core.data_version import bump, data_version
from core.database import Database


@pytest.mark.parametrize("_", range(3))
async def test_tests_leave_nothing_behind(database: Database, _: int) -> None:
    async with database.begin() as tx:
        await bump(tx)
    async with database.read() as connection:
        assert (
            await connection.scalar(data_version.select().with_only_columns(data_version.c.version))
            == 1
        )


async def test_fresh(fresh_database: Database) -> None:
    async with fresh_database.begin() as tx:
        await bump(tx)
    await asyncio.gather(*(fresh_database.ping() for _ in range(5)))


async def test_fresh_again(fresh_database: Database) -> None:
    async with fresh_database.begin() as tx:
        await bump(tx)
