"""How far thousands of budgets are: what they cost is read together, and forecast together.

Imported on use: numpy is not part of an idle process.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Final

from core.budgets.foreseen import Foreseen, Key
from core.budgets.model import Budget, rounded
from core.budgets.rolling import Everything
from core.budgets.spendings import spendings
from core.budgets.status import Course, Spending, Status, status
from core.costs.service import CostService
from core.forecasts.making import MOST_AHEAD, forecasts
from core.forecasts.model import Forecast, NotEnoughHistoryError
from core.period import Period

type Need = Callable[[Status], bool]
"""Whether what a period will come to is wanted, by how far it is without that."""

_TOGETHER: Final = 256
_AT_ONCE: Final = 2


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
    async for number, spent in spendings(costs, asked_of.values(), kept):
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
