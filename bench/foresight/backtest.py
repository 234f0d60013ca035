"""Forecasts of the past beside what came, and beside simpler ways to forecast."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from bench.foresight.generated import Numbers, Sample
from core.forecasts.making import forecast
from core.forecasts.model import Band, Series
from core.forecasts.panel import Panel
from core.forecasts.seasons import less, level, weekday_effects, windows

HORIZON: Final = 28


@dataclass(frozen=True, slots=True)
class Past:
    """Days of a series that were known, and those that came after."""

    name: str
    start: date
    known: Numbers
    came: Numbers

    @property
    def scale(self) -> float:
        """What the same weekday's last amount is wrong by, a day."""
        return float(np.nanmean(np.abs(self.known[7:] - self.known[:-7]))) or 1.0

    @property
    def series(self) -> Series:
        """What was known, as the product has it."""
        amounts = (None if np.isnan(v) else Decimal(repr(float(v))) for v in self.known)
        return Series(self.start, tuple(amounts), "USD")


@dataclass(frozen=True, slots=True)
class Judged:
    """How one forecast did; coverages None where there was no band.

    mase: mean error of a day, in `Past.scale`. total: error of the sum, as a share of it.
    day80, day95: the share of days in their band. total80, total95: whether the sum was.
    """

    name: str
    mase: float
    total: float
    day80: float | None = None
    day95: float | None = None
    total80: bool | None = None
    total95: bool | None = None


def pasts(samples: Iterable[Sample], history: int, origins: int | None = None) -> Iterator[Past]:
    """Cut series where days are forecast from: at the end, and every 28 days before.

    Args:
        samples: the series.
        history: how many days are known.
        origins: how often; None: as often as the series is long.
    """
    for sample in samples:
        most = (len(sample.values) - history) // HORIZON
        for back in range(1, min(origins or most, most) + 1):
            now = len(sample.values) - HORIZON * back
            yield Past(
                sample.name,
                sample.start + timedelta(now - history),
                sample.values[now - history : now],
                sample.values[now : now + HORIZON],
            )


def judge(past: Past) -> Judged:
    """Our forecast of it."""
    series = past.series
    made = forecast(series, start=series.end, end=series.end + timedelta(HORIZON))
    known = ~np.isnan(past.came)
    came = [Decimal(repr(float(v))) for v in past.came[known]]
    days = [day for day, there in zip(made.days, known, strict=True) if there]
    total = sum(came, Decimal(0))
    # Days that never came are taken to have come as expected.
    gone = sum(
        (day.expected for day, ok in zip(made.days, known, strict=True) if not ok), Decimal(0)
    )
    return Judged(
        past.name,
        *_errors(past, np.array([float(day.expected) for day in made.days])),
        day80=_covered([day.at80 for day in days], came),
        day95=_covered([day.at95 for day in days], came),
        total80=made.at80 and made.at80.holds(total + gone),
        total95=made.at95 and made.at95.holds(total + gone),
    )


def judge_simple(past: Past, way: Callable[[Numbers], Numbers]) -> Judged:
    """A simpler way's forecast of it."""
    return Judged(past.name, *_errors(past, way(past.known)))


def _errors(past: Past, expected: Numbers) -> tuple[float, float]:
    known = ~np.isnan(past.came)
    apart = past.came[known] - expected[known]
    total = abs(float(past.came[known].sum()))
    return float(np.abs(apart).mean()) / past.scale, abs(float(apart.sum())) / max(total, 1e-9)


def _covered(bands: list[Band | None], came: list[Decimal]) -> float | None:
    held = [band.holds(a) for band, a in zip(bands, came, strict=True) if band is not None]
    return sum(held) / len(held) if held else None


def seasonal_naive(known: Numbers) -> Numbers:
    """The last week again; a missing day as the week before."""
    week = known[-7:]
    if np.isnan(week).any():
        week = np.where(np.isnan(week), known[-14:-7], week)
    return np.resize(np.nan_to_num(week), HORIZON)


def run_rate(known: Numbers) -> Numbers:
    """The mean of the last thirty days, as a month to date has at its end."""
    return np.full(HORIZON, np.nanmean(known[-30:]))


def straight_line(known: Numbers) -> Numbers:
    """Least squares through sixty days."""
    recent = known[-60:]
    there = ~np.isnan(recent)
    days = np.arange(len(recent))
    slope, middle = np.polyfit(days[there], recent[there], 1)
    line: Numbers = middle + slope * (len(recent) + np.arange(HORIZON))
    return line


SIMPLE: Final = {
    "seasonal naive": seasonal_naive,
    "run rate": run_rate,
    "straight line": straight_line,
}


def foreknown(past: Past, quiet: Past) -> Judged | None:
    """What can't be beaten: of a series its noise-free self, known as far as anybody could.

    Growth and bills go on; a level that wanders or jumps is known up to the last day. None for
    archetypes whose noise is what they are.
    """
    match past.name:
        case "growth" | "monthly_bills":
            return Judged(past.name, *_errors(past, quiet.came))
        case "drift" | "shifts":
            return Judged(past.name, *_errors(past, seasonal_naive(quiet.known)))
    return None


def robust_additive(past: Past) -> Judged:
    """Weekdays, dates and the level of the last fortnight alone: what the blend grew out of."""
    first = np.datetime64(past.start, "D")
    panel = Panel.of(first, past.known[None], ahead=HORIZON)
    now = np.array([panel.days])
    window = windows(panel.smooth, now)
    effect = weekday_effects(window)
    days = now[:, None] + np.arange(HORIZON)
    expected = level(less(window, effect))[..., None] + panel.dates(days, now)
    expected += effect[..., np.arange(HORIZON) % 7]
    return Judged(past.name, *_errors(past, expected[0, 0]))
