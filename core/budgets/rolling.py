"""A team's budget beside those of its projects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from core.budgets.model import Budget, Cycle, plan
from core.budgets.status import Plan
from core.costs.model import PROJECT
from core.period import Period

_PREFERRED: Final = (Cycle.MONTHLY, Cycle.QUARTERLY, Cycle.YEARLY, Cycle.CUSTOM)


@dataclass(frozen=True, slots=True)
class Everything:
    """All budgets, and which team each project is of."""

    budgets: Sequence[Budget]
    teams: Mapping[str, str | None]

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
            for each in self.budgets
            if each.query is not None
            and len(each.projects) == 1
            and all(f.dimension == PROJECT for f in each.query.where)
            and self.teams.get(each.projects[0]) == budget.team
            and each.terms.currency == budget.terms.currency
            and each.terms.measure is budget.terms.measure
        )

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
