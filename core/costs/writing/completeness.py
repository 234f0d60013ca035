"""When a day is complete, and when a billing period is final: rules, without I/O."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

ENOUGH: Final = Decimal("0.995")
"""The share of what it holds now that a complete day held."""

WINDOW: Final = 60
"""How many days tell whether an age is complete: the last ones that have been read at it."""

DEFAULT_AGE: Final = 3
"""The age of a complete day, in days, while there is no history."""

FEWEST: Final = 7
"""So many days at an age make a history."""

OLDEST: Final = 30
"""Readings are kept of days up to this age."""

_INVOICED_AFTER: Final = timedelta(days=10)
_UNCHANGED_FOR: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class HeldAt:
    """What a day held when it was `age` days old, and what it holds now, in one currency."""

    day: date
    age: int
    then: Decimal
    now: Decimal

    @property
    def share(self) -> Decimal:
        """How near it was to what it holds now: 1 the same; too much is as wrong as too little."""
        if self.now == self.then:
            return Decimal(1)
        return 1 - abs(self.now - self.then) / abs(self.now) if self.now else Decimal(0)


def complete_until(today: date, readings: Iterable[HeldAt]) -> date:
    """The first day that isn't complete yet; every day before it is.

    A day is complete when days of its age held, in the median of the last 60, at least 99.5%
    of what they hold now. Where fewer than 7 days tell (those too young themselves to have
    changed don't), an age of three days is taken as complete. The present day never is.

    Args:
        today: the present day as the source calls it.
        readings: of any days, ages and currencies; of a day's currencies the worst counts.
    """
    shares = _shares(today, readings)
    age = OLDEST
    while age > 1 and _is_complete(age - 1, shares[age - 1]):
        age -= 1
    return today - timedelta(days=age - 1)


def _shares(today: date, readings: Iterable[HeldAt]) -> defaultdict[int, dict[date, Decimal]]:
    shares = defaultdict[int, dict[date, Decimal]](dict)
    for reading in readings:
        if (today - reading.day).days >= reading.age + DEFAULT_AGE:
            of_age = shares[reading.age]
            of_age[reading.day] = min(of_age.get(reading.day, reading.share), reading.share)
    return shares


def _is_complete(age: int, shares: dict[date, Decimal]) -> bool:
    last = sorted(shares)[-WINDOW:]
    if len(last) < FEWEST:
        return age >= DEFAULT_AGE
    return median(shares[day] for day in last) >= ENOUGH


def is_final(billing_period: date, *, uninvoiced: int, changed_at: datetime, now: datetime) -> bool:
    """Whether no later charge is expected in a billing period.

    After the month's end: when every row has its InvoiceId, or else ten days later with the
    last three unchanged.

    Args:
        billing_period: first day of the month.
        uninvoiced: how many rows have no InvoiceId.
        changed_at: when its rows last changed.
        now: the present instant, in the time zone of the source's days.
    """
    end = (billing_period + timedelta(days=31)).replace(day=1)
    if now.date() < end:
        return False
    late = now.date() >= end + _INVOICED_AFTER and now - changed_at >= _UNCHANGED_FOR
    return uninvoiced == 0 or late
