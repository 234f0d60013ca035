"""The SQL of incidents. Of one kind and subject one is open at a time: a unique index says so."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from core.database import Connection
from core.incidents.model import Facts, Incident, IncidentKind
from core.incidents.tables import incidents

_FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)
_OPEN = incidents.c.closed_at.is_(None)


async def found(
    tx: Connection, kind: IncidentKind, subject: str, facts: Facts, now: datetime
) -> Incident:
    """Open an incident, or say of the one that is open what is known now."""
    known = _FACTS.dump_python(facts, mode="json")
    fresh = insert(incidents).values(
        kind=kind, subject=subject, opened_at=now, seen_at=now, times=1, facts=known
    )
    statement = fresh.on_conflict_do_update(
        index_elements=[incidents.c.kind, incidents.c.subject],
        index_where=_OPEN,
        set_={"seen_at": now, "times": incidents.c.times + 1, "facts": known},
    )
    return _incident((await tx.execute(statement.returning(incidents))).one())


async def close(
    tx: Connection, kind: IncidentKind, subjects: ColumnElement[bool], now: datetime
) -> tuple[Incident, ...]:
    """Close those that are open; what they were."""
    statement = update(incidents).where(incidents.c.kind == kind, subjects, _OPEN)
    rows = await tx.execute(statement.values(closed_at=now).returning(incidents))
    return tuple(sorted(map(_incident, rows), key=lambda incident: incident.id))


def of(subject: str) -> ColumnElement[bool]:
    """Those of one subject."""
    return incidents.c.subject == subject


def of_none(subjects: Collection[str]) -> ColumnElement[bool]:
    """Those of any but some subjects."""
    return incidents.c.subject.not_in(subjects)


async def open_ones(
    connection: Connection, *conditions: ColumnElement[bool]
) -> tuple[Incident, ...]:
    """What is open, the oldest first."""
    statement = select(incidents).where(_OPEN, *conditions).order_by(incidents.c.id)
    return tuple(map(_incident, await connection.execute(statement)))


async def open_one(connection: Connection, kind: IncidentKind, subject: str) -> Incident | None:
    """The one that is open of a kind and subject."""
    return next(iter(await open_ones(connection, incidents.c.kind == kind, of(subject))), None)


def _incident(row: Row[Any]) -> Incident:
    return Incident(
        id=row.id,
        kind=IncidentKind(row.kind),
        subject=row.subject,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        times=row.times,
        facts=_FACTS.validate_python(row.facts),
        closed_at=row.closed_at,
    )
