"""How far thousands of budgets are: what they cost is read in a few passes, not one by one.

Imported on use: numpy is not part of an idle process.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Final

import numpy as np

from core.access.model import OPERATOR
from core.budgets import spending
from core.budgets.foreseen import Foreseen, Key
from core.budgets.grouping import Pass, Places, Wanted, passes
from core.budgets.model import Budget, rounded
from core.budgets.rolling import Everything
from core.budgets.status import Course, Spending, Status, status
from core.costs.listings import DailySeries
from core.costs.model import PROVIDER, CostQuery, Filter, Freshness
from core.costs.service import CostService
from core.forecasts.making import MOST_AHEAD, forecasts
from core.forecasts.model import KEPT_DAYS, Forecast, NotEnoughHistoryError, RoughSeries
from core.forecasts.robust import Numbers
from core.money import ZERO
from core.period import Period

type Need = Callable[[Status], bool]
"""Whether what a period will come to is wanted, by how far it is without that."""

_TOGETHER: Final = 256
_AT_ONCE: Final = 2


@dataclass(slots=True)
class _Sum:
    """What groups of charges add up to for one budget, from the first day of the question on."""

    values: Numbers
    exact: dict[date, Decimal] = field(default_factory=dict)
    others: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    providers: set[str] = field(default_factory=set)


async def statuses(
    costs: CostService,
    every: Everything,
    asked: Iterable[tuple[Budget, Period]],
    *,
    need: Need = lambda _: True,
    kept: Mapping[Key, Foreseen] = MappingProxyType({}),
) -> AsyncIterator[Status]:
    """How far budgets are in some of their periods, in no order.

    The same as one by one, but for bands of single days. Those of what can't be read any more
    aren't among them.

    Args:
        costs: what was spent.
        every: all budgets there are.
        asked: of which, in which periods.
        need: which of them are to be forecast; others have nothing expected.
        kept: forecasts that were made before; no other is made in their place.
    """
    asked_of: defaultdict[int, list[tuple[Budget, Period]]] = defaultdict(list)
    for budget, period in asked:
        asked_of[budget.id].append((budget, period))
    told = _Teller(costs.today(), every, need, kept)
    batch: list[tuple[Status, Spending]] = []
    async for number, spent in _spendings(costs, asked_of.values(), kept):
        batch += [told.without_forecast(b, p, spent(p)) for b, p in asked_of[number]]
        if len(batch) >= _TOGETHER * _AT_ONCE:
            for each in await told.forecast(batch):
                yield each
            batch = []
    for each in await told.forecast(batch):
        yield each


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes statuses of what was spent."""

    today: date
    every: Everything
    need: Need
    kept: Mapping[Key, Foreseen]

    def without_forecast(
        self, budget: Budget, period: Period, spent: Spending
    ) -> tuple[Status, Spending]:
        before, made = self.kept.get((budget.id, period.start)), None
        if before is not None and spent.history.end < period.end:
            made = before.course(spent, period)
        return self._told(budget, period, spent, made, ""), spent

    def _told(
        self,
        budget: Budget,
        period: Period,
        spent: Spending,
        made: Forecast | Course | None,
        refused: str,
    ) -> Status:
        allotted = self.every.allotted(budget, period) if budget.team is not None else None
        return status(
            budget,
            period,
            self.every.plan(budget),
            spent,
            made,
            today=self.today,
            refused=refused,
            allotted=None if allotted is None else rounded(allotted, budget.terms.currency),
        )

    async def forecast(self, batch: Sequence[tuple[Status, Spending]]) -> Sequence[Status]:
        """The same statuses with what is expected, where it is wanted and can be told."""
        wanted = [
            (told, spent)
            for told, spent in batch
            if spent.history.end < told.period.end <= _furthest(spent)
            and told.period.start <= self.today
            and (told.budget.id, told.period.start) not in self.kept
            and self.need(told)
        ]
        found = await _forecasts(wanted)
        return [
            self._with(told, spent, found[_key(told)]) if _key(told) in found else told
            for told, spent in batch
        ]

    def _with(
        self, told: Status, spent: Spending, made: Forecast | NotEnoughHistoryError
    ) -> Status:
        if isinstance(made, NotEnoughHistoryError):
            return replace(told, refused=str(made))
        return self._told(told.budget, told.period, spent, made, "")


def _furthest(spent: Spending) -> date:
    return spent.history.end + timedelta(MOST_AHEAD)


def _key(told: Status) -> tuple[int, Period]:
    return told.budget.id, told.period


async def _forecasts(
    wanted: Sequence[tuple[Status, Spending]],
) -> Mapping[tuple[int, Period], Forecast | NotEnoughHistoryError]:
    """What some periods will come to; beside the event loop, on two cores at most."""
    # Alike ones side by side: as long a history, as many days ahead.
    ordered = sorted(
        wanted, key=lambda each: (each[0].period.end, each[1].history.end, each[1].history.start)
    )
    size = max(-(-len(ordered) // _AT_ONCE), 1)
    parts = [ordered[n : n + size] for n in range(0, len(ordered), size)]
    made = await asyncio.gather(*(asyncio.to_thread(_made, part) for part in parts))
    return {key: each for part in made for key, each in part.items()}


def _made(
    part: Sequence[tuple[Status, Spending]],
) -> dict[tuple[int, Period], Forecast | NotEnoughHistoryError]:
    found: dict[tuple[int, Period], Forecast | NotEnoughHistoryError] = {}
    for period, group in groupby(part, key=lambda each: each[0].period):
        some = [*group]
        histories, so_far = zip(*((each.history, each.so_far) for _, each in some), strict=True)
        made = forecasts(histories, period, so_far=so_far.__getitem__, by_day=False)
        for (told, _), each in zip(some, made, strict=True):
            found[_key(told)] = each
    return found


async def _spendings(
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
        if budget.query.by_resource:
            spent = {period: await spending.read(costs, budget, period) for _, period in of}
            yield budget.id, spent.__getitem__
            continue
        since = min(period.start for _, period in of)
        known = all((budget.id, period.start) in kept for _, period in of if period.end > today)
        back = 0 if known else KEPT_DAYS
        wanted[back].append(Wanted(budget, min(since, today), budget.query.where))
    fresh = _Freshness(costs)
    for back, some in wanted.items():
        for each in passes(some, today):
            async for found in _passed(costs, each, fresh, back):
                yield found


async def _passed(
    costs: CostService, of: Pass, fresh: "_Freshness", back: int
) -> AsyncIterator[tuple[int, Callable[[Period], Spending]]]:
    today = costs.today()
    days = Period(min(of.since, today - timedelta(back)), today + timedelta(1))
    sums: dict[int, _Sum] = {}
    places = Places(of)
    async for found in costs.series(of.query(days), OPERATOR, exact_from=of.since):
        for place in places.of(found.group):
            one = sums.setdefault(place, _Sum(np.zeros(days.days)))
            _add(one, found, of.wanted[place].budget.terms.currency, days)
    for place, each in enumerate(of.wanted):
        one = sums.pop(place) if place in sums else _Sum(np.zeros(0))
        freshness = await fresh.of(each.where, one.providers, days)
        first = min(each.since, today - timedelta(back))
        yield each.budget.id, _spending(one, days.start, first, each.budget, freshness)


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
