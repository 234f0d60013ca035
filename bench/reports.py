"""A weekly report over ten million facts, with its charts: by the clock, as who waits sees it.

The company is that of `bench.facts`, its sums made of its facts, so that what made the difference
can be told. It is kept beside it in `.data/bench-facts`.
"""

from hashlib import blake2b
from typing import Final

import asyncpg
from sqlalchemy import text

from bench import facts
from bench.server import Server
from core.data_version import bump
from core.database import Database

ROLLUPS: Final = {
    "cost_by_day_service": "day, scope_id, service_id",
    "cost_by_month_service": "date_trunc('month', day), scope_id, service_id",
    "cost_by_month": "date_trunc('month', day), scope_id",
}
ADDED_UP: Final = """
    INSERT INTO {table} SELECT {keys}, kind_id, billing_period, currency, sum(billed),
        sum(effective), sum(list), sum(contracted), count(*)
        FROM charge_daily GROUP BY {keys}, kind_id, billing_period, currency
"""


async def company(server: Server, url: str) -> str:
    """The address of the company's database; made if it isn't kept from before."""
    original = (await facts.company(server, url)).partition("?")[0].rpartition("/")[2]
    name = f"reports_{blake2b(f'{original}{ROLLUPS}{ADDED_UP}'.encode(), digest_size=4).hexdigest()}"
    admin = await asyncpg.connect(url)
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await admin.execute("DROP DATABASE IF EXISTS reports_in_the_making WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE reports_in_the_making TEMPLATE {original}")
        await _add_up(server.url("reports_in_the_making"))
        await admin.execute(f"ALTER DATABASE reports_in_the_making RENAME TO {name}")
    await admin.close()
    return server.url(name)


async def _add_up(url: str) -> None:
    """Have the sums be what the facts add up to."""
    database = await Database.connect(url)
    for table, keys in ROLLUPS.items():
        async with database.begin() as tx:
            await tx.execute(text(f"TRUNCATE {table}"))
            await tx.execute(text(ADDED_UP.format(table=table, keys=keys)))
            await bump(tx)
    async with database.read() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await database.close()
