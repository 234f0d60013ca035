"""The latest forecast of a budget's period, as it is kept between evaluations.

To make ten thousand takes half a minute, and they change when a day becomes complete; what is
spent changes with every sync. So evaluations take the forecast that there is: complete days
as they are now, the days ahead as they were expected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.budgets.model import Budget
from core.budgets.status import Course, Spending, Status
from core.forecasts.model import Band, ForecastDay
from core.money import ZERO
from core.period import Period

OLDEST: Final = timedelta(days=3)
"""A forecast of fewer complete days than these is made anew."""

type Key = tuple[int, date]
"""A budget, and the first day of one of its periods."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What days were expected to cost when those before `complete_until` were known.

    `subject`: of what. `below`, `above`: how far from the total its 80% band reaches.
    """

    key: Key
    subject: str
    complete_until: date
    expected: Mapping[date, Decimal]
    below: Decimal | None = None
    above: Decimal | None = None

    def serves(self, budget: Budget, complete_until: date | None) -> bool:
        """Whether it tells of a budget, when the days before `complete_until` are known."""
        young = complete_until is None or self.complete_until >= complete_until - OLDEST
        return young and self.subject == subject(budget)

    def course(self, spent: Spending, period: Period) -> Course:
        """What is to come of a period whose complete days are known better now."""
        complete = max(spent.history.end, period.start)
        days = tuple(
            ForecastDay(day, max(amount, spent.so_far.get(day, amount)))
            for day, amount in sorted(self.expected.items())
            if complete <= day < period.end
        )
        known = (amount or ZERO for _, amount in spent.history.since(period.start))
        total = sum(known, ZERO) + sum((day.expected for day in days), ZERO)
        band = None
        if self.below is not None and self.above is not None:
            band = Band(total - self.below, total + self.above)
        return Course(total, band, days)


def foreseen(told: Status) -> Foreseen | None:
    """What is kept of a status; None where nothing was forecast."""
    made = told.forecast
    if made is None:
        return None
    band = made.at80
    return Foreseen(
        (told.budget.id, told.period.start),
        subject(told.budget),
        made.complete_until,
        {day.date: day.expected for day in made.days},
        None if band is None else made.total - band.lower,
        None if band is None else band.upper - made.total,
    )


def subject(budget: Budget) -> str:
    """Of what a forecast is: the same words, measure and currency, the same days."""
    terms = budget.terms
    days = Period(terms.dates.start, terms.dates.end) if terms.dates else terms.cycle.value
    return f"{terms.subject} {terms.measure} {terms.currency} {days}"
