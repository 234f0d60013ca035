"""Who is to hear of an anomaly: its project's own channel, and whoever subscribed to it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.anomalies.found import Anomaly, subjects
from core.anomalies.model import Incident
from core.costs.model import PROJECT, SERVICE, Filter
from core.outbox.model import Destination
from core.subscriptions.listening import Listening
from core.subscriptions.model import Of, OwnChannel, Pace, Reason

NEWS: Final = timedelta(days=7)
"""What was over so long before it was found is no news: somebody took in old data."""


@dataclass(frozen=True, slots=True)
class Heard:
    """That a destination is to hear of an anomaly: at which pace, and why."""

    anomaly: Anomaly
    pace: Pace
    reason: Reason


@dataclass(frozen=True, slots=True)
class Hearers:
    """Whoever listens. `own`: projects' own channels; `since`: from when on, by project's id."""

    listening: Listening
    own: Iterable[OwnChannel]
    since: Mapping[int, datetime]

    def of(self, found: Iterable[Anomaly]) -> Mapping[Destination, list[Heard]]:
        """Who is to hear of what, as far as it is news to them.

        Where there are several reasons, the one that tells it sooner counts; a channel that
        subscribed says the pace of its own project, too.
        """
        own = {each.project: each for each in self.own}
        told: defaultdict[Destination, list[Heard]] = defaultdict(list)
        for anomaly in found:
            best: dict[Destination, Heard] = {}
            for to, heard in self._reasons(
                anomaly, own.get(anomaly.incident.subject.project or "")
            ):
                known = best.get(to)
                if known is None or known.reason.of is Of.PROJECT or heard.pace is Pace.AT_ONCE:
                    best[to] = known if known and known.pace == heard.pace else heard
            for to, heard in best.items():
                told[to].append(heard)
        return told

    def _reasons(
        self, anomaly: Anomaly, own: OwnChannel | None
    ) -> Iterator[tuple[Destination, Heard]]:
        since = None if own is None else self.since.get(own.reason.id)
        if own is not None and since is not None and is_news(anomaly, since):
            yield own.to, Heard(anomaly, Pace.AT_ONCE, own.reason)
        for each in self.listening.to(*map(where, subjects(anomaly.incident))):
            if each.created_at is not None and is_news(anomaly, each.created_at):
                reason = Reason(Of.SUBSCRIPTION, each.id)
                yield each.terms.to, Heard(anomaly, each.terms.pace, reason)


def is_news(anomaly: Anomaly, since: datetime) -> bool:
    """Whether it is to be told to whoever listens since then."""
    return anomaly.found_at >= since and anomaly.days.end >= (anomaly.found_at - NEWS).date()


def where(incident: Incident) -> tuple[Filter, ...]:
    """What an incident is of."""
    project = Filter(PROJECT, (incident.subject.project,))
    if incident.subject.whole:
        return (project,)
    return project, Filter(SERVICE, (incident.subject.service,))
