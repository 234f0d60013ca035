"""How far a budget is: what is spent, what is to come, and when it will not do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.budgets.model import Budget, rounded
from core.costs.model import Freshness
from core.forecasts.model import Band, Forecast, ForecastDay, RoughSeries, Series
from core.money import ZERO
from core.period import Period

type Plan = Callable[[Period], Fraction | None]


class State(StrEnum):
    """How it goes.

    over: more is spent than the amount. heading_over: more is expected at the end. ahead: what to
    expect can't be told, and more is spent than the plan has by now. on_plan: none of these.
    no_amount: none is said for the period. not_begun: its days are yet to come.
    """

    OVER = "over"
    HEADING_OVER = "heading_over"
    AHEAD = "ahead"
    ON_PLAN = "on_plan"
    NO_AMOUNT = "no_amount"
    NOT_BEGUN = "not_begun"


@dataclass(frozen=True, slots=True)
class Status:
    """One period of a budget.

    Attributes:
        budget: which.
        period: of it.
        amount: what may be spent; None where none is said.
        used: what is spent, days that aren't complete with what they have.
        complete_until: the first day of the period that isn't complete; its end if all are.
        used_complete: what the complete days cost; what the pace is taken of.
        planned: what the plan has for the complete days; None without an amount.
        expected: what the whole period is expected to cost; what it cost once all is known.
            None where that can't be told.
        at80: between which amounts that will lie four times out of five.
        breach: the day on which the amount was, or is expected to be, exceeded.
        final: all days of the period are complete.
        days: what each day cost, as far as known.
        ahead: what the days that aren't complete are expected to cost.
        forecast: which was made of them just now; None where none was.
        refused: why it can't.
        others: what was spent in other currencies, which doesn't count.
        allotted: what the budgets of the team's projects have; None for other budgets.
        steps: what the plan has by the end of each day of the period; where it was asked for.
        freshness: of the data.
    """

    budget: Budget
    period: Period
    amount: Decimal | None
    used: Decimal
    complete_until: date
    used_complete: Decimal
    planned: Decimal | None
    expected: Decimal | None
    at80: Band | None
    breach: date | None
    state: State
    final: bool
    days: Mapping[date, Decimal] = field(default_factory=dict)
    ahead: Mapping[date, Decimal] = field(default_factory=dict)
    forecast: Forecast | None = None
    refused: str = ""
    others: Mapping[str, Decimal] = field(default_factory=dict)
    allotted: Decimal | None = None
    steps: tuple[Decimal, ...] = ()
    freshness: Freshness = field(default_factory=Freshness)

    @property
    def currency(self) -> str:
        """Of all amounts."""
        return self.budget.terms.currency

    @property
    def remaining(self) -> Decimal | None:
        """What is left of the amount; negative once it is exceeded."""
        return None if self.amount is None else self.amount - self.used

    @property
    def share(self) -> Decimal | None:
        """What is spent, as a share of the amount."""
        return self.used / self.amount if self.amount else None

    @property
    def pace(self) -> Decimal | None:
        """What the complete days cost, as a share of what the plan has for them."""
        return self.used_complete / self.planned if self.planned else None

    @property
    def incomplete(self) -> Period | None:
        """The days begun that aren't complete; None where there are none."""
        last = max((day for day in self.days if day >= self.complete_until), default=None)
        return None if last is None else Period(self.complete_until, last + timedelta(1))


@dataclass(frozen=True, slots=True)
class Course:
    """What is to come, by a forecast that was made before."""

    total: Decimal
    at80: Band | None
    days: tuple[ForecastDay, ...]


@dataclass(frozen=True, slots=True)
class Spending:
    """What a budget's subject cost: complete days, and what later days have so far."""

    history: Series | RoughSeries
    so_far: Mapping[date, Decimal] = field(default_factory=dict)
    others: Mapping[str, Decimal] = field(default_factory=dict)
    freshness: Freshness = field(default_factory=Freshness)

    def within(self, period: Period) -> dict[date, Decimal]:
        """What is known of the days of a period."""
        every = [*self.history.since(period.start), *self.so_far.items()]
        return {
            day: amount
            for day, amount in every
            if amount is not None and period.start <= day < period.end
        }


def status(
    budget: Budget,
    period: Period,
    plan: Plan,
    spending: Spending,
    made: Forecast | Course | None,
    *,
    today: date,
    refused: str = "",
    allotted: Decimal | None = None,
) -> Status:
    """How far a budget is in one of its periods.

    Args:
        budget: which.
        period: which.
        plan: what some days may cost.
        spending: what they did.
        made: the forecast of the period, None where all is known or it can't be told.
        today: the present day; a period that begins later hasn't begun.
        refused: why there is no forecast, where there should be.
        allotted: what its team's projects have.
    """
    currency = budget.terms.currency
    days = spending.within(period)
    complete_until = min(max(spending.history.end, period.start), period.end)
    final = spending.history.end >= period.end
    amount, planned = _amount(plan, period, complete_until, currency)
    used = sum(days.values(), ZERO)
    used_complete = sum((a for day, a in days.items() if day < complete_until), ZERO)
    expected = used if final else (made.total if made else None)
    told = Status(
        budget=budget,
        period=period,
        amount=amount,
        used=used,
        complete_until=complete_until,
        used_complete=used_complete,
        planned=planned,
        expected=expected,
        at80=made.at80 if made else None,
        breach=None if amount is None else _breach(amount, days, made),
        state=_state(amount, used, expected, used_complete, planned),
        final=final,
        days=days,
        ahead=_ahead(made),
        forecast=made if isinstance(made, Forecast) else None,
        refused=refused,
        others=spending.others,
        allotted=allotted,
        freshness=spending.freshness,
    )
    return replace(told, state=State.NOT_BEGUN) if period.start > today else told


def _amount(
    plan: Plan, period: Period, complete_until: date, currency: str
) -> tuple[Decimal | None, Decimal | None]:
    """What the plan has for the period, and for its complete days."""
    whole = plan(period)
    if whole is None:
        return None, None
    if complete_until == period.start:
        return rounded(whole, currency), ZERO
    part = plan(Period(period.start, complete_until)) or Fraction(0)
    return rounded(whole, currency), rounded(part, currency)


def steps(plan: Plan, period: Period, currency: str) -> Iterator[Decimal]:
    """What the plan has by the end of each day."""
    total = Fraction(0)
    for n in range(period.days):
        day = period.start + timedelta(n)
        total += plan(Period(day, day + timedelta(1))) or 0
        yield rounded(total, currency)


def _ahead(made: Forecast | Course | None) -> dict[date, Decimal]:
    """What each day to come is expected to cost."""
    return {day.date: day.expected for day in made.days} if made else {}


def _breach(
    amount: Decimal, days: Mapping[date, Decimal], made: Forecast | Course | None
) -> date | None:
    """The first day at whose end more than the amount is spent, or is expected to be."""
    expected, total = _ahead(made), ZERO
    for day in sorted({*days, *expected}):
        total += expected[day] if day in expected else days[day]
        if total > amount:
            return day
    return None


def _state(
    amount: Decimal | None,
    used: Decimal,
    expected: Decimal | None,
    used_complete: Decimal,
    planned: Decimal | None,
) -> State:
    if amount is None:
        return State.NO_AMOUNT
    if used > amount:
        return State.OVER
    if expected is not None and expected > amount:
        return State.HEADING_OVER
    pacing = expected is None and planned is not None and used_complete > planned
    return State.AHEAD if pacing else State.ON_PLAN
