"""The verbs of incidents: found, over; each in the transaction that shows it.

Whoever runs this is told once: a message when an incident is opened, kept up to date while it
lasts, and a reply when it is over. What happens again after that is another incident.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

import structlog
from pydantic import TypeAdapter

from core.clock import Clock
from core.database import Connection, Database
from core.errors import CostTrackerError
from core.incidents import store
from core.incidents.model import MESSAGE, Facts, Incident, IncidentKind, ToldError
from core.outbox.model import OPERATIONS, Message, Verb
from core.outbox.service import enqueue

INCIDENT: TypeAdapter[Incident] = TypeAdapter(Incident)
"""Incidents as the values of messages, and back."""

_log = structlog.get_logger()


async def found(
    tx: Connection, kind: IncidentKind, subject: str, facts: Facts, *, now: datetime
) -> Incident:
    """Tell that something is wrong; if that is known, what is known of it now."""
    incident = await store.found(tx, kind, subject, facts, now)
    if incident.times == 1:
        _log.error("incident", kind=kind.value, subject=subject, words=facts.words)
        await _tell(tx, incident, Verb.POST, "opened")
    else:
        await _tell(tx, incident, Verb.UPDATE, str(incident.times))
    return incident


async def over(tx: Connection, kind: IncidentKind, subject: str, *, now: datetime) -> None:
    """Tell that nothing is wrong any more, if something was."""
    await _close(tx, await store.close(tx, kind, store.of(subject), now))


async def over_but(
    tx: Connection, kind: IncidentKind, subjects: Collection[str], *, now: datetime
) -> None:
    """Close what is about none of these subjects: there is no other any more."""
    await _close(tx, await store.close(tx, kind, store.of_none(subjects), now))


async def known(tx: Connection, kind: IncidentKind, subject: str) -> Incident | None:
    """The incident that is open of a kind and subject."""
    return await store.open_one(tx, kind, subject)


async def _close(tx: Connection, closed: Collection[Incident]) -> None:
    for incident in closed:
        _log.info("incident over", kind=incident.kind.value, subject=incident.subject)
        await _tell(tx, incident, Verb.UPDATE, "closed")
        await _tell(tx, incident, Verb.REPLY, "over")


async def _tell(tx: Connection, incident: Incident, verb: Verb, what: str) -> None:
    message = Message(
        key=f"incident:{incident.id}:{what}",
        to=OPERATIONS,
        thread=f"incident:{incident.id}",
        verb=verb,
        kind=MESSAGE,
        values=INCIDENT.dump_python(incident, mode="json"),
    )
    await enqueue(tx, message)


class IncidentService:
    """What is wrong now, for those who ask."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self) -> tuple[Incident, ...]:
        """The incidents that last, the oldest first."""
        async with self._database.read() as connection:
            return await store.open_ones(connection)

    def of_duty(self, duty: str) -> Callable[[Connection, Exception | None], Awaitable[None]]:
        """What to do in the transaction that records how a duty has ended."""

        async def ended(tx: Connection, error: Exception | None) -> None:
            if error is None or isinstance(error, ToldError):
                await over(tx, IncidentKind.DUTY, duty, now=self._clock())
            else:
                await found(tx, IncidentKind.DUTY, duty, told(error), now=self._clock())

        return ended


def told(error: Exception) -> Facts:
    """What an error says: ours in their words, others with their class."""
    if isinstance(error, CostTrackerError):
        return Facts(error.message, error.fix or "")
    return Facts(f"{type(error).__name__}: {error}")
