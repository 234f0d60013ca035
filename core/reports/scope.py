"""Which budgets and anomalies are of a report's scope, and how they stand in it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from core.anomalies.found import Anomaly
from core.anomalies.model import Incident, Verdict
from core.budgets.model import Budget
from core.budgets.status import State, Status
from core.costs.model import PROJECT, SERVICE, TEAM, Dimension, Filter
from core.money import ZERO
from core.period import Period
from core.reports.sections import AnomalyLine, BudgetLine

_WORST = (
    State.OVER,
    State.HEADING_OVER,
    State.AHEAD,
    State.ON_PLAN,
    State.NO_AMOUNT,
    State.NOT_BEGUN,
)
_TOLD_BY = frozenset({PROJECT, TEAM, SERVICE})


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is of: its filters, and the projects that have charges in it."""

    where: tuple[Filter, ...]
    projects: frozenset[str | None]

    @property
    def tells_anomalies(self) -> bool:
        """Whether anomalies, which are of projects and services, can be told apart so."""
        return all(each.dimension in _TOLD_BY for each in self.where)

    def holds_budget(self, budget: Budget) -> bool:
        """Whether all that a budget is of is in it."""
        return all(self._holds(each, budget) for each in self.where)

    def _holds(self, each: Filter, budget: Budget) -> bool:
        same = () if budget.query is None else budget.query.where
        if any(_within(other, each) for other in same):
            return True
        if each.dimension == TEAM and budget.team is not None:
            return _meets(budget.team, each)
        if each.dimension == PROJECT:
            return bool(budget.projects) and all(_meets(slug, each) for slug in budget.projects)
        return (
            each.dimension == TEAM
            and bool(budget.projects)
            and (self.projects.issuperset(budget.projects))
        )

    def of(self, incident: Incident) -> Iterator[Incident]:
        """The incident, or the parts of it that are of the services asked for."""
        if not self._holds_project(incident.subject.project):
            return
        services = [each for each in self.where if each.dimension == SERVICE]
        if not services:
            yield incident
        elif incident.subject.whole:
            yield from (part for part in incident.parts if _of_services(part, services))
        elif _of_services(incident, services):
            yield incident

    def _holds_project(self, slug: str | None) -> bool:
        whose = [each.dimension for each in self.where if each.dimension != SERVICE]
        return not whose or slug in self.projects


def _within(one: Filter, other: Filter) -> bool:
    """Whether all that one filter keeps the other keeps."""
    if one.dimension != other.dimension:
        return False
    if one.negated:
        return other.negated and set(one.values) >= set(other.values)
    return all(_meets(value, other) for value in one.values)


def _meets(value: str | None, each: Filter) -> bool:
    return (value in each.values) is not each.negated


def _of_services(incident: Incident, services: Iterable[Filter]) -> bool:
    subject = incident.subject
    return not subject.whole and all(_meets(subject.service, each) for each in services)


def budget_lines(statuses: Iterable[Status], period: Period) -> tuple[BudgetLine, ...]:
    """How budgets are, the worst first; of those whose own period touches the report's."""
    lines = [
        BudgetLine(
            id=each.budget.id,
            subject=each.budget.terms.subject,
            cycle=each.budget.terms.cycle,
            measure=each.budget.terms.measure,
            currency=each.currency,
            period=each.period,
            state=each.state,
            amount=each.amount,
            used=each.used,
            expected=each.expected,
            at80=each.at80,
            breach=each.breach,
        )
        for each in statuses
        if each.period.start < period.end and period.start < each.period.end
    ]
    return tuple(sorted(lines, key=lambda each: (_WORST.index(each.state), -(each.share or ZERO))))


def anomaly_lines(found: Iterable[Anomaly], scope: Scope) -> tuple[AnomalyLine, ...]:
    """What was out of the ordinary in a scope, the largest impact first.

    What somebody has called not useful isn't told again.
    """
    lines = [
        AnomalyLine(
            id=each.id,
            project=incident.subject.project,
            service=incident.subject.service,
            whole=incident.subject.whole,
            currency=incident.currency,
            days=Period(incident.begin, incident.end),
            expected=incident.expected,
            actual=incident.actual,
            ongoing=incident.ongoing,
            provisional=incident.provisional,
            why=each.why if incident is each.incident else "",
            verdict=each.verdict,
        )
        for each in found
        if each.verdict is not Verdict.NOT_USEFUL
        for incident in scope.of(each.incident)
    ]
    return tuple(sorted(lines, key=lambda each: -abs(each.impact)))


def told_apart(where: Iterable[Filter]) -> Collection[Dimension]:
    """The dimensions of a scope by which anomalies aren't told."""
    return [each.dimension for each in where if each.dimension not in _TOLD_BY]
