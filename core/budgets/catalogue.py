"""All budgets there are, with what they are of as that is called now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Final

from cachetools import LRUCache

from core.access.model import OPERATOR
from core.budgets import store
from core.budgets.known import Known
from core.budgets.model import Budget, Change, Terms, was_there
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
        self._read: LRUCache[str, tuple[CostQuery, str]] = LRUCache(_MOST_READ)

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

    async def as_set(
        self, every: Everything, asked: Iterable[tuple[Budget, Period]], *, only_same: bool = False
    ) -> list[tuple[Everything, list[tuple[Budget, Period]]]]:
        """Budgets' periods as they were set, together with all budgets as they were set then.

        A period that is over is held against the amounts of when it ended, or, of a budget that
        is younger, the first that it had; one that adds up others', against those that were there.

        Args:
            every: all budgets there are.
            asked: which, in which periods.
            only_same: leave out what was of something else, or of other days, when it ended.
        """
        today = self._costs.today()
        present, over = list[tuple[Budget, Period]](), defaultdict[Period, list[Budget]](list)
        for each, period in asked:
            if period.end > today:
                present.append((each, period))
            else:
                over[period].append(each)
        found = [(every, present)]
        for period, some in over.items():
            then = await self._at(some, period, only_same=only_same)
            present += [(each, period) for each in then if not each.terms.rolls_up]
            if sums := [(each, period) for each in then if each.terms.rolls_up]:
                others = await self._at(every.budgets, period)
                there = [each for each in others if was_there(each, period)]
                found.append((replace(every, budgets=there or others), sums))
        return found

    async def _at(
        self, budgets: Sequence[Budget], period: Period, *, only_same: bool = False
    ) -> list[Budget]:
        """Budgets with what they said of a period when it ended."""
        changed = [each.id for each in budgets if _changed_since(each, period)]
        if not changed:
            return [*budgets]
        known = await self.known()
        async with self._database.read() as connection:
            changes = await store.changes_of(connection, changed)
        found = []
        for each in budgets:
            then = _by_the_end(changes.get(each.id, ()), period)
            if then is None:
                found.append(each)
            elif not only_same or known.is_same(each, then):
                found.append(_with_amounts(each, then))
        return found


def _changed_since(budget: Budget, period: Period) -> bool:
    """Whether a budget was changed after a period of it."""
    return budget.changed_at is not None and budget.changed_at.date() >= period.end


def _by_the_end(changes: Sequence[Change], period: Period) -> Terms | None:
    """What a budget said at the end of a period, else what it said first."""
    end = datetime.combine(period.end, time(), UTC)
    known = [each for each in changes if each.after is not None]
    told = next((each for each in known if each.at < end), known[-1] if known else None)
    return None if told is None or told.after is None else store.terms_of(told.after)


def _with_amounts(budget: Budget, then: Terms) -> Budget:
    """A budget with the amounts and thresholds of another time."""
    terms = replace(
        budget.terms,
        amount=then.amount,
        months=then.months,
        thresholds=then.thresholds,
        forecast_thresholds=then.forecast_thresholds,
    )
    return replace(budget, terms=terms)
