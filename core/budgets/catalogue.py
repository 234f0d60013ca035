"""All budgets there are, with what they are of as that is called now."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final

from cachetools import LRUCache

from core.access.model import OPERATOR
from core.budgets import store
from core.budgets.known import Known
from core.budgets.model import Budget, Terms
from core.budgets.rolling import Everything
from core.costs.model import CostQuery, Vocabulary
from core.costs.service import CostService
from core.database import Database
from core.period import Period
from core.projects.service import ProjectService

_MOST_READ: Final = 50_000
"""So many subjects needn't be read again as long as names stay the same."""


class Catalogue:
    """Reads budgets."""

    def __init__(self, database: Database, costs: CostService, projects: ProjectService) -> None:
        """Keep its parts."""
        self._database = database
        self._costs = costs
        self._projects = projects
        self._names: Vocabulary | None = None
        self._read: LRUCache[str, CostQuery] = LRUCache(_MOST_READ)

    async def everything(self) -> Everything:
        """Every budget, and which team each project is of."""
        known = await self.known()
        async with self._database.read() as connection:
            found = [known.read(each) for each in await store.read(connection)]
        projects = await self._projects.list(OPERATOR, archived=True)
        return Everything(found, {each.slug: each.team for each in projects})

    async def known(self) -> Known:
        """What subjects are read with."""
        names = await self._costs.vocabulary(OPERATOR)
        if names != self._names:
            self._names, self._read = names, LRUCache(_MOST_READ)
        return Known(names, self._costs.today(), self._read)

    async def one(self, number: int) -> Budget:
        """A budget.

        Raises:
            UnknownBudgetError: there is none of that number.
        """
        known = await self.known()
        async with self._database.read() as connection:
            return known.read(await store.one(connection, number))

    async def at(self, budget: Budget, period: Period) -> Budget:
        """A budget with the amounts that it had in one of its periods.

        One that is over is held against what they were when it ended, or, of a budget that is
        younger, what they were first.
        """
        if period.end > self._costs.today():
            return budget
        return replace(budget, terms=await self._terms_of(budget, period))

    async def _terms_of(self, budget: Budget, period: Period) -> Terms:
        end = datetime.combine(period.end, time(), UTC)
        async with self._database.read() as connection:
            changes = await store.changes(connection, budget.id)
        known = [each for each in changes if each.after is not None]
        told = next((each for each in known if each.at < end), known[-1] if known else None)
        if told is None or told.after is None:
            return budget.terms
        then = store.terms_of(told.after)
        return replace(budget.terms, amount=then.amount, months=then.months)
