"""What thousands of budgets are of cost, day by day: read in a few passes, not one by one.

Imported on use: numpy is not part of an idle process.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import (
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from core.access.model import OPERATOR
from core.budgets.foreseen import Foreseen, Key
from core.budgets.grouping import Pass, Places, Wanted, passes
from core.budgets.model import Budget
from core.budgets.status import Spending
from core.costs.listings import DailySeries
from core.costs.model import PROVIDER, CostQuery, Filter, Freshness
from core.costs.service import CostService
from core.forecasts.model import KEPT_DAYS, RoughSeries
from core.forecasts.robust import Numbers
from core.money import ZERO
from core.period import Period


@dataclass(slots=True)
class _Sum:
    """What groups of charges add up to for one budget, from the first day of the question on."""

    values: Numbers
    exact: dict[date, Decimal] = field(default_factory=dict)
    others: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    providers: set[str] = field(default_factory=set)


async def spendings(
    costs: CostService,
    asked: Iterable[Sequence[tuple[Budget, Period]]],
    kept: Mapping[Key, Foreseen],
) -> AsyncIterator[tuple[int, Callable[[Period], Spending]]]:
    """What each budget's subject cost, to be told of its periods; by the budget's number."""
    today = costs.today()
    wanted: defaultdict[int, list[Wanted]] = defaultdict(list)
    for of in asked:
        budget, _ = of[0]
        if budget.query is None:
            continue
        since = min(period.start for _, period in of)
        known = all((budget.id, period.start) in kept for _, period in of if period.end > today)
        back = 0 if known else KEPT_DAYS
        wanted[back].append(Wanted(budget, min(since, today), budget.query.where))
    fresh = _Freshness(costs)
    every = [(each, back) for back, some in wanted.items() for each in passes(some, today)]
    every.sort(key=lambda each: len(each[0].wanted), reverse=True)
    async for read, back, sums in _ahead(_summed(costs, each, back) for each, back in every):
        days = read.days(today, back)
        for place, one in enumerate(read.wanted):
            total = sums.pop(place) if place in sums else _Sum(np.zeros(0))
            freshness = await fresh.of(one.where, total.providers, days)
            first = min(one.since, today - timedelta(back))
            yield one.budget.id, _spending(total, days.start, first, one.budget, freshness)


async def _ahead[T](works: Iterable[Coroutine[Any, Any, T]]) -> AsyncIterator[T]:
    """What each comes to, in order; the server is at the next while one is looked at."""
    begun: deque[asyncio.Task[T]] = deque()
    try:
        for work in works:
            begun.append(asyncio.create_task(work))
            if len(begun) > 1:
                yield await begun.popleft()
        while begun:
            yield await begun.popleft()
    finally:
        for each in begun:
            each.cancel()
        await asyncio.gather(*begun, return_exceptions=True)


async def _summed(costs: CostService, of: Pass, back: int) -> tuple[Pass, int, dict[int, _Sum]]:
    """What each budget of a pass cost, by its place."""
    days = of.days(costs.today(), back)
    sums: dict[int, _Sum] = {}
    places = Places(of)
    async for found in costs.series(of.query(days), OPERATOR, exact_from=of.since):
        for place in places.of(found.group):
            one = sums.setdefault(place, _Sum(np.zeros(days.days)))
            _add(one, found, of.wanted[place].budget.terms.currency, days)
    return of, back, sums


def _add(one: _Sum, found: DailySeries, currency: str, days: Period) -> None:
    """Count a group of charges."""
    one.providers.add(found.group[-1] or "")
    if found.currency == currency:
        one.values[(found.start - days.start).days :] += found.amounts
        exact = one.exact
    else:
        exact = one.others.setdefault(found.currency, {})
    for day, amount in found.exact.items():
        exact[day] = exact.get(day, ZERO) + amount


def _spending(
    one: _Sum, start: date, first: date, budget: Budget, freshness: Freshness
) -> Callable[[Period], Spending]:
    """What was added up, as it is told of a period."""
    currency = budget.terms.currency

    def told(period: Period) -> Spending:
        complete = freshness.complete_until or period.start
        return Spending(
            _history(one, start, first, complete, currency),
            {day: amount for day, amount in one.exact.items() if day >= complete},
            dict(_in_others(one, period)),
            freshness,
        )

    return told


def _history(one: _Sum, start: date, first: date, complete: date, currency: str) -> RoughSeries:
    """The complete days, from the first with a charge on."""
    values = one.values[max((first - start).days, 0) : max((complete - start).days, 0)]
    spent = np.flatnonzero(values)
    if not len(spent):
        return RoughSeries(complete, (), currency, one.exact)
    begin = int(spent[0])
    return RoughSeries(
        complete - timedelta(len(values) - begin), values[begin:], currency, one.exact
    )


def _in_others(one: _Sum, period: Period) -> Iterator[tuple[str, Decimal]]:
    """What was spent in other currencies."""
    for currency, days in one.others.items():
        total = sum((a for day, a in days.items() if period.start <= day < period.end), ZERO)
        if total:
            yield currency, total


class _Freshness:
    """How fresh and how good the data of some providers is; asked once for each set of them."""

    def __init__(self, costs: CostService) -> None:
        self._costs = costs
        self._known: dict[tuple[tuple[Filter, ...], Period], Freshness] = {}

    async def of(self, where: Sequence[Filter], providers: set[str], days: Period) -> Freshness:
        """Of what a budget is of; of all sources where it may draw on any."""
        chosen = tuple(where)
        if not any(f.dimension.name != "label" and not f.negated for f in where):
            chosen = ()
        elif providers:
            chosen = (Filter(PROVIDER, tuple(sorted(providers))),)
        if (chosen, days) not in self._known:
            answer = await self._costs.answer(CostQuery(days, chosen, ()), OPERATOR)
            self._known[chosen, days] = answer.freshness
        return self._known[chosen, days]
