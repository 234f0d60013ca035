"""A night's work: ten thousand series forecast to the month's end and screened, in one process."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

import psutil

from bench import Figure
from bench.foresight.generated import cost_like
from core.anomalies.detection import screen
from core.anomalies.model import Subject, Watched
from core.forecasts.making import forecast, forecasts
from core.forecasts.model import Series
from core.period import Period

_SERIES: Final = 10_000
_DAYS: Final = 400
_AHEAD: Final = 31
_LOADED: Final = 500
_MEGABYTE: Final = 2**20


async def measure(folder: Path) -> AsyncIterator[Figure]:  # noqa: ARG001 - no files
    """CPU of one process, and how much memory it takes beyond the series themselves."""
    made = list(islice(_series(), _LOADED))
    process = psutil.Process()
    idle, most = process.memory_info().rss, 0
    forecasting = screening = 0.0
    end = max(series.end for series in made)
    made = [_moved(series, end) for series in made]
    for _ in range(_SERIES // _LOADED):
        began = time.process_time()
        count = sum(1 for _ in forecasts(made, Period(end, end + timedelta(_AHEAD))))
        between = time.process_time()
        count += sum(1 for _ in screen([Watched(Subject(str(n)), s) for n, s in enumerate(made)]))
        screening += time.process_time() - between
        forecasting += between - began
        assert count == 2 * _LOADED
        most = max(most, process.memory_info().rss)
    yield Figure(f"{_SERIES:,} series forecast, one core", [forecasting], unit="s")
    yield Figure(f"{_SERIES:,} series screened, one core", [screening], unit="s")
    yield Figure("both", [forecasting + screening], unit="s", limit=600)
    yield Figure("memory beyond the series", [(most - idle) / _MEGABYTE], unit="MB", limit=300)
    yield Figure("one forecast", _one_by_one(made[:100]), limit=50)


def _one_by_one(some: Sequence[Series]) -> list[float]:
    took = []
    for series in some:
        began = time.process_time()
        forecast(series, start=series.end, end=series.end + timedelta(_AHEAD))
        took.append((time.process_time() - began) * 1000)
    return took


def _series() -> Iterator[Series]:
    for seed in range(1000, 1000 + _LOADED // 40 + 1):
        for sample in cost_like(seed, days=_DAYS):
            amounts = tuple(Decimal(repr(float(value))) for value in sample.values)
            yield Series(sample.start, amounts, "USD")


def _moved(series: Series, end: date) -> Series:
    """The same days, ending with the others."""
    return Series(end - timedelta(_DAYS), series.amounts, "USD")
