"""What is forecast from, and what a forecast says."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import nan
from typing import Final, NamedTuple, Self

from core.errors import InvalidError
from core.money import ZERO
from core.period import Period

KEPT_DAYS: Final = 400
"""Older days say nothing that is used."""


class NotEnoughHistoryError(InvalidError):
    """There are too few complete days to forecast from."""


class NothingAheadError(InvalidError):
    """All days of the period are known already."""


class TooFarAheadError(InvalidError):
    """Forecasts reach a year ahead at most."""


@dataclass(frozen=True, slots=True)
class Series:
    """Amounts of complete days, one after the other, in one currency.

    `amounts`: None where a day is missing at the source; a day without charges is 0. Today and
    days that are provisional still don't belong to it.
    """

    start: date
    amounts: tuple[Decimal | None, ...]
    currency: str

    @property
    def end(self) -> date:
        """The first day that isn't known yet."""
        return self.start + timedelta(len(self.amounts))

    @property
    def days(self) -> Iterable[tuple[date, Decimal | None]]:
        """Each day with its amount."""
        return ((self.start + timedelta(n), amount) for n, amount in enumerate(self.amounts))

    @property
    def numbers(self) -> Collection[float]:
        """Amounts to reckon with; nan where a day is missing."""
        return [nan if amount is None else float(amount) for amount in self.amounts]

    def since(self, first: date) -> Iterable[tuple[date, Decimal | None]]:
        """The days from one on, each with its amount."""
        return ((day, amount) for day, amount in self.days if day >= first)

    @classmethod
    def of(
        cls,
        amounts: Mapping[date, Decimal],
        currency: str,
        *,
        complete_until: date,
        missing: Iterable[date] = (),
    ) -> Self:
        """The complete days of what an answer holds: from the first with charges, gaps as 0.

        Args:
            amounts: by day; those that aren't complete are left out.
            currency: of all amounts.
            complete_until: the first day that isn't complete.
            missing: complete days that the source hasn't.
        """
        gone = frozenset(missing)
        known = {day: amount for day, amount in amounts.items() if day < complete_until}
        start = min((day for day in known if day not in gone), default=complete_until)
        days = (start + timedelta(n) for n in range((complete_until - start).days))
        return cls(start, tuple(None if d in gone else known.get(d, ZERO) for d in days), currency)


@dataclass(frozen=True, slots=True)
class RoughSeries:
    """A series to forecast from where there are thousands: only its last days are money.

    `values`: each complete day from `start` on, to reckon with. `exact`: what days are charged
    that count as spent; a day that isn't there cost nothing.
    """

    start: date
    values: Collection[float]
    currency: str
    exact: Mapping[date, Decimal]

    @property
    def end(self) -> date:
        """The first day that isn't known yet."""
        return self.start + timedelta(len(self.values))

    @property
    def numbers(self) -> Collection[float]:
        """As `Series.numbers`."""
        return self.values

    def since(self, first: date) -> Iterable[tuple[date, Decimal]]:
        """As `Series.since`."""
        start = max(first, self.start)
        days = (start + timedelta(n) for n in range((self.end - start).days))
        return ((day, self.exact.get(day, ZERO)) for day in days)


class Method(StrEnum):
    """How a forecast was made.

    blend: several ways to go on, weighted by how well each would have done before.
    naive: the last week again. run_rate: the mean of the days there are.
    intermittent: the mean of each weekday, because spend comes and goes.
    ended: nothing, because nothing has come for longer than ever before.
    """

    BLEND = "blend"
    NAIVE = "naive"
    RUN_RATE = "run_rate"
    INTERMITTENT = "intermittent"
    ENDED = "ended"


class NoteKind(StrEnum):
    """What must be said beside a forecast."""

    SHORT_HISTORY = "short_history"
    NO_BAND = "no_band"
    INTERMITTENT = "intermittent"
    ENDED = "ended"
    MISSING_DAYS = "missing_days"
    FAR_AHEAD = "far_ahead"


@dataclass(frozen=True, slots=True)
class ForecastNote:
    """Something to know; `days`: how many it is about."""

    kind: NoteKind
    days: int = 0


class Band(NamedTuple):
    """Between which amounts, both included, it will lie so often."""

    lower: Decimal
    upper: Decimal

    def holds(self, amount: Decimal) -> bool:
        """Whether an amount lies in it."""
        return self.lower <= amount <= self.upper


class ForecastDay(NamedTuple):
    """One day: what is expected, and its bands; None where none can be given.

    `known`: it is past, and stands in for a day that is missing at the source.
    """

    date: date
    expected: Decimal
    at80: Band | None = None
    at95: Band | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good earlier forecasts of the same were.

    `error`: the middle of the totals' errors, as a share of what came. `within`: the share of
    totals within their 80% band, None where none had one.
    """

    forecasts: int
    error: Decimal | None
    within: Decimal | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the days of a period will come to.

    `spent`: the complete days of the period, exact. `days`: those that aren't known, from the
    first day that isn't complete (today's and provisional ones are forecast, not counted).
    `at80`, `at95`: of the period's total. `made_from`: how many days of history.
    `usual_error`: what repeating the same weekday was wrong by, a day; the unit of `mase`.
    """

    period: Period
    currency: str
    method: Method
    spent: Decimal
    days: tuple[ForecastDay, ...]
    at80: Band | None
    at95: Band | None
    complete_until: date
    made_from: int
    usual_error: Decimal
    notes: tuple[ForecastNote, ...] = ()
    past: Accuracy | None = None

    @property
    def ahead(self) -> Decimal:
        """What the days that aren't known are expected to cost."""
        return sum((day.expected for day in self.days), ZERO)

    @property
    def total(self) -> Decimal:
        """What the whole period is expected to cost."""
        return self.spent + self.ahead

    @property
    def horizon(self) -> int:
        """How many days beyond the history it reaches."""
        return (self.period.end - self.complete_until).days


@dataclass(frozen=True, slots=True)
class Score:
    """A forecast beside what came.

    `error`: what came less what was expected, over the whole period; `share`: of what came,
    None where that is 0. `mase`: the mean error of a day ahead in units of `usual_error`, None
    where that is 0. `in80`, `in95`: whether the total lay in its band, None where it had none.
    """

    expected: Decimal
    actual: Decimal
    error: Decimal
    share: Decimal | None
    mase: Decimal | None
    in80: bool | None
    in95: bool | None
