"""Ten thousand budgets evaluated after a sync: by the clock, memory, how late the loop is.

A company of 500 accounts of 20 services, with 400 days of charges by day; a budget of each
project, team, service, of the company, and of single services of projects. One in ten is on the
way to exceed what it may cost. Evaluations go by the forecasts that there are; those are made anew
when a day has become complete, in a step of its own.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Final

import psutil
from sqlalchemy import text

from bench import Figure
from bench.lag import Lag, sample
from bench.read import FILL
from bench.server import Server
from core.alerts.raising import Raised
from core.budgets.catalogue import Catalogue
from core.budgets.evaluating import EvaluationService
from core.cache import Cache
from core.costs.drivers.service import DriverService
from core.costs.service import CostService
from core.data_version import bump
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.projects.service import ProjectService

BUDGETS: Final = 10_000
_ACCOUNTS: Final = 500
_FIRST: Final = datetime(2026, 11, 20, 18, tzinfo=UTC)
_SYNCS: Final = 2
_MEGABYTE: Final = 2**20

_DAYS: Final = """
    INSERT INTO cost_by_day_service
        SELECT d, s.id, v.id, 1, date_trunc('month', d), 'USD', a, a, a, a, 30
        FROM generate_series('2025-10-15'::date, '2026-11-22', '1 day') d, scopes s, services v,
        LATERAL (SELECT round((10 + s.id % 7 + v.id % 5 + 4 * random()
            + CASE WHEN extract(isodow FROM d) > 5 THEN -5 ELSE 0 END)::numeric, 6) AS a) r
        WHERE v.id > 0
"""
_OF_EACH: Final = """
    INSERT INTO budgets (subject, currency, cycle, amount, months, measure, thresholds,
            forecast_thresholds, channels, emails, created_by, created_at, changed_at)
        SELECT subject, 'USD', 'monthly', round((usual * 400 * (0.85 + (n * 7919 % 1000) / 666.0))
            ::numeric, 2), '{}', 'cost', '[80, 100, 120, 150]', '[100]',
            jsonb_build_array('C' || n % 400), '[]', 'bench', '2026-01-05', '2026-01-05'
        FROM (SELECT row_number() OVER () AS n, * FROM (
            SELECT 'project-' || p AS subject, 20 AS usual FROM generate_series(1, 500) p
            UNION ALL SELECT 'team=team-' || t, 500 FROM generate_series(0, 19) t
            UNION ALL SELECT 'service="Service ' || v || '"', 500 FROM generate_series(1, 20) v
            UNION ALL SELECT 'all', 10000
            UNION ALL SELECT 'project-' || p || ' service="Service ' || v || '"', 1
                FROM generate_series(1, 500) p, generate_series(1, 20) v
        ) every LIMIT :budgets) numbered
"""


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """The first evaluation, which knows nothing, and those after the syncs of the next days."""
    url = await ensure(folder / "postgres", durable=False)
    server = Server(url, folder / "rows")
    try:
        async with server.database("budgets") as database:
            await _fill(database)
            async for figure in _evaluations(database):
                yield figure
    finally:
        await stop(folder / "postgres")


async def _fill(database: Database) -> None:
    async with database.begin() as tx:
        for command in (*FILL.split(";"), _DAYS, _OF_EACH):
            values = {"n": _ACCOUNTS} if ":n)" in command else {}
            values |= {"budgets": BUDGETS} if ":budgets" in command else {}
            await tx.execute(text(command.replace("::", "\\:\\:")), values)
    async with database.read() as connection:
        await connection.execute(text("VACUUM ANALYZE"))


async def _evaluations(database: Database) -> AsyncIterator[Figure]:
    now = _FIRST
    costs = CostService(database, Cache(), lambda: now)
    evaluation = EvaluationService(
        database,
        Catalogue(database, costs, ProjectService(database, lambda: now)),
        costs,
        DriverService(database, costs),
        lambda: now,
    )
    process = psutil.Process()
    idle = process.memory_info().rss
    await _synced(database, now)
    foreseen = [await _took(evaluation.foresee)]
    yield Figure(f"{BUDGETS:,} new budgets evaluated", [await _took(evaluation.evaluate)], unit="s")
    took, again, over, used, told, lags = [], [], [], [], [], list[Lag]()
    for _ in range(_SYNCS):
        now += timedelta(days=1)
        await _synced(database, now)
        sampling = asyncio.create_task(sample(lags))
        began, cpu = time.perf_counter(), time.process_time()
        raised: Raised = await evaluation.evaluate(over=False)
        took.append(time.perf_counter() - began)
        used.append(time.process_time() - cpu)
        told.append(float(raised.told))
        foreseen.append(await _took(evaluation.foresee))
        again.append(await _took(partial(evaluation.evaluate, over=False)))
        over.append(await _took(partial(evaluation.evaluate, over=True)))
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling
    yield Figure(f"{BUDGETS:,} budgets evaluated after a sync", took, unit="s", limit=10)
    yield Figure("  CPU of this process", used, unit="s")
    yield Figure("  alerts told", told, unit="")
    yield Figure("their forecasts made anew, a day later", foreseen, unit="s")
    yield Figure("  evaluated by those", again, unit="s")
    yield Figure("  in the month before, for the record", over, unit="s")
    most = process.memory_info().rss - idle
    yield Figure("  memory beyond an idle process", [most / _MEGABYTE], unit="MB", limit=300)
    late = [by_cpu for _, by_cpu in lags]
    yield Figure("  how late the loop is (p99, by its own CPU)", [quantiles(late, n=100)[98]])


async def _took(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _synced(database: Database, now: datetime) -> None:
    """The days before yesterday are complete."""
    async with database.begin() as tx:
        until = {"until": now.date() - timedelta(1), "through": now}
        await tx.execute(
            text("UPDATE sources SET complete_until = :until, through = :through"), until
        )
        await bump(tx)
