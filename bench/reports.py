"""A weekly report over ten million facts, with its charts: by the clock, as who waits sees it.

The company is that of `bench.facts`, its sums made of its facts, so that what made the difference
can be told. It is kept beside it in `.data/bench-facts`.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import text

from bench import Figure, facts
from bench.read import NOW
from bench.server import Server
from bot.render.charts.worker import ChartWorker
from bot.render.reports.charts import charts
from core.access.model import OPERATOR
from core.anomalies.service import AnomalyService
from core.budgets.service import BudgetService
from core.cache import Cache
from core.costs.drivers.service import DriverService
from core.costs.model import CostQuery
from core.costs.proving.service import ProofService
from core.costs.service import CostService
from core.data_version import bump
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.forecasts.service import ForecastService
from core.period import Period
from core.projects.service import ProjectService
from core.reports.model import ReportKind
from core.reports.service import ReportService

RUNS: Final = 5
ROLLUPS: Final = {
    "cost_by_day_service": "day, scope_id, service_id",
    "cost_by_month_service": "date_trunc('month', day), scope_id, service_id",
    "cost_by_month": "date_trunc('month', day), scope_id",
}
MOVED: Final = """
    UPDATE charge_daily
        SET billed = round(billed * price, 6), effective = round(effective * price, 6)
        FROM scopes s, services v, generate_series(date '2026-09-01', '2026-11-21', '1 day') d,
        LATERAL (SELECT 1 + ((s.id * 7 + v.id + (d::date - date '2026-09-01') / 7) % 13) / 50.0
            AS price) p
        WHERE day = d AND scope_id = s.id AND service_id = v.id
"""
"""The facts of a company cost the same every day; here every week has prices of its own."""
ADDED_UP: Final = """
    INSERT INTO {table} SELECT {keys}, kind_id, billing_period, currency, sum(billed),
        sum(effective), sum(list), sum(contracted), count(*)
        FROM charge_daily GROUP BY {keys}, kind_id, billing_period, currency
"""


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """The whole company's last week and last month, each made and drawn anew."""
    url = await ensure(facts.KEPT.absolute(), durable=False)
    worker = ChartWorker(folder)
    await worker.start()
    try:
        server = Server(url, folder / "rows")
        database = await Database.connect(await company(server, url))
        costs = CostService(database, Cache(), _now)
        made = _reports(database, costs)
        for kind, limit in ((ReportKind.WEEKLY, 3000), (ReportKind.MONTHLY, None)):
            await _timed(made, costs, worker, kind)
            cpu = await server.cpu() + time.process_time() * 1000
            took = [await _timed(made, costs, worker, kind) for _ in range(RUNS)]
            used = (await server.cpu() + time.process_time() * 1000 - cpu) / RUNS
            yield Figure(f"10M facts: a {kind} report with its charts", took, limit=limit)
            yield Figure("  CPU, PostgreSQL's included, pictures apart", [used])
        await database.close()
    finally:
        await worker.close()
        await stop(facts.KEPT.absolute())


async def _timed(
    made: ReportService, costs: CostService, worker: ChartWorker, kind: ReportKind
) -> float:
    """Milliseconds until the report and all of its pictures are there."""
    costs.forget()
    start = time.perf_counter()
    report = await made.report(kind, CostQuery(_any_days()), OPERATOR)
    drawn = charts(report)
    assert len(drawn) > 1
    await asyncio.gather(*(worker.draw(chart) for chart in drawn.values()))
    return (time.perf_counter() - start) * 1000


def _any_days() -> Period:
    """Of a question whose days don't count."""
    return Period(NOW.date(), NOW.date() + timedelta(1))


def _now() -> datetime:
    return NOW


def _reports(database: Database, costs: CostService) -> ReportService:
    drivers, projects = DriverService(database, costs), ProjectService(database, _now)
    return ReportService(
        costs=costs,
        drivers=drivers,
        forecasts=ForecastService(database, costs, _now),
        anomalies=AnomalyService(database, costs, drivers, projects, _now),
        budgets=BudgetService(database, costs, projects, _now),
        proof=ProofService(database, _now),
        clock=_now,
    )


async def company(server: Server, url: str) -> str:
    """The address of the company's database; made if it isn't kept from before."""
    original = (await facts.company(server, url)).partition("?")[0].rpartition("/")[2]
    made_by = f"{original}{ROLLUPS}{MOVED}{ADDED_UP}".encode()
    name = f"reports_{blake2b(made_by, digest_size=4).hexdigest()}"
    admin = await asyncpg.connect(url)
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await admin.execute("DROP DATABASE IF EXISTS reports_in_the_making WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE reports_in_the_making TEMPLATE {original}")
        await _add_up(server.url("reports_in_the_making"))
        await admin.execute(f"ALTER DATABASE reports_in_the_making RENAME TO {name}")
    await admin.close()
    return server.url(name)


async def _add_up(url: str) -> None:
    """Have every week cost something else, and the sums be what the facts add up to."""
    database = await Database.connect(url)
    async with database.begin() as tx:
        await tx.execute(text(MOVED.replace("::", "\\:\\:")))
    for table, keys in ROLLUPS.items():
        async with database.begin() as tx:
            await tx.execute(text(f"TRUNCATE {table}"))
            await tx.execute(text(ADDED_UP.format(table=table, keys=keys)))
            await bump(tx)
    async with database.read() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await database.close()
