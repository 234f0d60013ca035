"""Incidents as they are kept: found one night, found again the next, judged by people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.anomalies.model import Incident, Verdict
from core.errors import NotFoundError
from core.period import Period

_APART = timedelta(1)


class UnknownAnomalyError(NotFoundError):
    """There is no such anomaly."""


class UnknownEventError(NotFoundError):
    """There is no such planned event."""


class UnknownServiceError(NotFoundError):
    """There is no such service."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """An incident that was found.

    `incident.subject.project`: the slug as it is now. `why`: what made the difference, in a
    sentence; '' where nothing was looked for yet.
    """

    id: int
    incident: Incident
    found_at: datetime
    why: str = ""
    verdict: Verdict | None = None
    judged_by: str = ""

    @property
    def days(self) -> Period:
        """From its first day to its last."""
        return Period(self.incident.begin, self.incident.end)


@dataclass(frozen=True, slots=True)
class Event:
    """Days that will cost something else, said ahead; as `PlannedEvent`, with who said so.

    `service` None: the whole project.
    """

    id: int
    project: str | None
    days: Period
    service: str | None = None
    amount: Decimal | None = None
    note: str = ""
    planned_by: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """One project's incidents of two nights.

    `same`: what is known by the anomaly it is the same as. `gone`: was found and is no more.
    """

    same: tuple[tuple[Anomaly, Incident], ...]
    new: tuple[Incident, ...]
    gone: tuple[Anomaly, ...]


def match(known: Sequence[Anomaly], found: Iterable[Incident], *, since: date) -> Matched:
    """Tell which of a project's incidents are known.

    The same one may have grown, begun a day earlier by data that came late, or turned out to be
    the whole project's. What people have judged stays, and what began before the days screened.
    """
    left = list(known)
    same: list[tuple[Anomaly, Incident]] = []
    new: list[Incident] = []
    for incident in sorted(found, key=lambda each: each.begin):
        before = next((each for each in left if _is_same(each.incident, incident)), None)
        if before is None:
            new.append(incident)
        else:
            left.remove(before)
            same.append((before, incident))
    gone = (each for each in left if each.verdict is None and each.incident.begin >= since)
    return Matched(tuple(same), tuple(new), tuple(gone))


def _is_same(one: Incident, other: Incident) -> bool:
    if (one.currency, one.direction) != (other.currency, other.direction):
        return False
    if abs(one.begin - other.begin) <= _APART:
        return True
    overlap = one.begin < other.end and other.begin < one.end
    return overlap and one.subject == other.subject


def subjects(incident: Incident) -> Iterator[Incident]:
    """An incident and those of services in it."""
    yield incident
    yield from (part for part in incident.parts if part.subject != incident.subject)
