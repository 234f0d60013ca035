"""Ten million facts: questions that only they can answer, and one that never opens them.

A company of 200 accounts, 20 services, 800 SKUs, 4 regions and 24 sets of labels, from January
to 21 November; the server makes the facts itself. That takes minutes, so the database is kept
in `.data/bench-facts`.
"""

import time
from collections.abc import AsyncIterator
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import text

from bench import Figure, Limit
from bench.read import DAYS, FILL, LAST_12M, NOW, _fill
from bench.server import Server
from core.access.model import OPERATOR
from core.cache import Cache
from core.costs.model import (
    PROJECT,
    SKU,
    CostQuery,
    Filter,
    label,
)
from core.costs.service import CostService
from core.costs.slices import SourceInfo
from core.costs.writing.partitions import ensure as ensure_partitions
from core.costs.writing.sources import register
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.period import Period
from migrations import upgrade

RUNS: Final = 20
KEPT: Final = Path(".data/bench-facts")
ACCOUNTS: Final = 200
MONTHS: Final = [date(2026, month, 1) for month in range(1, 12)]
NAMES: Final = (
    """INSERT INTO skus (provider, sku_id, name)
        SELECT 'gcp', 'SKU-' || n, 'Number ' || n FROM generate_series(1, 840) n""",
    """INSERT INTO regions (provider, region_id)
        SELECT 'gcp', 'region-' || n FROM generate_series(1, 4) n""",
    """INSERT INTO tag_sets (tags)
        SELECT jsonb_build_object('team', 't' || n % 8, 'env', 'e' || n)
        FROM generate_series(1, 24) n""",
)
FACTS: Final = """
    INSERT INTO charge_daily
        SELECT (SELECT min(id) FROM slices), d, date_trunc('month', d), 0, s.id, v.id,
        v.id * 40 + (s.id * 7 + n * 11) % 40, 1 + (s.id + n) % 4, 1 + s.id % 24,
        k.id, '', 'USD', 'hour', a, a, a, a, 1, 10
        FROM generate_series(CAST(:month AS date),
            least(CAST(:month AS date) + interval '1 month -1 day', '2026-11-21'), '1 day') d,
        scopes s, services v, kinds k, generate_series(1, 4) n,
        LATERAL (SELECT round((random() * 10)::numeric, 6) + n * 0 AS a) r WHERE v.id > 0
"""
_WEEK: Final = Period(date(2026, 11, 15), date(2026, 11, 22), "last-7d")
_ONE: Final = (Filter(PROJECT, ("project-7",)),)


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """A project's week, the company's week, a page of rows, and a year from the rollups."""
    url = await ensure(KEPT.absolute(), durable=False)
    server = Server(url, folder / "rows")
    try:
        database = await Database.connect(await company(server, url))
        costs = CostService(database, Cache(), lambda: NOW)
        for who, where in (("project-7", _ONE), ("whole company", ())):
            for dimension in (SKU, label("team")):
                query = CostQuery(_WEEK, where=where, group_by=(dimension,))
                took = await _answers(costs, query)
                yield Figure(f"10M facts: {who} last-7d by {dimension}", took)
            query = CostQuery(_WEEK, where=where)
            yield Figure(f"10M facts: a page of 100 rows, {who} last-7d", await _page(costs, query))
        with_facts = await _answers(costs, LAST_12M)
        await database.close()
        async with server.database("no_facts") as empty:
            await _fill(empty, ACCOUNTS, DAYS)
            without = await _answers(CostService(empty, Cache(), lambda: NOW), LAST_12M)
        yield Figure(
            "whole company, 12 months by project: 10M facts or none",
            ours=with_facts,
            raw=without,
            judged=Limit.TIMES,
            limit=1.3,
            raw_is="the same rollups, no facts",
        )
    finally:
        await stop(KEPT.absolute())


async def _answers(costs: CostService, query: CostQuery) -> list[float]:
    took = []
    for _ in range(RUNS + 1):
        costs.forget()
        start = time.perf_counter()
        await costs.answer(query, OPERATOR)
        took.append((time.perf_counter() - start) * 1000)
    return took[1:]


async def _page(costs: CostService, query: CostQuery) -> list[float]:
    took, after = [], None
    for _ in range(RUNS):
        start = time.perf_counter()
        after = (await costs.rows(query, OPERATOR, after=after, limit=100)).next
        took.append((time.perf_counter() - start) * 1000)
    return took


async def company(server: Server, url: str) -> str:
    """The address of the company's database; made if it isn't kept from before."""
    made_by = blake2b(f"{FILL}{DAYS}{NAMES}{FACTS}".encode(), digest_size=4).hexdigest()
    name, unfinished = f"facts_{made_by}", "facts_in_the_making"
    admin = await asyncpg.connect(url)
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await admin.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {unfinished}")
        await _make(server.url(unfinished))
        await admin.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    await admin.close()
    return server.url(name)


async def _make(url: str) -> None:
    database = await Database.connect(url)
    await upgrade(database)
    await register(database, SourceInfo("gcp", "bigquery", "gcp", "made up"))
    await ensure_partitions(database, MONTHS)
    await _fill(database, ACCOUNTS, DAYS, *NAMES)
    for month in MONTHS:
        async with database.begin() as tx:
            await tx.execute(text(FACTS.replace("::", "\\:\\:")), {"month": month})
    async with database.read() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await database.close()
