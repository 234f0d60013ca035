"""A day of Google's lines, from the query to a proved store, beside COPY of its facts.

The emulator answers in place of BigQuery, on the same two cores; how long it takes over the same
queries, which is nearly all of it, is told apart. The sync runs in a process of its own, so that
its memory can be told: `python -m bench.google DATABASE_URL ENDPOINT TABLE` is one.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from bench import Figure, Limit
from bench.memory import peak
from bench.server import Server
from core.clock import utc_now
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.ingest.config import BigQuerySource
from core.ingest.service import IngestService
from core.ingest.sources import google_sql
from core.projects.service import ProjectService
from tests.support.bigquery import Emulator, Table, running

LINES: Final = 500_000
RUNS: Final = 1
"""The emulator takes minutes over it."""

MEMORY: Final = 500
DAY: Final = date(2026, 10, 6)

# 40 projects, 20 services of 10 SKUs, three regions, an hour a line; every other line with two
# credits, every fifth labelled.
_LINES: Final = f"""
SELECT TIMESTAMP '{DAY}', '0123AB-4567CD-89EF01',
  STRUCT(CAST(MOD(n, 20) AS STRING), CONCAT('Service ', CAST(MOD(n, 20) AS STRING))),
  STRUCT(CONCAT('SKU-', CAST(MOD(n, 200) AS STRING)), 'Something that is sold'),
  TIMESTAMP_SUB(TIMESTAMP '{DAY} 06:00:00', INTERVAL MOD(n, 48) HOUR),
  STRUCT(CONCAT('project-', CAST(MOD(DIV(n, 7), 40) AS STRING)), 'A project',
    [STRUCT('env', 'prod')]),
  IF(MOD(n, 5) = 0, [STRUCT('team', CONCAT('t', CAST(MOD(n, 12) AS STRING)))], []),
  STRUCT(CONCAT('region-', CAST(MOD(n, 3) AS STRING))),
  TIMESTAMP '{DAY} 20:00:00',
  MOD(n, 99991) / 7.0, 'USD', 1.0,
  STRUCT(MOD(n, 777) / 3.0, 'hour'),
  IF(MOD(n, 2) = 0, [STRUCT(-MOD(n, 9973) / 13.0, 'SUSTAINED_USAGE_DISCOUNT'),
    STRUCT(-MOD(n, 101) / 11.0, 'PROMOTION')], []),
  STRUCT('202610'), 'regular', MOD(n, 99991) / 6.0
FROM UNNEST(GENERATE_ARRAY(1, {LINES})) AS n
"""  # noqa: S608  # ours
_COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("billing_account_id", "STRING"),
    ("service", "id STRING, description STRING"),
    ("sku", "id STRING, description STRING"),
    ("usage_start_time", "TIMESTAMP"),
    ("project", "id STRING, name STRING, labels* key STRING; value STRING"),
    ("labels*", "key STRING, value STRING"),
    ("location", "region STRING"),
    ("export_time", "TIMESTAMP"),
    ("cost", "FLOAT"),
    ("currency", "STRING"),
    ("currency_conversion_rate", "FLOAT"),
    ("usage", "amount_in_pricing_units FLOAT, pricing_unit STRING"),
    ("credits*", "amount FLOAT, type STRING"),
    ("invoice", "month STRING"),
    ("cost_type", "STRING"),
    ("cost_at_list", "FLOAT"),
)


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """A first sync of the day: time, lines a second and memory."""
    server = Server(await ensure(folder / "postgres"), folder / "rows.csv")
    try:
        with _exported(folder / "bigquery") as (emulator, table):
            for figure in await _synced(server, emulator, table):
                yield figure
    finally:
        await stop(folder / "postgres")


@contextmanager
def _exported(folder: Path) -> Iterator[tuple[Emulator, Table]]:
    folder.mkdir()
    with running(folder) as emulator:
        table = emulator.make([_field(name, kind) for name, kind in _COLUMNS])
        names = ", ".join(f"`{name.rstrip('*')}`" for name, _ in _COLUMNS)
        table.run(f"INSERT INTO `{table.id}` (_PARTITIONTIME, {names}) {_LINES}")
        yield emulator, table


def _field(name: str, kind: str) -> dict[str, object]:
    """A column; `*` after a name: repeated; several kinds: a record."""
    field: dict[str, object] = {
        "name": name.rstrip("*"),
        "type": kind,
        "mode": "REPEATED" if name.endswith("*") else "NULLABLE",
    }
    if " " in kind:
        parts = [part.split(" ", 1) for part in kind.split(", ")]
        inner = [_field(own, each.replace("; ", ", ")) for own, each in parts]
        field |= {"type": "RECORD", "fields": inner}
    return field


async def _synced(server: Server, emulator: Emulator, table: Table) -> list[Figure]:
    ours, asked, copied, used, memory, rows = [], [], [], [], [], []
    for _ in range(RUNS):
        async with server.database("ours") as database:
            told = await _in_a_process(server.url("ours"), emulator, table)
            seconds, cpu, megabytes, count = told
            ours.append(seconds * 1000)
            used.append(cpu * 1000)
            memory.append(megabytes)
            rows.append(count)
            asked.append(await asyncio.to_thread(_asked, table))
            await server.export(database, str(DAY))
            async with server.copy("ours", "raw"):
                await server.psql("raw", "TRUNCATE charge_daily")
                copied.append(await server.psql("raw", server.copied))
    speed = [LINES / (took / 1000) for took in ours]
    return [
        Figure(
            f"sync a day of {LINES:,} Google lines", ours, asked, "ms", Limit.TIMES, None,
            "the emulator's own time over the same queries",
        ),
        Figure("  of that", ours, copied, "ms", Limit.TIMES, None, "psql COPY of the facts"),
        Figure("  speed", speed, unit="lines/s"),
        Figure("  CPU of the sync's own process", used, unit="ms"),
        Figure("  rows that BigQuery hands over", rows, unit="rows"),
        Figure("  memory at most", memory, unit="MB", limit=MEMORY),
    ]  # fmt: skip


async def _in_a_process(url: str, emulator: Emulator, table: Table) -> list[float]:
    """Seconds, those of CPU, megabytes and rows; see `_sync`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.google", url, emulator.endpoint, table.id),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return [float(figure) for figure in out.decode().split()[-4:]]


def _asked(table: Table) -> float:
    """The queries of a sync answered, and nothing made of their rows; milliseconds."""
    schema = table.client.get_table(table.id).schema
    export = google_sql.recognise(table.id, schema, ["env", "team"])
    start = time.perf_counter()
    for query in (google_sql.charges, google_sql.control_totals):
        table.run(query(export, utc_now(), [str(DAY)]))
    return (time.perf_counter() - start) * 1000


async def _sync(url: str, endpoint: str, table: str) -> None:
    source = BigQuerySource(name="gcp", kind="bigquery", table=table, labels=("env", "team"))
    database = await Database.connect(url)
    projects = ProjectService(database, utc_now)
    service = IngestService(database, projects, utc_now, [source], bigquery_endpoint=endpoint)
    start, before = time.perf_counter(), time.process_time()
    (report,) = await service.sync()
    took, cpu = time.perf_counter() - start, time.process_time() - before
    assert report.matches, report
    await database.close()
    print(took, cpu, await asyncio.to_thread(peak), report.rows)


if __name__ == "__main__":
    asyncio.run(_sync(*sys.argv[1:]))
