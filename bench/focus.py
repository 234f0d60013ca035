"""From FOCUS files to a proved store, beside reading the same file with pyarrow alone, and COPY.

The sync runs in a process of its own, so that its memory can be told: `python -m bench.focus
DATABASE_URL FILE` is one. Its rows are those of a company: 40 accounts, 100 SKUs, an hour a row.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from statistics import quantiles

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from bench import Figure, Limit
from bench.lag import Lag, sample
from bench.memory import peak
from bench.server import Server
from bot.process import settle
from core.clock import utc_now
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.ingest.config import FocusSource
from core.ingest.service import IngestService
from core.projects.service import ProjectService

ROWS = 500_000
RUNS = 3
MEMORY = 500
LAG = 20
_KEY = "2026-10"
_AMOUNTS = {
    "BilledCost": 1.0,
    "EffectiveCost": 0.8,
    "ListCost": 1.2,
    "ContractedCost": 1.1,
    "ConsumedQuantity": 3.0,
}


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """A first sync of a file: time, rows a second and memory."""
    rows = _rows(ROWS)
    server = Server(await ensure(folder / "postgres"), folder / "rows.csv")
    try:
        for end in ("parquet", "csv"):
            path = folder / f"costs.{end}"
            _write(rows, path)
            for figure in await _synced(server, path):
                yield figure
            path.unlink()
    finally:
        await stop(folder / "postgres")


async def _synced(server: Server, path: Path) -> list[Figure]:
    ours, alone, copied, memory = [], [], [], []
    busy, late, idle = [], [], []
    for _ in range(RUNS):
        async with server.database("ours") as database:
            nothing: list[Lag] = []
            watching = asyncio.create_task(sample(nothing))
            seconds, megabytes, *lag = await _in_a_process(server.url("ours"), path)
            watching.cancel()
            ours.append(seconds * 1000)
            memory.append(megabytes)
            busy.append(lag[0])
            late.append(lag[1])
            idle.append(_p99([late for late, _ in nothing]))
            alone.append(_read(path))
            await server.export(database, _KEY)
            async with server.copy("ours", "raw"):
                await server.psql("raw", "TRUNCATE charge_daily")
                copied.append(await server.psql("raw", server.copied))
    what = f"sync {ROWS:,} FOCUS lines of {path.suffix[1:]}"
    speed = [ROWS / (took / 1000) for took in ours]
    return [
        Figure(what, ours, alone, "ms", Limit.TIMES, None, "pyarrow reading it"),
        Figure("  of that", ours, copied, "ms", Limit.TIMES, None, "psql COPY of the facts"),
        Figure("  speed", speed, unit="rows/s"),
        Figure("  memory at most", memory, unit="MB", limit=MEMORY),
        Figure("  loop busy at a stretch meanwhile, CPU, p99", busy, limit=LAG),
        Figure("  loop late by the clock, p99", late, idle, raw_is="an idle process meanwhile"),
    ]


async def _in_a_process(url: str, path: Path) -> list[float]:
    """Seconds, megabytes, and how busy and how late the loop was; see `_sync`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.focus", url, str(path)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return [float(figure) for figure in out.decode().split()[-4:]]


def _read(path: Path) -> float:
    """Read a file with pyarrow alone, batch by batch; milliseconds."""
    start = time.perf_counter()
    if path.suffix == ".csv":
        with pa_csv.open_csv(path) as batches:
            count = sum(batch.num_rows for batch in batches)
    else:
        with pq.ParquetFile(path) as file:
            count = sum(batch.num_rows for batch in file.iter_batches())
    assert count == ROWS
    return (time.perf_counter() - start) * 1000


def _rows(count: int) -> pa.Table:
    """Lines of a month: what is bought where is one of 2,000, and each has its hour."""
    chance = np.random.default_rng(1)
    bought = chance.integers(0, 2000, count)
    amount = chance.random(count) * 10
    hours = [f"2026-10-{day:02}T{hour:02}:00:00Z" for day in range(1, 32) for hour in range(24)]

    def column(
        values: Sequence[str | None], picked: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    ) -> pa.Array:
        indices = (picked % len(values)).astype(np.int32)
        return pa.DictionaryArray.from_arrays(indices, pa.array(values)).dictionary_decode()

    def same(value: str | None) -> pa.Array:
        return column([value], bought)

    made = {
        name: pa.array([f"{a * factor:.11f}" for a in amount.tolist()])
        for name, factor in _AMOUNTS.items()
    }
    tags = [f'{{"team":"t{n % 12}","env":"prod","Name":"host-{n}"}}' for n in range(2000)]
    return pa.table(
        made
        | {
            "BillingAccountId": same("123456789012"),
            "BillingCurrency": same("USD"),
            "BillingPeriodStart": same("2026-10-01T00:00:00Z"),
            "ChargeCategory": same("Usage"),
            "ChargeClass": same(None),
            "ChargeDescription": column([f"${n / 1000} per hour" for n in range(300)], bought),
            "ChargePeriodStart": column(hours, chance.integers(0, len(hours), count)),
            "ConsumedUnit": same("Hours"),
            "ProviderName": same("AWS"),
            "RegionId": column(["eu-west-1", "us-east-1", "us-west-2"], bought),
            "ResourceId": column(
                [f"arn:aws:ec2:::instance/i-{n:017x}" for n in range(9999)], bought
            ),
            "ServiceCategory": same("Compute"),
            "ServiceName": column([f"Amazon Service {n}" for n in range(20)], bought),
            "SkuId": column([f"SKU{n:09}" for n in range(100)], bought),
            "SubAccountId": column([f"{n:012}" for n in range(40)], bought // 3),
            "SubAccountName": column([f"Account {n}" for n in range(40)], bought // 3),
            "Tags": column(tags, bought),
        }
        | {f"x_Column{n}": column([f"value {m}" for m in range(50)], bought) for n in range(10)}
    )


def _write(rows: pa.Table, path: Path) -> None:
    if path.suffix == ".csv":
        pa_csv.write_csv(rows, path)
        return
    for name in _AMOUNTS:
        number = rows[name].cast(pa.decimal128(38, 18))
        rows = rows.set_column(rows.column_names.index(name), name, number)
    pq.write_table(rows, path)


async def _sync(url: str, path: str) -> None:
    source = FocusSource(name="aws", kind="focus", url=path, labels=("team", "env"))
    database = await Database.connect(url)
    service = IngestService(database, ProjectService(database, utc_now), utc_now, [source])
    settle()
    lags: list[Lag] = []
    watching = asyncio.create_task(sample(lags))
    start = time.perf_counter()
    (report,) = await service.sync()
    took = time.perf_counter() - start
    watching.cancel()
    assert report.matches
    await database.close()
    busy, late = _p99([cpu for _, cpu in lags]), _p99([late for late, _ in lags])
    print(took, await asyncio.to_thread(peak), busy, late)


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[-1]


if __name__ == "__main__":
    asyncio.run(_sync(*sys.argv[1:]))
