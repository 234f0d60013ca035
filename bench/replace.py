"""Replacing a slice, beside psql's DELETE and COPY of the same rows into the same table.

Ours is the whole of `core.costs.writing.replace`: from Arrow columns with names to facts with
ids, rollups and control totals. Raw has its ids already, and keeps no rollups. The two take
turns, each on its own copy of a database that holds two more slices of the same days.
"""

import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pyarrow as pa

from bench import Figure, Limit
from bench.charges import RATES, changed, charges, totals
from bench.server import Server
from core.clock import utc_now
from core.costs.slices import Replaced, Slice
from core.costs.writing.partitions import ensure as ensure_partitions
from core.costs.writing.replace import replace
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.projects.service import ProjectService


@dataclass(slots=True)
class Runs:
    """Milliseconds, run by run: CPU of the server's processes, and by the clock."""

    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    ours_cpu: list[float] = field(default_factory=list)
    raw_cpu: list[float] = field(default_factory=list)

    async def ours_took(self, server: Server, work: Awaitable[float]) -> None:
        """Measure one run of ours."""
        before = await server.cpu()
        self.ours.append(await work)
        self.ours_cpu.append(await server.cpu() - before)

    async def raw_took(self, server: Server, work: Awaitable[float]) -> None:
        """Measure one run of raw."""
        before = await server.cpu()
        self.raw.append(await work)
        self.raw_cpu.append(await server.cpu() - before)

    def figures(self, what: str, limit: float, raw: str) -> list[Figure]:
        """Raw over ours: the server's CPU, which is judged, and the clock, which others disturb."""
        return [
            Figure(what, self.ours_cpu, self.raw_cpu, "ms CPU", Limit.SPEED, limit, raw),
            Figure("  by the clock", self.ours, self.raw, "ms", Limit.SPEED, None, raw),
        ]


ROWS = 300_000
RUNS = 7
_NOW = datetime(2026, 11, 20, tzinfo=UTC)
_KEY = "2026-10-31"
_DELETE = "DELETE FROM charge_daily WHERE slice_id = {}"


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """The three figures of storage."""
    server = Server(await ensure(folder), folder / "rows.csv")
    try:
        rows = f"{ROWS:,} rows"
        for what, limit, charges_ in (
            ("10% changed", 0.75, charges(ROWS, 31, seed=1)),
            ("10% changed, late rows on 26 days", 0.8, charges(ROWS, 26, seed=1, newest=0.9)),
        ):
            runs = await _replace(server, charges_)
            for figure in runs.figures(f"replace {rows}, {what}", limit, "psql DELETE + COPY"):
                yield figure
        runs = await _first_load(server, charges(ROWS, 31, seed=1))
        for figure in runs.figures(f"first load of {rows}", 0.35, "psql COPY"):
            yield figure
    finally:
        await stop(folder)


async def _replace(server: Server, rows: pa.Table) -> Runs:
    runs = Runs()
    async with server.database("ours") as ours:
        for n, key in enumerate(("2026-10-29", "2026-10-30", _KEY)):
            await _store(ours, key, rows if key == _KEY else charges(ROWS // 3, 31, seed=n + 2))
        async with server.copy("ours", "raw") as raw:
            for n in range(RUNS):
                for database in (ours, raw):
                    await _vacuum(database)
                rows = changed(rows, 0.1, seed=n)
                await runs.ours_took(server, _store(ours, _KEY, rows))
                slice_id = await server.export(ours, _KEY)
                work = server.psql("raw", _DELETE.format(slice_id), server.copied)
                await runs.raw_took(server, work)
    return runs


async def _first_load(server: Server, rows: pa.Table) -> Runs:
    runs = Runs()
    for _ in range(RUNS):
        async with server.database("ours") as ours:
            await ensure_partitions(ours, rows["day"].unique().to_pylist())
            async with server.copy("ours", "raw"):
                await runs.ours_took(server, _store(ours, _KEY, rows))
                await server.export(ours, _KEY)
                await runs.raw_took(server, server.psql("raw", server.copied))
    return runs


async def _store(database: Database, key: str, rows: pa.Table) -> float:
    """Replace a slice; milliseconds."""
    said = totals(rows)
    await database.ping()
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
