"""Why something costs more or less than it did."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.access.model import Viewer
from core.costs.drivers.model import Drivers
from core.costs.model import (
    RESOURCE,
    Basis,
    CostAnswer,
    CostQuery,
    Dimension,
    Freshness,
    Measure,
    Note,
    NoteKind,
)
from core.costs.question import WHY, write
from core.costs.reading.cells import read_cells
from core.costs.service import CostService
from core.database import Database
from core.errors import ConflictError, InvalidError
from core.period import Period

_LABELS: Final = 2
"""So many label keys are looked at: those with the most values."""

_SAID: Final = {
    NoteKind.PARTIAL_ACCESS,
    NoteKind.MISMATCH,
    NoteKind.INCOMPLETE_DAYS,
    NoteKind.MISSING_DAYS,
}


class WhyQuestionError(InvalidError):
    """Why is asked of the measure `cost`, by day of use, in the currencies charged."""


class NothingToCompareError(ConflictError):
    """No days are complete in both periods yet."""


class DetailsNotKeptError(ConflictError):
    """Of those days only sums are kept, which can't say why."""


@dataclass(frozen=True, slots=True)
class Why:
    """What made the difference between the days of `now` and of `then`, a value a currency.

    The days are those of the question and of what it is compared with that are complete on
    both sides. `names`: display names of values that differ from them. `text` asks it again.
    """

    query: CostQuery
    text: str
    now: Period
    then: Period
    drivers: tuple[Drivers, ...]
    names: Mapping[tuple[Dimension, str], str]
    notes: tuple[Note, ...]
    freshness: Freshness

    def named(self, dimension: Dimension, value: str | None) -> str:
        """What people call a value; what has none is told by its dimension."""
        return self.names.get((dimension, value or ""), value) or f"no {dimension}"


class DriverService:
    """Says why, exactly, and only from what the asker may see."""

    def __init__(self, database: Database, costs: CostService) -> None:
        """Keep its parts."""
        self._database = database
        self._costs = costs

    async def why(self, query: CostQuery, viewer: Viewer) -> Why:
        """What made the difference between a question's period and the other.

        Raises:
            WhyQuestionError: it compares projects, or asks for a resource, another measure or
                currency.
            NothingToCompareError: there are no days to compare.
            DetailsNotKeptError: one of the periods is too long ago.
            UnknownProjectError: as `CostService.answer`.
        """
        _check(query)
        asked = replace(query, group_by=(), granularity=None, top=None, over=None)
        answer = await self._costs.answer(asked, viewer)
        if answer.comparable is None:
            raise NothingToCompareError(
                f"No days of {asked.period} and of the period before are complete yet.",
                fix="Ask for an earlier period, or compare with another: vs 2026-09.",
            )
        from core.costs.drivers.explaining import explain  # noqa: PLC0415  # on use: numpy

        now, then = answer.comparable
        found = await read_cells(
            self._database,
            answer.query,
            viewer.projects,
            now=now,
            then=then,
            labels=await self._labels(viewer),
        )
        drivers = [
            await asyncio.to_thread(explain, found.of[total.currency], found.dimensions, currency)
            for total in answer.totals
            if (currency := total.currency) in found.of
        ]
        _see_to_it_that_they_add_up(drivers, answer)
        return Why(
            query=answer.query,
            text=f"{WHY} {write(query, grouped=False)}",
            now=now,
            then=then,
            drivers=tuple(sorted(drivers, key=lambda each: -abs(each.total.amount))),
            names=found.names,
            notes=tuple(note for note in answer.notes if note.kind in _SAID),
            freshness=answer.freshness,
        )

    async def _labels(self, viewer: Viewer) -> list[str]:
        labels = (await self._costs.vocabulary(viewer)).labels
        return sorted(labels, key=lambda key: (-len(labels[key]), key))[:_LABELS]


def _check(query: CostQuery) -> None:
    if query.versus is not None and query.versus.project is not None:
        other = query.versus.project
        raise WhyQuestionError(
            f"Why compares two periods, and {other!r} is a project.",
            fix=f"Leave 'vs {other}' out.",
        )
    if any(each.dimension == RESOURCE for each in query.where):
        raise WhyQuestionError(
            "Why is told by service, SKU, region, project and label, not by resource.",
            fix="Leave the resource out.",
        )
    if query.measure is not Measure.COST or query.basis is not Basis.USAGE:
        said = "invoice" if query.basis is not Basis.USAGE else query.measure.value
        raise WhyQuestionError(
            f"Why is asked of cost by day of use, and {said!r} is another measure.",
            fix=f"Leave {said!r} out.",
        )
    if query.currency is not None:
        raise WhyQuestionError(
            "Why is told in the currencies that were charged.",
            fix=f"Leave 'in {query.currency}' out.",
        )


def _see_to_it_that_they_add_up(drivers: list[Drivers], answer: CostAnswer) -> None:
    """Refuse where facts, which alone say why, hold less than the sums."""
    told = {each.currency: (each.total.before, each.total.after) for each in drivers}
    for total in answer.totals:
        both = total.comparable
        if both is not None and told.get(total.currency, (0, 0)) != (both.then, both.now):
            raise DetailsNotKeptError(fix="Ask about days that are not as long ago.")
