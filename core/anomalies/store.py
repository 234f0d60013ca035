"""The SQL of anomalies and planned events."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    any_,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)

from core.anomalies.found import Anomaly, Event, UnknownAnomalyError, UnknownEventError
from core.anomalies.model import Incident, OddDay, Subject, Verdict
from core.anomalies.tables import anomalies, planned_events
from core.database import Connection
from core.money import plain
from core.period import Period
from core.projects.tables import projects

NO_PROJECT: Final = 0
_UNEXPLAINED: Final = 50


async def lock(tx: Connection) -> None:
    """Let one transaction at a time keep what a screening found, to its end."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("anomalies"))))


async def project_ids(connection: Connection) -> Mapping[str | None, int]:
    """Every project's id by its slug; of no project 0."""
    rows = await connection.execute(select(projects.c.slug, projects.c.id))
    return {None: NO_PROJECT, **{row.slug: row.id for row in rows}}


def _listed(*, gone: bool = False) -> Select[Any]:
    """Anomalies with their project's present slug; not of projects that are there no more."""
    there = or_(anomalies.c.project_id == NO_PROJECT, projects.c.id.is_not(None))
    at = anomalies.c.gone_at
    return (
        select(anomalies, projects.c.slug)
        .outerjoin(projects, projects.c.id == anomalies.c.project_id)
        .where(at.is_not(None) if gone else at.is_(None), there)
    )


async def of_projects(
    connection: Connection, ids: Collection[int], since: date
) -> Mapping[int, Sequence[Anomaly]]:
    """What was found in some projects, on days from `since` on, by project."""
    # Thousands of projects are one parameter.
    wanted = anomalies.c.project_id == any_(cast(list(ids), ARRAY(Integer)))
    statement = _listed().where(wanted, anomalies.c.end_day > since)
    found: defaultdict[int, list[Anomaly]] = defaultdict(list)
    for row in await connection.execute(statement):
        found[row.project_id].append(_anomaly(row))
    return found


async def listed(
    connection: Connection,
    *,
    visible: frozenset[str] | None,
    slugs: Collection[str | None],
    services: Collection[str | None],
    days: Period | None,
    before: int | None,
    limit: int,
) -> Sequence[Anomaly]:
    """What was found, the newest first, as it is told in lists."""
    statement = _listed().order_by(anomalies.c.id.desc()).limit(limit)
    if visible is not None:
        statement = statement.where(projects.c.slug.in_(visible))
    if slugs:
        known = [slug for slug in slugs if slug is not None]
        chosen: ColumnElement[bool] = projects.c.slug.in_(known)
        statement = statement.where(
            or_(chosen, anomalies.c.project_id == NO_PROJECT) if None in slugs else chosen
        )
    if services:
        part = [
            anomalies.c.parts.contains([{"service": name}]) for name in services if name is not None
        ]
        statement = statement.where(or_(anomalies.c.service.in_(services), *part))
    if days is not None:
        statement = statement.where(
            anomalies.c.begin_day < days.end, anomalies.c.end_day > days.start
        )
    if before is not None:
        statement = statement.where(anomalies.c.id < before)
    return [_anomaly(row) for row in await connection.execute(statement)]


async def found_since(connection: Connection, since: datetime) -> Sequence[Anomaly]:
    """What was found from an instant on, in that order."""
    statement = _listed().where(anomalies.c.found_at >= since).order_by(anomalies.c.id)
    return [_anomaly(row) for row in await connection.execute(statement)]


async def of_numbers(
    connection: Connection, numbers: Collection[int], *, gone: bool = False
) -> Mapping[int, Anomaly]:
    """Some of them, by number; or those of some that late data made ordinary."""
    wanted = anomalies.c.id == any_(cast(list(numbers), ARRAY(BigInteger)))
    found = map(_anomaly, await connection.execute(_listed(gone=gone).where(wanted)))
    return {each.id: each for each in found}


async def one(connection: Connection, number: int) -> Anomaly:
    """An anomaly.

    Raises:
        UnknownAnomalyError: there is none of that number.
    """
    row = (await connection.execute(_listed().where(anomalies.c.id == number))).one_or_none()
    if row is None:
        raise UnknownAnomalyError(f"There is no anomaly {number}.")
    return _anomaly(row)


async def add(tx: Connection, project: int, incident: Incident, now: datetime) -> int:
    """Keep what is new; its number."""
    values = {**_values(incident), "project_id": project, "found_at": now, "changed_at": now}
    made = insert(anomalies).values(values).returning(anomalies.c.id)
    number: int = (await tx.execute(made)).scalar_one()
    return number


async def change(tx: Connection, number: int, incident: Incident, now: datetime) -> None:
    """Keep what has become of one; what made the difference is to be looked for again."""
    values = {**_values(incident), "changed_at": now, "why": None}
    await tx.execute(update(anomalies).where(anomalies.c.id == number).values(values))


async def withdraw(tx: Connection, numbers: Collection[int], now: datetime) -> None:
    """Data came that made them ordinary."""
    if numbers:
        gone = update(anomalies).where(anomalies.c.id.in_(numbers)).values(gone_at=now)
        await tx.execute(gone)


async def unexplained(connection: Connection) -> Sequence[Anomaly]:
    """Those of which nobody has looked for what made the difference, the largest first."""
    statement = _listed().where(anomalies.c.why.is_(None))
    largest = statement.order_by(func.abs(anomalies.c.impact).desc()).limit(_UNEXPLAINED)
    return [_anomaly(row) for row in await connection.execute(largest)]


async def explain(tx: Connection, number: int, why: str) -> None:
    """Keep what made the difference."""
    await tx.execute(update(anomalies).where(anomalies.c.id == number).values(why=why))


async def judge(
    tx: Connection, number: int, verdict: Verdict | None, by: str, now: datetime
) -> None:
    """Keep what somebody says of one; None takes it back."""
    await tx.execute(
        update(anomalies)
        .where(anomalies.c.id == number)
        .values(verdict=verdict, judged_by=by, judged_at=now)
    )


def _values(incident: Incident) -> dict[str, Any]:
    return {
        "whole": incident.subject.whole,
        "service": incident.subject.service,
        "currency": incident.currency,
        "direction": incident.direction,
        "begin_day": incident.begin,
        "end_day": incident.end,
        "impact": incident.impact,
        "days": _days(incident),
        "parts": [
            {
                "service": part.subject.service,
                "days": _days(part),
                "ongoing": part.ongoing,
                "settled": part.settled,
            }
            for part in incident.parts
        ],
        "ongoing": incident.ongoing,
        "settled": incident.settled,
    }


def _days(incident: Incident) -> list[Any]:
    return [
        [day.date.isoformat(), plain(day.expected), plain(day.actual), day.complete]
        for day in incident.days
    ]


def _anomaly(row: Row[Any]) -> Anomaly:
    subject = Subject(row.slug, row.service, whole=row.whole)
    parts = tuple(
        Incident(
            Subject.of_service(row.slug, part["service"]),
            row.currency,
            _odd(part["days"]),
            ongoing=part["ongoing"],
            settled=part["settled"],
        )
        for part in row.parts
    )
    return Anomaly(
        id=row.id,
        incident=Incident(subject, row.currency, _odd(row.days), row.ongoing, row.settled, parts),
        found_at=row.found_at,
        why=row.why or "",
        verdict=None if row.verdict is None else Verdict(row.verdict),
        judged_by=row.judged_by or "",
    )


def _odd(days: Sequence[Any]) -> tuple[OddDay, ...]:
    return tuple(
        OddDay(date.fromisoformat(day), Decimal(expected), Decimal(actual), complete)
        for day, expected, actual, complete in days
    )


def _planned() -> Select[Any]:
    return (
        select(planned_events, projects.c.slug)
        .outerjoin(projects, projects.c.id == planned_events.c.project_id)
        .where(planned_events.c.cancelled_at.is_(None))
        .order_by(planned_events.c.start_day, planned_events.c.id)
    )


async def events(
    connection: Connection, *, since: date, visible: frozenset[str] | None
) -> Sequence[Event]:
    """What is planned for days from `since` on."""
    statement = _planned().where(planned_events.c.end_day > since)
    if visible is not None:
        statement = statement.where(projects.c.slug.in_(visible))
    return [_event(row) for row in await connection.execute(statement)]


async def plan(tx: Connection, project: int, event: Event, now: datetime) -> int:
    """Keep what is planned; its number."""
    values = {
        "project_id": project,
        "service": event.service,
        "start_day": event.days.start,
        "end_day": event.days.end,
        "amount": event.amount,
        "note": event.note,
        "planned_by": event.planned_by,
        "planned_at": now,
    }
    made = insert(planned_events).values(values).returning(planned_events.c.id)
    number: int = (await tx.execute(made)).scalar_one()
    return number


async def event(connection: Connection, number: int) -> Event:
    """A planned event.

    Raises:
        UnknownEventError: there is none of that number.
    """
    row = (await connection.execute(_planned().where(planned_events.c.id == number))).one_or_none()
    if row is None:
        raise UnknownEventError(f"There is no planned event {number}.")
    return _event(row)


async def cancel(tx: Connection, number: int, now: datetime) -> None:
    """It won't happen after all."""
    gone = update(planned_events).where(planned_events.c.id == number)
    await tx.execute(gone.values(cancelled_at=now))


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id,
        project=row.slug,
        days=Period(row.start_day, row.end_day),
        service=row.service,
        amount=row.amount,
        note=row.note,
        planned_by=row.planned_by,
    )
