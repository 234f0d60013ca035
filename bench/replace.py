"""Replacing a slice, beside psql's DELETE and COPY of the same rows into the same table.

Ours is the whole of `core.costs.replace.replace`: from Arrow columns with names to facts with
ids, rollups and control totals. Raw has its ids already, and keeps no rollups. The two take
turns, each on its own copy of a database that holds two more slices of the same days.
"""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pyarrow as pa

from bench import Figure, Limit
from bench.charges import RATES, changed, charges, totals
from bench.server import Server
from core.clock import utc_now
from core.costs.model import Replaced, Slice
from core.costs.partitions import ensure as ensure_partitions
from core.costs.replace import replace
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.projects.service import ProjectService

type Runs = list[tuple[float, float]]
"""Milliseconds that ours took, and raw."""

ROWS = 300_000
RUNS = 7
_NOW = datetime(2026, 11, 20, tzinfo=UTC)
_KEY = "2026-10-31"
_DELETE = "DELETE FROM charge_daily WHERE slice_id = {}"


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """The three figures of storage."""
    server = Server(await ensure(folder), folder / "rows.csv")
    try:
        month = charges(ROWS, 31, seed=1)
        late = charges(ROWS, 26, seed=1, newest=0.9)
        yield _replaced("10% changed", 0.75, await _replace(server, month))
        yield _replaced("10% changed, late rows on 26 days", 0.8, await _replace(server, late))
        runs = await _first_load(server, month)
        yield _figure(f"first load of {ROWS:,} rows", 0.35, runs, "psql COPY")
    finally:
        await stop(folder)


def _replaced(what: str, limit: float, runs: Runs) -> Figure:
    return _figure(f"replace {ROWS:,} rows, {what}", limit, runs, "psql DELETE + COPY")


def _figure(what: str, limit: float, runs: Runs, raw: str) -> Figure:
    ours, beside = zip(*runs, strict=True)
    return Figure(what, ours, beside, "ms", Limit.SPEED, limit, raw)


async def _replace(server: Server, rows: pa.Table) -> Runs:
    runs: Runs = []
    async with server.database("ours") as ours:
        for n, key in enumerate(("2026-10-29", "2026-10-30", _KEY)):
            await _store(ours, key, rows if key == _KEY else charges(ROWS // 3, 31, seed=n + 2))
        async with server.copy("ours", "raw") as raw:
            for n in range(RUNS):
                rows = changed(rows, 0.1, seed=n)
                took = await _store(ours, _KEY, rows)
                slice_id = await server.export(ours, _KEY)
                runs.append(
                    (took, await server.psql("raw", _DELETE.format(slice_id), server.copied))
                )
                for database in (ours, raw):
                    await _vacuum(database)
    return runs


async def _first_load(server: Server, rows: pa.Table) -> Runs:
    runs: Runs = []
    for _ in range(RUNS):
        async with server.database("ours") as ours:
            await ensure_partitions(ours, rows["day"].unique().to_pylist())
            async with server.copy("ours", "raw"):
                took = await _store(ours, _KEY, rows)
                await server.export(ours, _KEY)
                runs.append((took, await server.psql("raw", server.copied)))
    return runs


async def _store(database: Database, key: str, rows: pa.Table) -> float:
    """Replace a slice; milliseconds."""
    said = totals(rows)
    reading = Slice("gcp", key, fingerprint=uuid4().hex, read_at=utc_now())
    projects = ProjectService(database, utc_now)
    start = time.perf_counter()
    done = await replace(database, projects, reading, rows, totals=said, rates=RATES, now=_NOW)
    took = (time.perf_counter() - start) * 1000
    assert done.outcome is Replaced.WRITTEN
    return took


async def _vacuum(database: Database) -> None:
    connection = await asyncpg.connect(database.url)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()
