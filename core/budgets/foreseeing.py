"""Forecasts of budgets' periods made when days have become complete, and found again later."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from core.access.model import OPERATOR
from core.budgets import store
from core.budgets.catalogue import Catalogue
from core.budgets.foreseen import Foreseen, Key, foreseen, subject
from core.budgets.model import Budget
from core.budgets.readings import periods
from core.budgets.status import Status
from core.costs.service import CostService
from core.database import Database

_TOGETHER = 500


class Foresight:
    """Makes and finds the forecasts that evaluations go by."""

    def __init__(self, database: Database, catalogue: Catalogue, costs: CostService) -> None:
        """Keep its parts."""
        self._database = database
        self._catalogue = catalogue
        self._costs = costs

    async def known(self, chosen: Collection[Budget]) -> Mapping[Key, Foreseen]:
        """The forecasts that serve still."""
        budgets, complete = {each.id: each for each in chosen}, await self._complete_until()
        async with self._database.read() as connection:
            found = await store.foreseen(connection, budgets.keys())
        return {key: each for key, each in found.items() if each.serves(budgets[key[0]], complete)}

    async def renew(self) -> int:
        """Forecast the periods of all budgets whose forecasts know fewer days; how many."""
        from core.budgets.batches import statuses  # noqa: PLC0415  # on use: numpy

        every, today = await self._catalogue.everything(), self._costs.today()
        complete = await self._complete_until()
        async with self._database.read() as connection:
            found = await store.foreseen(connection, [each.id for each in every.budgets])
        asked = [
            (each, period)
            for each in every.budgets
            if each.query is not None
            for period in periods(each, today)
            if period.end > today and _is_due(found.get((each.id, period.start)), each, complete)
        ]
        made, batch = 0, list[Status]()
        async for told in statuses(self._costs, every, asked):
            batch.append(told)
            if len(batch) >= _TOGETHER:
                made += await self.keep(batch)
                batch = []
        return made + await self.keep(batch)

    async def keep(self, made: Iterable[Status]) -> int:
        """Keep what was forecast, for the evaluations to come; how many."""
        found = [*filter(None, map(foreseen, made))]
        async with self._database.begin() as tx:
            await store.foresee(tx, found)
        return len(found)

    async def forget(self, before: date) -> int:
        """Forget those that know no day from a day on: of periods that are over; how many."""
        async with self._database.begin() as tx:
            return await store.forget_foreseen(tx, before)

    async def _complete_until(self) -> date | None:
        """Up to where days are complete at the source that is furthest."""
        states = await self._costs.data_state(OPERATOR)
        return max((s.complete_until for s in states if s.complete_until), default=None)


def _is_due(kept: Foreseen | None, budget: Budget, complete: date | None) -> bool:
    """Whether a forecast is missing, of something else, or knows less than is known."""
    if kept is None or kept.subject != subject(budget):
        return True
    return complete is not None and kept.complete_until < complete
