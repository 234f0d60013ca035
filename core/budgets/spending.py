"""What a budget's subject cost, by day, and what it is expected to."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from core.access.model import OPERATOR
from core.budgets.model import Budget, UnknownBudgetError
from core.budgets.status import Spending
from core.costs.model import CostAnswer, CostQuery, Granularity
from core.costs.service import CostService
from core.forecasts.model import (
    KEPT_DAYS,
    Forecast,
    NotEnoughHistoryError,
    NothingAheadError,
    Series,
    TooFarAheadError,
)
from core.money import ZERO
from core.period import Period


async def read(costs: CostService, budget: Budget, period: Period) -> Spending:
    """What it cost, by day: all that a forecast is made from, and all of the period.

    Raises:
        UnknownBudgetError: what it is of can't be read any more.
    """
    if budget.query is None:
        raise UnknownBudgetError(f"{budget.terms.subject!r} can't be read any more.")
    now = costs.today()
    days = Period(min(period.start, now - timedelta(KEPT_DAYS)), now + timedelta(1))
    asked = CostQuery(
        days, budget.query.where, (), budget.terms.measure, granularity=Granularity.DAILY
    )
    return _spending(await costs.answer(asked, OPERATOR), budget.terms.currency, period)


def _spending(answer: CostAnswer, currency: str, period: Period) -> Spending:
    amounts: dict[date, Decimal] = {}
    others: dict[str, Decimal] = {}
    for line in answer.lines:
        if line.start is None:
            continue
        if line.currency == currency:
            amounts[line.start] = line.amount
        elif period.start <= line.start < period.end and line.amount:
            others[line.currency] = others.get(line.currency, ZERO) + line.amount
    complete = answer.freshness.complete_until or period.start
    return Spending(
        Series.of(amounts, currency, complete_until=complete),
        {day: amount for day, amount in amounts.items() if day >= complete},
        others,
        answer.freshness,
    )


async def forecast(spending: Spending, period: Period, today: date) -> tuple[Forecast | None, str]:
    """What the period will come to; None where all is known, or why it can't be told."""
    if spending.history.end >= period.end or period.start > today:
        return None, ""
    from core.forecasts.making import forecast as make  # noqa: PLC0415  # on use: numpy

    try:
        made = await asyncio.to_thread(
            make, spending.history, start=period.start, end=period.end, so_far=spending.so_far
        )
    except NothingAheadError:
        return None, ""
    except (NotEnoughHistoryError, TooFarAheadError) as error:
        return None, str(error)
    return replace(made, period=period), ""
