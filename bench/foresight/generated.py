"""Daily series as bills make them: eight archetypes, any number of seeds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.float64]

DAYS: Final = 365 + 3 * 28
_HALF: Final = 0.5
_SELDOM: Final = 0.04
_FIRST: Final = date(2024, 11, 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """A daily series with a name; nan where a day is missing."""

    name: str
    start: date
    values: Numbers


@dataclass(frozen=True, slots=True)
class Maker:
    """What an archetype is made of: random numbers and the calendar.

    `unrest`: by how much of itself a level wanders, grows and jumps.
    """

    rng: np.random.Generator
    start: date
    days: int
    quiet: bool = False
    unrest: float = 1.0

    @property
    def weekday(self) -> npt.NDArray[np.int64]:
        """Monday is 0."""
        return (self.start.weekday() + np.arange(self.days)) % 7

    @property
    def dates(self) -> list[date]:
        """Every day."""
        return [self.start + timedelta(n) for n in range(self.days)]

    def noise(self, most: float = 0.08) -> Numbers:
        """Factors around 1; how far around is the series' own."""
        factors = 1 + self.rng.normal(0, self.rng.uniform(most / 4, most), self.days)
        return np.ones(self.days) if self.quiet else factors

    def week(self, weekend: float) -> Numbers:
        """Factors of weekdays, with a weekend of so much."""
        factors = 1 + self.rng.normal(0, 0.02, 7)
        factors[5:] = weekend * (1 + self.rng.normal(0, 0.03, 2))
        return factors[self.weekday]

    def on(self, day_of_month: int) -> npt.NDArray[np.bool_]:
        """The days of that date; -1 is each month's last."""
        if day_of_month > 0:
            return np.array([day.day == day_of_month for day in self.dates])
        return np.array([(day + timedelta(1)).day == 1 for day in self.dates])

    def level(self) -> float:
        """Dollars a day, from a few to ten thousand."""
        return float(np.exp(self.rng.uniform(np.log(5), np.log(10_000))))


def drift(make: Maker) -> Numbers:
    """A level that wanders."""
    apart = make.unrest * make.rng.uniform(0.002, 0.008)
    walk = np.exp(np.cumsum(make.rng.normal(0, apart, make.days)))
    return walk * make.week(make.rng.uniform(0.75, 1)) * make.noise()


def growth(make: Maker) -> Numbers:
    """A level that grows, by an amount or by a share a day; 10% to 200% in a year."""
    days, rate = np.arange(make.days), make.unrest * np.log(make.rng.uniform(1.1, 3)) / 365
    by_share = np.exp(rate * days)
    grown: Numbers = by_share if make.rng.random() < _HALF else 1 + 1.5 * rate * days
    return grown * make.week(make.rng.uniform(0.6, 1)) * make.noise()


def shifts(make: Maker) -> Numbers:
    """A level that changes at once every four to nine months, by a seventh up to double."""
    level, day = np.ones(make.days), 0
    while (day := day + int(make.rng.integers(120, 270))) < make.days:
        by = make.rng.choice([-1, 1]) * make.rng.uniform(0.15, 0.7)
        level[day:] *= np.exp(make.unrest * by)
    return level * make.week(make.rng.uniform(0.7, 1)) * make.noise()


def monthly_bills(make: Maker) -> Numbers:
    """A base, and once or twice a month a bill of many days' cost."""
    values = make.week(make.rng.uniform(0.7, 1)) * make.noise()
    for _ in range(int(make.rng.integers(1, 3))):
        on = make.on(int(make.rng.choice([1, 1, 2, 3, 5, 15, 20, 28, -1])))
        values = values + on * make.rng.uniform(2, 15) * make.noise(0.05)
    return values


def credit(make: Maker) -> Numbers:
    """Use with credits taken off, some days below nothing."""
    values = make.week(make.rng.uniform(0.7, 1)) * make.noise()
    match make.rng.integers(3):
        case 0:  # a refund on a date
            return values - make.on(int(make.rng.choice([1, 4, 16]))) * make.rng.uniform(2, 8)
        case 1:  # now and then
            days = make.rng.random(make.days) < _SELDOM
            return values - days * make.rng.exponential(2, make.days)
    return values - make.rng.uniform(0.7, 1.1) * make.noise(0.1)  # nearly all of it


def zeros(make: Maker) -> Numbers:
    """Nothing on most days: jobs on certain weekdays, or on any."""
    if make.rng.random() < _HALF:
        some = make.rng.choice(7, int(make.rng.integers(1, 4)), replace=False)
        days = np.isin(make.weekday, some)
    else:
        days = make.rng.random(make.days) < make.rng.uniform(0.15, 0.5)
    amounts: Numbers = np.where(days, np.abs(make.noise(0.1)), 0.0)
    return amounts


def weekends(make: Maker) -> Numbers:
    """Switched off on weekends, and on a few holidays."""
    values = make.week(make.rng.uniform(0.05, 0.4)) * make.noise()
    values[make.rng.integers(0, make.days, 6)] *= make.rng.uniform(0.1, 0.4)
    return values


def heavy_tails(make: Maker) -> Numbers:
    """Noise that sometimes is anything."""
    values = make.week(make.rng.uniform(0.8, 1)) * make.noise(0.04)
    return values * np.exp(0.08 * make.rng.standard_t(2.2, make.days).clip(-20, 20))


ARCHETYPES: Final[tuple[Callable[[Maker], Numbers], ...]] = (
    drift, growth, shifts, monthly_bills, credit, zeros, weekends, heavy_tails,
)  # fmt: skip


def cost_like(
    seed: int, each: int = 5, days: int = DAYS, *, quiet: bool = False, unrest: float = 1.0
) -> Iterator[Sample]:
    """Series of every archetype; the same ones whenever the seed is the same.

    Args:
        seed: of the random numbers.
        each: how many of an archetype.
        days: how long they are.
        quiet: the same series without their daily noise.
        unrest: of drift, growth and jumps; 0.5 is half of each.
    """
    for number, archetype in enumerate(ARCHETYPES):
        for n in range(each):
            rng = np.random.default_rng([seed, number, n])
            make = Maker(rng, _FIRST + timedelta(int(rng.integers(0, 200))), days, quiet, unrest)
            values = make.level() * archetype(make)
            yield Sample(archetype.__name__, make.start, values.round(2))
