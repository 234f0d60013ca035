"""What a budget is: of what, how much in which days, and who is told; and its plan, day by day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final

from babel.numbers import get_currency_precision

from core.addresses import is_email
from core.costs.model import CostQuery, Measure
from core.errors import ConflictError, InvalidError, NotFoundError
from core.money import is_currency, plain
from core.period import MOST_DAYS, Period, add_months, calendar, month_of

THRESHOLDS: Final = (80, 100, 120, 150)
"""Per cent of the amount at which what is spent matters, unless others are set."""
FORECAST_THRESHOLDS: Final = (100,)
"""Likewise for what is expected at the end."""
MOST_PERCENT: Final = 1000
MOST_AMOUNT: Final = Decimal(10**15)


class BudgetError(InvalidError):
    """A budget can't be so."""


class BudgetAmountError(BudgetError):
    """A budget has an amount above zero, as 8000."""


class BudgetDatesError(BudgetError):
    """A custom budget has a first and a last day; any other has none."""


class BudgetThresholdsError(BudgetError):
    """Thresholds are whole per cents from 1 to 1000, as 80, 100."""


class BudgetForecastThresholdsError(BudgetThresholdsError):
    """Likewise those of what is expected."""


class BudgetCurrencyError(BudgetError):
    """A budget has a currency, as USD."""


class BudgetSubjectError(BudgetError):
    """A budget is of cost or net, by day of use."""


class BudgetAddressError(BudgetError):
    """An e-mail address reads like ada@example.com."""


class UnknownBudgetError(NotFoundError):
    """There is no such budget."""


class BudgetTakenError(ConflictError):
    """There is such a budget already."""


class Cycle(StrEnum):
    """How often a budget begins anew; custom: it is for its own dates, once."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    CUSTOM = "custom"


_MONTHS: Final = {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.YEARLY: 12}


@dataclass(frozen=True, slots=True)
class Terms:
    """What people set of a budget.

    Attributes:
        subject: what it is of, in the question language: `checkout`, `team=payments`, `all`.
        cycle: how often it begins anew.
        amount: of each period, shared evenly by its days. None: only months have amounts or,
            where those have none either, it adds up its team's projects' budgets.
        months: amounts of single months, by their first day; they go before `amount`. In a
            longer period the other days have their share of `amount` still.
        dates: the days of a custom budget.
        measure: cost or net.
        currency: of all amounts; spend in others doesn't count.
        thresholds: per cent of the amount that is spent.
        forecast_thresholds: per cent of the amount that is expected at the end.
        owner: a Slack user id or an e-mail address.
        channels: Slack channel ids.
        emails: addresses.
    """

    subject: str
    currency: str
    cycle: Cycle = Cycle.MONTHLY
    amount: Decimal | None = None
    months: Mapping[date, Decimal] = field(default_factory=dict)
    dates: Period | None = None
    measure: Measure = Measure.COST
    thresholds: tuple[int, ...] = THRESHOLDS
    forecast_thresholds: tuple[int, ...] = FORECAST_THRESHOLDS
    owner: str | None = None
    channels: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def rolls_up(self) -> bool:
        """Whether it has no amount of its own: it adds up those of a team's projects."""
        return self.amount is None and not self.months


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget as it is kept.

    `query` asks for what it is of; None where its subject can't be read any more. `projects`:
    of which it is, as they are called now; `team`: of whose projects.
    """

    id: int
    terms: Terms
    query: CostQuery | None = None
    created_by: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    projects: tuple[str, ...] = ()
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a budget, when, from what to what; `before` None: made, `after` None: removed."""

    at: datetime
    by: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


def period_on(terms: Terms, day: date) -> Period:
    """The budget's period that a day is in; a custom one has its own dates only."""
    if terms.dates is not None:
        return terms.dates
    return _calendar(terms.cycle, month_of(day))


@lru_cache
def _calendar(cycle: Cycle, month: date) -> Period:
    """The period that a month is in; thousands of budgets ask of the same few."""
    months = _MONTHS[cycle]
    start = month.replace(month=(month.month - 1) // months * months + 1)
    return calendar(start, add_months(start, months))


def was_there(budget: Budget, period: Period) -> bool:
    """Whether there was a budget before a period was over."""
    return budget.created_at is None or budget.created_at.date() < period.end


def plan(terms: Terms, days: Period) -> Fraction | None:
    """What some days may cost, exactly; None where no amount is said of any of them.

    Days are any: the whole of a period has its amount, a part of it the part that it has by the
    calendar (and, where months have their own amounts, by those).
    """
    if terms.amount is not None and not terms.months and terms.dates is None:
        period = period_on(terms, days.start)
        if days == period:
            return Fraction(terms.amount)
        if days.end <= period.end:
            return Fraction(terms.amount) * Fraction(days.days, period.days)
    shares = [
        share * _overlap(segment, days) / segment.days
        for segment, share in _segments(terms, days)
        if share is not None
    ]
    return sum(shares, Fraction(0)) if shares else None


def _segments(terms: Terms, days: Period) -> Iterator[tuple[Period, Fraction | None]]:
    """The periods that some days touch, by month, each with its amount."""
    for period in _periods(terms, days):
        for segment in _by_month(period):
            if not _overlap(segment, days):
                continue
            own = terms.months.get(month_of(segment.start))
            if own is not None:
                yield segment, Fraction(own)
            elif terms.amount is not None:
                yield segment, Fraction(terms.amount) * segment.days / period.days
            else:
                yield segment, None


def _periods(terms: Terms, days: Period) -> Iterator[Period]:
    if terms.dates is not None:
        yield from [terms.dates] if _overlap(terms.dates, days) else []
        return
    day = days.start
    while day < days.end:
        period = period_on(terms, day)
        yield period
        day = period.end


def _by_month(period: Period) -> Iterator[Period]:
    start = period.start
    while start < period.end:
        end = min(add_months(month_of(start), 1), period.end)
        yield Period(start, end)
        start = end


def _overlap(one: Period, other: Period) -> int:
    """How many days two periods have in common."""
    return max((min(one.end, other.end) - max(one.start, other.start)).days, 0)


def rounded(amount: Fraction, currency: str) -> Decimal:
    """An exact share in the currency's own decimals; what is whole already stays as it is."""
    unit = Decimal(1).scaleb(-get_currency_precision(currency))
    scaled = amount / Fraction(unit)
    whole = round(scaled)
    return (Decimal(whole) * unit).quantize(unit, ROUND_HALF_EVEN)


def check(terms: Terms) -> Terms:
    """Give back terms that a budget can have.

    Raises:
        BudgetError: it can't; its class says which of them.
    """
    _check_amounts(terms)
    _check_dates(terms)
    if terms.measure not in (Measure.COST, Measure.NET):
        raise BudgetSubjectError(
            f"A budget is of cost or net, and {terms.measure.value!r} is neither.",
            fix=f"Leave {terms.measure.value!r} out.",
        )
    if not is_currency(terms.currency):
        raise BudgetCurrencyError(f"{terms.currency!r} is no currency.", fix="Write it as USD.")
    _check_thresholds(terms.thresholds, BudgetThresholdsError)
    _check_thresholds(terms.forecast_thresholds, BudgetForecastThresholdsError)
    for email in terms.emails:
        if not is_email(email):
            raise BudgetAddressError(f"{email!r} is no e-mail address.")
    return terms


def _check_thresholds(some: tuple[int, ...], wrong: type[BudgetThresholdsError]) -> None:
    for each in some:
        if not 1 <= each <= MOST_PERCENT:
            raise wrong(
                f"{each}% can't be a threshold.", fix=f"Take 1 to {MOST_PERCENT}, as 80, 100."
            )


def _check_amounts(terms: Terms) -> None:
    said = [*([] if terms.amount is None else [terms.amount]), *terms.months.values()]
    for amount in said:
        if not Decimal(0) <= amount <= MOST_AMOUNT:
            raise BudgetAmountError(
                f"{plain(amount)} can't be an amount.", fix="Write one from 0 to 10^15, as 8000."
            )
    if terms.amount is not None and terms.amount == 0:
        raise BudgetAmountError("A budget of 0 is always over.", fix="Write an amount, as 8000.")


def _check_dates(terms: Terms) -> None:
    if (terms.cycle is Cycle.CUSTOM) != (terms.dates is not None):
        raise BudgetDatesError(
            "A custom budget needs its first and last day."
            if terms.dates is None
            else f"A {terms.cycle} budget has no dates of its own.",
            fix="Write them as 2026-10-01..2026-12-31."
            if terms.dates is None
            else "Leave them out, or make it custom.",
        )
    if terms.dates is not None and terms.dates.days > MOST_DAYS:
        raise BudgetDatesError(f"{terms.dates} is longer than ten years.")
    for month in terms.months:
        if month.day != 1:
            raise BudgetDatesError(f"{month} is no month.", fix="Write months as 2026-10.")
        last = add_months(month, 1) - timedelta(1)
        if terms.dates is not None and not _overlap(
            terms.dates, Period(month, last + timedelta(1))
        ):
            raise BudgetDatesError(f"{month:%Y-%m} isn't in {terms.dates}.")
