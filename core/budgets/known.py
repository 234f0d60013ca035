"""What budgets are of: their subjects read, and told from one another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from core.budgets.model import (
    Budget,
    BudgetAmountError,
    BudgetSubjectError,
    BudgetTakenError,
    Cycle,
    Terms,
    check,
)
from core.budgets.said import Said
from core.costs.model import (
    TEAM,
    Basis,
    CostQuery,
    Filter,
    Measure,
    Vocabulary,
    alike,
    meant,
)
from core.costs.question import parse_cost_query, write_subject
from core.costs.resources import DAYS
from core.errors import CostTrackerError
from core.period import Period, month_of

_USUAL: Final = "mtd"
"""The days of a question that names none."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the subjects of budgets are read with.

    `before`: subjects that were read with the same names, whatever the day, and how they are
    written.
    """

    names: Vocabulary
    today: date
    before: MutableMapping[str, tuple[CostQuery, str]] = field(default_factory=dict)

    def read(self, budget: Budget) -> Budget:
        """A budget with what it is of, as that is called now."""
        try:
            query, subject = self._query(budget.terms.subject)
        except CostTrackerError:
            return budget
        if query.by_resource:  # as one was set before that was refused
            return budget
        terms = budget.terms
        if terms.subject != subject:
            terms = replace(terms, subject=subject)
        return replace(budget, terms=terms, query=query, projects=query.confined, team=_team(query))

    def _query(self, subject: str) -> tuple[CostQuery, str]:
        """What a subject asks for, and how it is written."""
        days = Period(month_of(self.today), self.today + timedelta(1), _USUAL)
        known = self.before.get(subject)
        if known is None or known[0].period.name != _USUAL:
            query = parse_cost_query(subject, today=self.today, names=self.names)
            known = self.before[subject] = query, write_subject(query.where)
        elif known[0].period != days:
            known = self.before[subject] = replace(known[0], period=days), known[1]
        return known

    def is_same(self, budget: Budget, terms: Terms) -> bool:
        """Whether terms of another time are of the same, in the same periods."""
        return _key(self.read(Budget(budget.id, terms))) == _key(budget)

    def check(self, terms: Terms, number: int) -> Budget:
        """A budget of terms that it can have, its subject in canonical words.

        Raises:
            BudgetError, CostTrackerError: it can't.
        """
        query, _ = self._query(terms.subject)
        if query.basis is not Basis.USAGE:
            raise BudgetSubjectError(
                "Budgets count by day of use, not by invoice.", fix="Leave 'invoice' out."
            )
        if query.by_resource:
            raise BudgetSubjectError(
                f"Resources are kept for {DAYS} days, and a budget looks back for longer.",
                fix="Name a project, service, SKU or label instead.",
            )
        if query.measure not in (Measure.COST, terms.measure):
            raise BudgetSubjectError(
                f"{terms.subject!r} says {query.measure}, and the budget is of {terms.measure}.",
                fix=f"Leave {query.measure.value!r} out of what it is of.",
            )
        if query.period.name != _USUAL:
            raise BudgetSubjectError(
                f"{terms.subject!r} has days of its own.", fix="Make them the budget's dates."
            )
        made = self.read(Budget(number, check(terms)))
        if terms.rolls_up and made.team is None:
            raise BudgetAmountError(
                f"The budget of {made.terms.subject} has no amount.",
                fix="Write one, as 8000; only a team's can add up its projects'.",
            )
        return made


def taken(there: Iterable[Budget]) -> Mapping[object, Sequence[int]]:
    """Of what there are budgets, and the numbers of those."""
    found: defaultdict[object, list[int]] = defaultdict(list)
    for each in there:
        found[_key(each)].append(each.id)
    return found


def refuse_taken(budget: Budget, there: Mapping[object, Sequence[int]]) -> None:
    """Refuse a budget of what there is one already.

    Args:
        budget: to be made or changed.
        there: what is taken.

    Raises:
        BudgetTakenError: naming it.
    """
    for number in there.get(_key(budget), ()):
        if number != budget.id:
            raise BudgetTakenError(
                f"There is a {budget.terms.cycle} budget of {budget.terms.subject} already: "
                f"number {number}.",
                fix="Change that one.",
            )


def _key(budget: Budget) -> object:
    """What two budgets can't have in common."""
    terms = budget.terms
    where = terms.subject if budget.query is None else meant(budget.query.where)
    return where, terms.measure, terms.currency, terms.cycle, terms.dates


def is_of(budget: Budget, where: Sequence[Filter]) -> bool:
    """Whether a budget is of just what some filters keep."""
    if budget.query is None:
        return False
    return alike(budget.query.where, where)


def meant_by(said: Said, currency: str) -> object:
    """What an import means; the same as `known_as` of the budget that it means."""
    query = said.query
    return meant(query.where), query.measure, currency, said.cycle or Cycle.MONTHLY


def known_as(budget: Budget) -> object:
    """By what an import means a budget; None where what it is of can't be read."""
    if budget.query is None:
        return None
    terms = budget.terms
    return meant(budget.query.where), terms.measure, terms.currency, terms.cycle


def _team(query: CostQuery) -> str | None:
    """The one team that a question is of, and of nothing else."""
    match query.where:
        case (Filter(dimension, (team,), negated),) if dimension == TEAM and not negated:
            return team
    return None
