"""Questions at the level of the service: CPU beside raw asyncpg, time at two sizes of company.

The tables that such questions read are filled by the server itself: rollups of 200 accounts of
20 services each by day, of 10,000 accounts by month. The facts behind them are never opened,
however many there are, so none are made up. The limit of a summary is one over REST: here its
CPU is told beside that of the driver alone.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from bench import Figure, Limit
from bench.server import Server
from core.access.model import OPERATOR
from core.cache import Cache
from core.costs.model import PROJECT, CostQuery
from core.costs.reading.sql.compiled import driver_of
from core.costs.reading.store import prepared
from core.costs.service import CostService
from core.data_version import bump
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.period import Period

RUNS: Final = 20
NOW: Final = datetime(2026, 11, 22, 18, tzinfo=UTC)
COMPLETE: Final = date(2026, 11, 20)
LAST_30D: Final = CostQuery(Period(date(2026, 10, 23), date(2026, 11, 22), "last-30d"))
LAST_12M: Final = CostQuery(
    Period(date(2025, 11, 1), date(2026, 11, 1), "last-12m"), group_by=(PROJECT,)
)

FILL: Final = """
    INSERT INTO projects (slug, name, team)
        SELECT 'project-' || n, 'Project ' || n, 'team-' || n % 20 FROM generate_series(1, :n) n;
    INSERT INTO scopes (provider, account_id, account_name, project_id)
        SELECT 'gcp', slug, name, id FROM projects;
    INSERT INTO services (provider, name, category)
        SELECT 'gcp', 'Service ' || n, 'Category ' || n % 5 FROM generate_series(1, 20) n;
    INSERT INTO kinds (charge_category, source_type, in_cost, in_gross)
        VALUES ('Usage', 'regular', true, true), ('Credit', 'DISCOUNT', true, false);
    UPDATE sources SET through = '2026-11-21 22:00+00', complete_until = '2026-11-20';
    INSERT INTO slices
        (source_id, key, fingerprint, read_at, matches_export, first_day, last_day)
        SELECT id, 'all', '1', now(), true, '2023-11-01', '2026-11-21' FROM sources;
    INSERT INTO billing_periods SELECT s.id, m, true, false, now(), now()
        FROM sources s, generate_series('2023-11-01'::date, '2026-11-01', '1 month') m;
    INSERT INTO cost_by_month SELECT m, s.id, k.id, m, 'USD', a, a, a, a, 600
        FROM generate_series('2024-11-01'::date, '2026-11-01', '1 month') m, scopes s, kinds k,
        LATERAL (SELECT round((random() * 1000)::numeric, 6) + s.id * 0 AS a) r
"""
DAYS: Final = """
    INSERT INTO cost_by_day_service
        SELECT d, s.id, v.id, k.id, date_trunc('month', d), 'USD', a, a, a, a, 30
        FROM generate_series('2026-09-01'::date, '2026-11-21', '1 day') d,
        scopes s, services v, kinds k,
        LATERAL (SELECT round((random() * 100)::numeric, 6) + s.id * 0 AS a) r WHERE v.id > 0
"""


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """A company of 200 accounts, then one of 10,000."""
    url = await ensure(folder / "postgres", durable=False)
    server = Server(url, folder / "rows")
    try:
        async with server.database("small") as database:
            await _fill(database, 200, DAYS)
            async for figure in _summary(database):
                yield figure
            for figure in await _company(server, database, "200 accounts of 20 services", 10):
                yield figure
        async with server.database("large") as database:
            await _fill(database, 10_000)
            for figure in await _company(server, database, "10,000 accounts", 250):
                yield figure
    finally:
        await stop(folder / "postgres")


async def _fill(database: Database, accounts: int, *more: str) -> None:
    async with database.begin() as tx:
        for command in (*FILL.split(";"), *more):
            values = {"n": accounts} if ":n)" in command else {}
            await tx.execute(text(command.replace("::", "\\:\\:")), values)
        await bump(tx)
    async with database.read() as connection:
        await connection.execute(text("VACUUM ANALYZE"))


async def _summary(database: Database) -> AsyncIterator[Figure]:
    costs = CostService(database, Cache(), lambda: NOW)
    question = prepared(LAST_30D, COMPLETE, None)
    sql, arguments = question.statement.sql, question.arguments
    async with database.read() as connection:
        driver = await driver_of(connection)
        raw = [await _cpu(lambda: driver.fetch(sql, *arguments), 5) for _ in range(RUNS)]

    async def uncached() -> None:
        costs.forget()
        await costs.answer(LAST_30D, OPERATOR)

    yield Figure(
        "CPU of a summary by service, 30 days, compared with the 30 before",
        ours=[await _cpu(uncached, 5) for _ in range(RUNS)],
        raw=raw,
        unit="µs",
        judged=Limit.TIMES,
        raw_is="the same SQL by raw asyncpg",
    )
    yield Figure(
        "CPU of the same from the cache",
        ours=[await _cpu(lambda: costs.answer(LAST_30D, OPERATOR), 200) for _ in range(RUNS)],
        unit="µs",
    )


async def _company(
    server: Server, database: Database, size: str, limit: float
) -> tuple[Figure, Figure]:
    """By the clock, which is judged; and the CPU behind it, for a machine that is busy."""
    costs = CostService(database, Cache(), lambda: NOW)
    await costs.answer(LAST_12M, OPERATOR)
    times, used = [], []
    for _ in range(RUNS // 5):
        cpu = await server.cpu() + time.process_time() * 1000
        for _ in range(5):
            costs.forget()
            start = time.perf_counter()
            await costs.answer(LAST_12M, OPERATOR)
            times.append((time.perf_counter() - start) * 1000)
        used.append((await server.cpu() + time.process_time() * 1000 - cpu) / 5)
    what = f"whole company, 12 months by project, {size}"
    return Figure(what, times, limit=limit), Figure("  CPU, PostgreSQL's included", used)


async def _cpu(ask: Callable[[], Awaitable[Any]], times: int) -> float:
    """CPU of this process for one of several in a row; microseconds."""
    start = time.process_time()
    for _ in range(times):
        await ask()
    return (time.process_time() - start) / times * 1e6
