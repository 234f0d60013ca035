"""What schedules are of: their subjects read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from core.access.model import OPERATOR
from core.costs.model import CostQuery, Vocabulary
from core.costs.question import parse_cost_query, write_subject
from core.costs.service import CostService
from core.errors import CostTrackerError
from core.reports.asking import period_of, scope
from core.schedules.model import (
    Schedule,
    ScheduleSubjectError,
    ScheduleTakenError,
    Terms,
    check,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the subjects of schedules are read with."""

    names: Vocabulary
    today: date

    @classmethod
    async def of(cls, costs: CostService) -> Self:
        """All names, whoever asks: rights come after."""
        return cls(await costs.vocabulary(OPERATOR), costs.today())

    def read(self, schedule: Schedule) -> Schedule:
        """A schedule with what it is of, as that is called now."""
        try:
            query = self.query(schedule.terms)
        except CostTrackerError:
            return schedule
        terms = replace(schedule.terms, subject=write_subject(query.where))
        return replace(schedule, terms=terms, query=query, projects=query.confined)

    def query(self, terms: Terms) -> CostQuery:
        """What its reports are asked for.

        Raises:
            CostTrackerError: that can't be read, any more.
        """
        query = parse_cost_query(terms.subject, today=self.today, names=self.names)
        return replace(query, currency=terms.currency)

    def check(self, terms: Terms, number: int, made: Schedule) -> Schedule:
        """A schedule with terms that it can have, its subject in canonical words.

        Raises:
            ScheduleError, ScheduleTimeError, ReportQuestionError, CostTrackerError: it can't.
        """
        query = self.query(terms)
        if query.period.name != "mtd":
            raise ScheduleSubjectError(
                f"{terms.subject!r} has days of its own; a schedule reports on the last whole "
                "week or month.",
                fix="Leave the days out.",
            )
        scope(query, period_of(terms.kind, None, self.today))
        return self.read(replace(made, id=number, terms=check(terms)))


def refuse_taken(schedule: Schedule, there: Iterable[Schedule]) -> None:
    """Refuse a schedule that does what another does already.

    Raises:
        ScheduleTakenError: naming it.
    """
    for each in there:
        if each.id != schedule.id and each.terms == schedule.terms:
            raise ScheduleTakenError(
                f"There is such a schedule already: number {each.id}.", fix="Change that one."
            )
