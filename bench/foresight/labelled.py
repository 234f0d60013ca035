"""Daily series with incidents put in on known days, and with what only looks like one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from bench.foresight.generated import (
    Maker,
    Numbers,
    credit,
    drift,
    growth,
    heavy_tails,
    monthly_bills,
    zeros,
)

DAYS: Final = 240
SCREENED: Final = 90
_SETTLES: Final = 7
_FIRST: Final = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A series, and the incidents in it as (first day, day after the last)."""

    name: str
    start: date
    values: Numbers
    incidents: tuple[tuple[int, int], ...]


def working_days(make: Maker) -> Numbers:
    """Switched off on weekends; no holidays, which are days too low that nobody announced."""
    return make.week(make.rng.uniform(0.05, 0.4)) * make.noise()


_KINDS: Final[tuple[tuple[str, Callable[[Maker], Numbers], float], ...]] = (
    ("drift", drift, 0.6),
    ("growth", growth, 0.6),
    ("monthly bills", monthly_bills, 0.5),
    ("weekends", working_days, 0.5),
    ("credits", credit, 0.4),
    ("heavy tails", heavy_tails, 0.4),
    ("bursty", zeros, 0.2),
    ("tiny", drift, 0.0),
)


def labelled(seed: int, each: int = 20) -> Iterator[Labelled]:
    """160 series of 240 days, of which the last 90 are screened."""
    for number, (name, kind, odd) in enumerate(_KINDS):
        for n in range(each):
            rng = np.random.default_rng([seed, 77, number, n])
            make = Maker(rng, _FIRST, DAYS)
            level = rng.uniform(0.2, 3) if name == "tiny" else np.exp(rng.uniform(4.5, 8.5))
            values = level * kind(make)
            if name == "tiny":
                _tiny(rng, values)
            incidents = tuple(_put_in(rng, values)) if rng.random() < odd else ()
            yield Labelled(name, make.start, values.round(2), incidents)


def _tiny(rng: np.random.Generator, values: Numbers) -> None:
    """Some days cost many times as much, and still next to nothing."""
    values[rng.integers(DAYS - SCREENED, DAYS, 5)] *= rng.uniform(2, 5)


def _put_in(rng: np.random.Generator, values: Numbers) -> Iterator[tuple[int, int]]:
    """One to three incidents: days too high, a level too high, days too low.

    Their size is told in usual days, or in usual changes from week to week where those are
    larger: what is within the noise nobody would call an incident.
    """
    change = 3 * np.median(np.abs(values[7:] - values[:-7]))
    usual = max(float(np.median(np.abs(values))), float(change))
    day = DAYS - SCREENED + int(rng.integers(2, 20))
    for _ in range(int(rng.integers(1, 4))):
        match rng.integers(4):
            case 0 | 1:
                days = int(rng.integers(1, 5))
                values[day : day + days] += max(30.0, usual * rng.uniform(0.5, 3))
            case 2:
                days = DAYS - day
                values[day:] += max(30.0, usual * rng.uniform(0.4, 1.5))
            case _:
                days = int(rng.integers(2, 6))
                values[day : day + days] -= max(30.0, usual * rng.uniform(0.5, 0.95))
        yield day, min(day + days, day + _SETTLES, DAYS)
        day += int(rng.integers(16, 35))
        if day > DAYS - 2:
            return
