"""Drawing a chart in the worker process: how long, what the loop feels of it, how much memory.

The chart is that of storage's measurements: 30 days of 8 services, stacked.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bench import Figure
from bot.render.charts import chart_of
from bot.render.charts.spec import Chart
from bot.render.charts.worker import ChartWorker
from core.costs.model import SERVICE, CostAnswer, CostQuery, Freshness, Granularity, Line, Total
from core.period import Period

PICTURES = 40
ROUNDS = 8
_TICK = 0.001


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """Time to start and to draw, lag of the loop, resident memory."""
    chart = stacked(days=30, services=8)
    yield Figure("chart worker: first start, listing the fonts", [await _start(folder)])
    yield Figure("chart worker: start", [await _start(folder) for _ in range(5)])
    worker = ChartWorker(folder)
    await worker.start()
    try:
        yield Figure("chart: 30 days of 8 services, warm", await _draw(worker, chart))
        cpu = [await _cpu(worker, chart) for _ in range(ROUNDS)]
        yield Figure("chart: the same, CPU of the worker", cpu, limit=160)
        lags = [await _lag(worker, chart) for _ in range(ROUNDS)]
        yield Figure("chart: longest wait of the loop, 8 at once", lags, limit=20)
        memory = [_resident(worker.pid)]
        yield Figure("chart worker: memory after drawing", memory, unit="MB", limit=130)
    finally:
        await worker.close()


def stacked(*, days: int, services: int) -> Chart:
    """The chart of an answer of so many days and services."""
    start = date(2026, 10, 23)
    lines = tuple(
        Line(
            {SERVICE: f"Service {service}"},
            "USD",
            Decimal(100 + 37 * service * (day % 7)),
            Decimal(120 + 30 * service * (day % 7)),
            start=start + timedelta(days=day),
        )
        for day in range(days)
        for service in range(services)
    )
    period = Period(start, start + timedelta(days=days), f"last-{days}d")
    query = CostQuery(period, granularity=Granularity.DAILY)
    total = Total("USD", sum((line.amount for line in lines), Decimal(0)))
    fresh = Freshness(datetime(2026, 11, 21, tzinfo=UTC), period.end, matches_export=True)
    chart = chart_of(CostAnswer(query, "all", (total,), lines, freshness=fresh))
    assert chart is not None
    return chart


async def _start(folder: Path) -> float:
    worker = ChartWorker(folder)
    before = time.perf_counter()
    await worker.start()
    took = time.perf_counter() - before
    await worker.close()
    return took * 1000


async def _draw(worker: ChartWorker, chart: Chart) -> list[float]:
    took = []
    for _ in range(PICTURES):
        before = time.perf_counter()
        await worker.draw(chart)
        took.append((time.perf_counter() - before) * 1000)
    return took


async def _cpu(worker: ChartWorker, chart: Chart) -> float:
    """CPU milliseconds a picture takes, whatever else the machine does."""
    before = _ticks(worker.pid)
    for _ in range(PICTURES // ROUNDS):
        await worker.draw(chart)
    ticks = _ticks(worker.pid) - before
    return ticks / os.sysconf("SC_CLK_TCK") / (PICTURES // ROUNDS) * 1000


def _ticks(pid: int | None) -> int:
    """User and system time of a process (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


async def _lag(worker: ChartWorker, chart: Chart) -> float:
    """The longest that the loop was late for something else while pictures were drawn."""
    longest = 0.0
    drawing = asyncio.gather(*(worker.draw(chart) for _ in range(8)))
    while not drawing.done():
        before = time.perf_counter()
        await asyncio.sleep(_TICK)
        longest = max(longest, time.perf_counter() - before - _TICK)
    await drawing
    return longest * 1000


def _resident(pid: int | None) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")
    )
