"""A team's budget beside those of its projects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Final

from core.budgets.model import Budget, Cycle, plan
from core.budgets.status import Plan, Status, steps
from core.costs.model import PROJECT
from core.period import Period

_PREFERRED: Final = (Cycle.MONTHLY, Cycle.QUARTERLY, Cycle.YEARLY, Cycle.CUSTOM)


@dataclass(frozen=True, slots=True)
class Everything:
    """All budgets, and which team each project is of."""

    budgets: Sequence[Budget]
    teams: Mapping[str, str | None]
    _of_team: Mapping[str | None, Sequence[Budget]] = field(init=False)

    def __post_init__(self) -> None:
        """Put budgets of whole projects by their teams."""
        found: defaultdict[str | None, list[Budget]] = defaultdict(list)
        for each in self.budgets:
            if _is_of_one_project(each):
                found[self.teams.get(each.projects[0])].append(each)
        object.__setattr__(self, "_of_team", found)

    def parts(self, budget: Budget) -> Sequence[Budget]:
        """The budgets of its team's projects, in its currency and measure; one a project.

        Of several of a project that which begins anew as often as the team's counts, else that
        which does most often.
        """
        order = (budget.terms.cycle, *_PREFERRED)
        found: dict[str, Budget] = {}
        for each in sorted(self._whole_projects(budget), key=lambda b: order.index(b.terms.cycle)):
            found.setdefault(each.projects[0], each)
        return tuple(found.values())

    def _whole_projects(self, budget: Budget) -> Iterable[Budget]:
        return (
            each
            for each in self._of_team.get(budget.team, ())
            if each.terms.currency == budget.terms.currency
            and each.terms.measure is budget.terms.measure
        )

    def changed_at(self, budget: Budget) -> datetime | None:
        """When what it may cost was set last, by itself or by its projects' budgets."""
        of = (budget, *self.parts(budget)) if budget.terms.rolls_up else (budget,)
        return max((each.changed_at for each in of if each.changed_at), default=None)

    def allotted(self, budget: Budget, days: Period) -> Fraction | None:
        """What its team's projects may cost on some days; None where nothing is said of any."""
        said = [
            share for each in self.parts(budget) if (share := plan(each.terms, days)) is not None
        ]
        return sum(said, Fraction(0)) if said else None

    def plan(self, budget: Budget) -> Plan:
        """What some days of it may cost; without an amount of its own, its projects' together."""
        if not budget.terms.rolls_up:
            return lambda days: plan(budget.terms, days)
        return lambda days: self.allotted(budget, days)

    def with_steps(self, told: Status) -> Status:
        """A status with what its plan has by the end of each day."""
        days = steps(self.plan(told.budget), told.period, told.currency)
        return replace(told, steps=tuple(days))


def _is_of_one_project(budget: Budget) -> bool:
    """Whether it is of all of one project and of nothing else."""
    if budget.query is None or len(budget.projects) != 1:
        return False
    return all(f.dimension == PROJECT for f in budget.query.where)
