"""Why a budget is where it is: the days of the month against the same days of the month before."""

from datetime import timedelta
from typing import Final

from core.access.model import OPERATOR
from core.alerts.model import Cause, Figures, Why
from core.budgets.model import Budget
from core.costs.drivers.sentence import place, sentence
from core.costs.drivers.service import DriverService
from core.costs.model import CostQuery, Measure
from core.errors import CostTrackerError
from core.period import Period, month_of

_MOST: Final = 3


async def why(drivers: DriverService, budget: Budget, figures: Figures) -> Why | None:
    """What made the difference on the latest month's complete days; None where it can't be told."""
    if budget.query is None or budget.terms.measure is not Measure.COST:
        return None
    first = month_of(figures.complete_until - timedelta(1))
    days = Period(first, figures.complete_until, "mtd")
    try:
        told = await drivers.why(CostQuery(days, budget.query.where), OPERATOR)
    except CostTrackerError:
        return None
    found = next((d for d in told.drivers if d.currency == budget.terms.currency), None)
    if found is None or not found.total.amount:
        return None

    return Why(
        text=sentence(found, told.named),
        causes=tuple(
            Cause(place(each, told.named), each.change.amount, each.new)
            for each in found.causes[:_MOST]
        ),
        now=told.now,
        then=told.then,
        question=told.text,
    )
