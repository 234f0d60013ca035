"""A million charges exported by day, beside PostgreSQL's bare COPY of the facts behind them.

Neither is written to a disk, whose speed would be all that is measured; a workbook is put together
in a temporary folder.

The export runs in a process of its own, so that its memory can be told, and that of the process
that makes workbooks: `python -m bench.exports DATABASE_URL FORMAT DAYS` is one. It is told of a
tenth of the month as well: memory that grows with the rows would show.
"""

import asyncio
import resource
import sys
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text

from bench import Figure, Limit
from bench.facts import ACCOUNTS, FACTS, NAMES
from bench.memory import peak
from bench.read import NOW, _fill
from bench.server import Server
from bot.render.charges import Format, written
from core.access.model import OPERATOR
from core.cache import Cache
from core.costs.model import CostQuery, Measure
from core.costs.service import CostService
from core.costs.writing.partitions import ensure as ensure_partitions
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.period import Period

RUNS: Final = 3
MONTHS: Final = (date(2026, 9, 1), date(2026, 10, 1))
WHOLE: Final = 61
TENTH: Final = 6
MEMORY: Final = 250


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """CSV, JSON and XLSX: time, rows a second and memory."""
    server = Server(await ensure(folder / "postgres", durable=False), folder / "rows")
    try:
        async with server.database("ours") as database:
            await ensure_partitions(database, MONTHS)
            await _fill(database, ACCOUNTS, *NAMES)
            for month in MONTHS:
                async with database.begin() as tx:
                    await tx.execute(text(FACTS.replace("::", "\\:\\:")), {"month": month})
            await server.psql("ours", "ANALYZE")
            query = _query(WHOLE)
            costs = CostService(database, Cache(), lambda: NOW)
            rows = await costs.count_rows(query, OPERATOR)
            counting = [await _counted(costs, query) for _ in range(RUNS)]
            yield Figure(f"tell about how many rows an export of {rows:,} will have", counting)
            copied = "\\copy (TABLE charge_daily) to '/dev/null' with csv"
            raw = [await server.psql("ours", copied) for _ in range(RUNS)]
            for form in (Format.CSV, Format.JSON, Format.XLSX):
                async for figure in _export_of(server.url("ours"), form, rows, raw):
                    yield figure
    finally:
        await stop(folder / "postgres")


async def _export_of(url: str, form: Format, rows: int, raw: list[float]) -> AsyncIterator[Figure]:
    runs = raw[:1] if form is Format.XLSX else raw
    whole = [await _in_a_process(url, form, WHOLE) for _ in runs]
    tenth = await _in_a_process(url, form, TENTH)
    took = [seconds * 1000 for seconds, *_ in whole]
    what, beside = f"export {rows:,} charges by day, {form}", "psql COPY of the facts"
    yield Figure(what, took, raw, "ms", Limit.TIMES, None, beside)
    yield Figure("  speed", [rows / (ms / 1000) for ms in took], unit="rows/s")
    parts = ["its own", "of what makes the workbook"]
    for at, part in enumerate(parts[: 2 if form is Format.XLSX else 1], 1):
        yield Figure(
            f"  memory at most, {part}; beside it, of a tenth of the rows",
            [each[at] for each in whole],
            [tenth[at]],
            unit="MB",
            limit=MEMORY,
            raw_is="six days",
        )


async def _counted(costs: CostService, query: CostQuery) -> float:
    start = time.perf_counter()
    await costs.count_rows(query, OPERATOR)
    return (time.perf_counter() - start) * 1000


async def _in_a_process(url: str, form: Format, days: int) -> tuple[float, float, float]:
    """Seconds, megabytes, and megabytes of its own process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.exports", url, form, str(days)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    seconds, megabytes, child = map(float, out.decode().split()[-3:])
    return seconds, megabytes, child


def _query(days: int) -> CostQuery:
    return CostQuery(Period(MONTHS[0], MONTHS[0] + timedelta(days)), measure=Measure.NET)


async def _export(url: str, form: str, days: str) -> None:
    database = await Database.connect(url)
    costs = CostService(database, Cache(), lambda: NOW)
    start = time.perf_counter()
    size = 0
    async with costs.export_rows(_query(int(days)), OPERATOR) as export:
        async for part in written(export, Format(form)):
            size += len(part)
    took = time.perf_counter() - start
    await database.close()
    assert size
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(took, await asyncio.to_thread(peak), child)


if __name__ == "__main__":
    asyncio.run(_export(*sys.argv[1:]))
