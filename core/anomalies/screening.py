"""Projects' series as they are screened: each service's, and their sum; with what people said."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from core.anomalies.detection import screen
from core.anomalies.found import Anomaly, Event, subjects
from core.anomalies.merging import merge
from core.anomalies.model import Feedback, Incident, PlannedEvent, Subject, Watched
from core.costs.listings import DailySeries
from core.forecasts.model import Series

_DIGITS = 6
_TOGETHER = 40


@dataclass(slots=True)
class Told:
    """What people said: of subjects' incidents, and of days ahead; and days lost at a source."""

    lost: frozenset[date] = frozenset()
    feedback: defaultdict[Subject, list[Feedback]] = field(
        default_factory=lambda: defaultdict(list)
    )
    planned: defaultdict[Subject, list[PlannedEvent]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def of(
        cls,
        judged: Iterable[Anomaly],
        events: Iterable[Event],
        lost: frozenset[date] = frozenset(),
    ) -> "Told":
        """Feedback on an incident is on its services' too, a project's plan on each of them."""
        told = cls(lost)
        for anomaly in judged:
            if anomaly.verdict is None:
                continue
            for each in subjects(anomaly.incident):
                told.feedback[each.subject].append(Feedback(anomaly.verdict, anomaly.days))
        for event in events:
            subject = (
                Subject(event.project)
                if event.service is None
                else Subject.of_service(event.project, event.service)
            )
            told.planned[subject].append(PlannedEvent(event.days, event.amount))
        return told

    def about(self, subject: Subject) -> tuple[tuple[Feedback, ...], tuple[PlannedEvent, ...]]:
        """What bears on one subject: a project's plan on its services, and theirs on it."""
        planned = list(self.planned[subject])
        if subject.whole:
            planned += [
                event
                for other, events in self.planned.items()
                if other.project == subject.project and not other.whole
                for event in events
            ]
        else:
            # How a project's plan divides among its services nobody said.
            planned += [
                PlannedEvent(event.days) for event in self.planned[Subject(subject.project)]
            ]
        return tuple(self.feedback[subject]), tuple(planned)


async def by_project(
    series: AsyncIterator[DailySeries],
) -> AsyncIterator[list[tuple[str | None, list[DailySeries]]]]:
    """Series by project and service, in that order, as projects: some at a time."""
    batch: list[tuple[str | None, list[DailySeries]]] = []
    async for each in series:
        project = each.group[0]
        if batch and batch[-1][0] == project:
            batch[-1][1].append(each)
            continue
        if len(batch) == _TOGETHER:
            yield batch
            batch = []
        batch.append((project, [each]))
    if batch:
        yield batch


def screened(
    batch: Sequence[tuple[str | None, list[DailySeries]]], complete: date, told: Told
) -> Mapping[str | None, tuple[Incident, ...]]:
    """The incidents of some projects, those of one cause being one."""
    watched = [
        each for project, found in batch for each in _watched(project, found, complete, told)
    ]
    incidents: defaultdict[str | None, list[Incident]] = defaultdict(list)
    for one, found in zip(watched, screen(watched), strict=True):
        incidents[one.subject.project] += found
    return {project: merge(incidents[project]) for project, _ in batch}


def _watched(
    project: str | None, found: Sequence[DailySeries], complete: date, told: Told
) -> Iterable[Watched]:
    """A project's services and all of them together, in each currency."""
    by_currency = groupby(sorted(found, key=lambda s: s.currency), key=lambda s: s.currency)
    for currency, group in by_currency:
        services = list(group)
        start = min(each.start for each in services)
        amounts = {each.group[1]: _from(start, each) for each in services}
        whole = [sum(day) for day in zip(*amounts.values(), strict=True)]
        yield _one(Subject(project), currency, start, whole, complete, told)
        for service, days in amounts.items():
            subject = Subject.of_service(project, service)
            yield _one(subject, currency, start, days, complete, told)


def _from(start: date, series: DailySeries) -> list[float]:
    """Its days from the project's first day on: a service that is new is found, too."""
    return [0.0] * (series.start - start).days + list(series.amounts)


def _one(  # noqa: PLR0917 - the parts of one series
    subject: Subject,
    currency: str,
    start: date,
    amounts: Sequence[float],
    complete: date,
    told: Told,
) -> Watched:
    known = max((complete - start).days, 0)
    exact = [Decimal(repr(round(amount, _DIGITS))) for amount in amounts]
    feedback, planned = told.about(subject)
    return Watched(
        subject,
        Series(start, tuple(_known(exact[:known], start, subject, told)), currency),
        feedback,
        planned,
        {start + timedelta(known + n): amount for n, amount in enumerate(exact[known:])},
    )


def _known(
    amounts: Sequence[Decimal], start: date, subject: Subject, told: Told
) -> Iterable[Decimal | None]:
    """Amounts but for days lost: those of a project may lack only one of its clouds."""
    for n, amount in enumerate(amounts):
        lost = start + timedelta(n) in told.lost
        yield None if lost and (subject.whole or not amount) else amount
