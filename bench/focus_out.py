"""A month of a million facts as a FOCUS export, beside PostgreSQL's bare COPY of the same facts.

Neither is written to a disk, whose speed would be all that is measured.

The export runs in a process of its own, so that its memory can be told: `python -m
bench.focus_out DATABASE_URL FORMAT DAYS` is one. It is told of a tenth of the month as well: memory
that grows with the rows would show.
"""

import asyncio
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
from bot.render.focus import Format, written
from core.access.model import OPERATOR
from core.cache import Cache
from core.costs.model import CostQuery
from core.costs.service import CostService
from core.costs.writing.partitions import ensure as ensure_partitions
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.period import Period

RUNS: Final = 3
MONTH: Final = date(2026, 10, 1)
WHOLE: Final = 31
TENTH: Final = 3
MEMORY: Final = 250


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """CSV and Parquet: time, rows a second and memory."""
    server = Server(await ensure(folder / "postgres", durable=False), folder / "rows")
    try:
        async with server.database("ours") as database:
            await ensure_partitions(database, [MONTH])
            await _fill(database, ACCOUNTS, *NAMES)
            async with database.begin() as tx:
                await tx.execute(text(FACTS.replace("::", "\\:\\:")), {"month": MONTH})
                rows = (await tx.execute(text("SELECT count(*) FROM charge_daily"))).scalar_one()
            await server.psql("ours", "ANALYZE")
            copied = "\\copy (TABLE charge_daily) to '/dev/null' with csv"
            raw = [await server.psql("ours", copied) for _ in range(RUNS)]
            for form in Format:
                whole = [await _in_a_process(server.url("ours"), form, WHOLE) for _ in raw]
                tenth = [await _in_a_process(server.url("ours"), form, TENTH)]
                took = [seconds * 1000 for seconds, _ in whole]
                what = f"export {rows:,} facts as FOCUS, {form}"
                yield Figure(what, took, raw, "ms", Limit.TIMES, None, "psql COPY of bare facts")
                yield Figure("  speed", [rows / (ms / 1000) for ms in took], unit="rows/s")
                yield Figure(
                    "  memory at most; beside it, of a tenth of the rows",
                    [megabytes for _, megabytes in whole],
                    [megabytes for _, megabytes in tenth],
                    unit="MB",
                    limit=MEMORY,
                    raw_is="three days",
                )
    finally:
        await stop(folder / "postgres")


async def _in_a_process(url: str, form: Format, days: int) -> tuple[float, float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.focus_out", url, form, str(days)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    seconds, megabytes = out.decode().split()[-2:]
    return float(seconds), float(megabytes)


async def _export(url: str, form: str, days: str) -> None:
    query = CostQuery(Period(MONTH, MONTH + timedelta(int(days))))
    database = await Database.connect(url)
    costs = CostService(database, Cache(), lambda: NOW)
    start = time.perf_counter()
    size = 0
    async with costs.export(query, OPERATOR) as export:
        async for part in written(export, Format(form)):
            size += len(part)
    took = time.perf_counter() - start
    await database.close()
    assert size
    print(took, await asyncio.to_thread(peak))


if __name__ == "__main__":
    asyncio.run(_export(*sys.argv[1:]))
