"""The SQL of schedules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, func, insert, select, update

from core.access.model import Maker
from core.database import Connection
from core.reports.model import ReportKind
from core.schedules.model import Format, Schedule, Terms, UnknownScheduleError
from core.schedules.tables import schedules
from core.schedules.timing import When

_OWNER: Final[TypeAdapter[Maker]] = TypeAdapter(Maker)
_PRESENT: Final = schedules.c.removed_at.is_(None)


async def lock(tx: Connection) -> None:
    """Let one transaction at a time make or change schedules."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("schedules"))))


async def read(connection: Connection) -> Sequence[Schedule]:
    """Every schedule there is, in the order they were made."""
    statement = select(schedules).where(_PRESENT).order_by(schedules.c.id)
    return [_schedule(row) for row in await connection.execute(statement)]


async def one(connection: Connection, number: int) -> Schedule:
    """A schedule.

    Raises:
        UnknownScheduleError: there is none of that number.
    """
    found = await _find(connection, _PRESENT, schedules.c.id == number)
    if found is None:
        raise UnknownScheduleError(f"There is no schedule {number}.")
    return found


async def ever(connection: Connection, number: int) -> Schedule | None:
    """A schedule that there is, or was."""
    return await _find(connection, schedules.c.id == number)


async def _find(connection: Connection, *which: ColumnElement[bool]) -> Schedule | None:
    row = (await connection.execute(select(schedules).where(*which))).one_or_none()
    return None if row is None else _schedule(row)


async def due(tx: Connection, now: datetime, limit: int) -> Sequence[Schedule]:
    """Schedules whose time has come, the oldest first; nobody else gets them meanwhile."""
    statement = (
        select(schedules)
        .where(_PRESENT, schedules.c.next_at <= now)
        .order_by(schedules.c.next_at, schedules.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_schedule(row) for row in await tx.execute(statement)]


async def move_on(tx: Connection, number: int, next_at: datetime) -> None:
    """Keep when it is due next."""
    await tx.execute(update(schedules).where(schedules.c.id == number).values(next_at=next_at))


async def add(
    tx: Connection, terms: Terms, owner: Maker, *, now: datetime, next_at: datetime
) -> int:
    """Keep a new one; its number."""
    values = {**_values(terms), **_owned(owner), "next_at": next_at, "created_by": owner.subject}
    values |= {"created_at": now, "changed_at": now}
    made = insert(schedules).values(values).returning(schedules.c.id)
    number: int = (await tx.execute(made)).scalar_one()
    return number


async def change(
    tx: Connection, number: int, terms: Terms, owner: Maker, *, now: datetime, next_at: datetime
) -> None:
    """Keep what it is from now on."""
    values = {**_values(terms), **_owned(owner), "next_at": next_at, "changed_at": now}
    await tx.execute(update(schedules).where(schedules.c.id == number).values(values))


async def pause(tx: Connection, number: int, now: datetime, *, by: str = "", why: str = "") -> None:
    """It is paused; one that is stays so, as it was."""
    statement = update(schedules).where(schedules.c.id == number, schedules.c.paused_at.is_(None))
    await tx.execute(statement.values(paused_at=now, paused_by=by, paused_why=why))


async def resume(tx: Connection, number: int, owner: Maker, next_at: datetime) -> None:
    """It is paused no more."""
    values = {"paused_at": None, "paused_by": "", "paused_why": "", "next_at": next_at}
    statement = update(schedules).where(schedules.c.id == number)
    await tx.execute(statement.values({**values, **_owned(owner)}))


async def remove(tx: Connection, number: int, now: datetime) -> None:
    """It is there no more; its runs are."""
    await tx.execute(update(schedules).where(schedules.c.id == number).values(removed_at=now))


def _owned(owner: Maker) -> dict[str, Any]:
    return {"owner": _OWNER.dump_python(owner, mode="json")}


def _values(terms: Terms) -> dict[str, Any]:
    return {
        "kind": terms.kind.value,
        "subject": terms.subject,
        "currency": terms.currency,
        "zone": terms.when.zone,
        "at": terms.when.at,
        "weekdays": list(terms.when.weekdays),
        "month_days": list(terms.when.month_days),
        "business_days": list(terms.when.business_days),
        "channels": list(terms.channels),
        "emails": list(terms.emails),
        "formats": [each.value for each in terms.formats],
    }


def _schedule(row: Row[Any]) -> Schedule:
    when = When(
        row.zone, row.at, tuple(row.weekdays), tuple(row.month_days), tuple(row.business_days)
    )
    terms = Terms(
        kind=ReportKind(row.kind),
        subject=row.subject,
        when=when,
        channels=tuple(row.channels),
        emails=tuple(row.emails),
        formats=tuple(map(Format, row.formats)),
        currency=row.currency,
    )
    return Schedule(
        id=row.id,
        terms=terms,
        owner=_OWNER.validate_python(row.owner),
        created_by=row.created_by,
        created_at=row.created_at,
        changed_at=row.changed_at,
        next_at=row.next_at,
        paused_at=row.paused_at,
        paused_by=row.paused_by,
        paused_why=row.paused_why,
    )
