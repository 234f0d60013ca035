"""Incidents of one cause made one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from core.anomalies.model import Direction, Incident

_APART = timedelta(days=1)

type _Key = tuple[str | None, str, Direction]


def merge(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Put a project's incident and those of its services together where the cause is the same.

    One cause is taken to begin at one time: incidents of one project, on the same side, that
    begin within a day of each other. The project's incident holds those of its services as
    parts. Where the project as a whole had none, services that did the same on the same days
    are one incident of the largest, which holds all of them as parts; a service alone is
    itself.

    Args:
        incidents: of any subjects, none twice.

    Returns:
        The incidents left, those of the largest impact first.
    """
    alike: dict[_Key, list[Incident]] = defaultdict(list)
    for one in incidents:
        alike[one.subject.project, one.currency, one.direction].append(one)
    merged = (made for some in alike.values() for made in _of_one_project(some))
    return tuple(sorted(merged, key=lambda one: (-abs(one.impact), one.begin)))


def _of_one_project(incidents: list[Incident]) -> Iterable[Incident]:
    """A project's own incidents take their services' first; what is left goes by its beginning."""
    wholes = sorted((i for i in incidents if i.subject.whole), key=lambda i: i.begin)
    services = sorted((i for i in incidents if not i.subject.whole), key=lambda i: i.begin)
    for whole in wholes:
        parts = [s for s in services if _same_cause(whole, s)]
        services = [s for s in services if s not in parts]
        yield replace(whole, parts=_largest_first(parts))
    while services:
        together = [s for s in services if _same_cause(services[0], s)]
        services = [s for s in services if s not in together]
        largest = _largest_first(together)
        yield replace(largest[0], parts=largest if len(largest) > 1 else ())


def _same_cause(one: Incident, other: Incident) -> bool:
    return abs(one.begin - other.begin) <= _APART


def _largest_first(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    return tuple(sorted(incidents, key=lambda one: abs(one.impact), reverse=True))
