"""The SQL of exports."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.database import Connection
from core.exports.model import Export, ExportState, Made, Request
from core.exports.tables import exports, parts
from core.outbox.model import DeliveryState
from core.outbox.tables import outbox

_REQUEST = tuple(field.name for field in fields(Request))
_WAITING = exports.c.state == ExportState.WAITING


async def add(tx: Connection, request: Request) -> Export | None:
    """Keep a request; None where its key is known."""
    values = {name: getattr(request, name) for name in _REQUEST}
    statement = insert(exports).values(values).on_conflict_do_nothing().returning(*exports.c)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _export(row)


async def find(tx: Connection, number: int) -> Export | None:
    """One of them."""
    row = (await tx.execute(select(exports).where(exports.c.id == number))).one_or_none()
    return None if row is None else _export(row)


async def known(tx: Connection, key: str) -> Export:
    """The one of a key that is there."""
    return _export((await tx.execute(select(exports).where(exports.c.key == key))).one())


async def waiting(tx: Connection) -> tuple[Export, ...]:
    """Those that aren't made yet, the oldest first."""
    statement = select(exports).where(_WAITING).order_by(exports.c.id)
    return tuple(_export(row) for row in await tx.execute(statement))


async def lock(tx: Connection, workspace: str, person: str) -> int:
    """How many of a person's aren't made yet; nobody else counts them meanwhile."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"exports:{person}"))))
    theirs = (exports.c.workspace == workspace, exports.c.person == person, _WAITING)
    found: int = (
        await tx.execute(select(func.count()).select_from(exports).where(*theirs))
    ).scalar_one()
    return found


async def drop_parts(tx: Connection, number: int, *, but: int) -> None:
    """Drop what earlier attempts have left."""
    statement = delete(parts).where(parts.c.export_id == number, parts.c.attempt < but)
    await tx.execute(statement)


async def put(tx: Connection, number: int, attempt: int, at: int, content: bytes) -> None:
    """Keep a part of a file."""
    values = {"export_id": number, "attempt": attempt, "number": at, "content": content}
    await tx.execute(insert(parts).values(values))


async def part(tx: Connection, export: Export, at: int) -> bytes | None:
    """One part of a file; None after the last."""
    found: bytes | None = (
        await tx.execute(
            select(parts.c.content).where(
                parts.c.export_id == export.id,
                parts.c.attempt == export.attempt,
                parts.c.number == at,
            )
        )
    ).scalar_one_or_none()
    return found


async def finish(tx: Connection, number: int, made: Made) -> Export | None:
    """Say that it is made; None where that, or why not, is said already."""
    return await _settle(
        tx,
        number,
        state=ExportState.MADE,
        attempt=made.attempt,
        name=made.name,
        rows=made.rows,
        size=made.size,
        projects=list(made.projects),
    )


async def fail(tx: Connection, number: int, reason: str) -> Export | None:
    """Say why it can't be made; None as for `finish`."""
    return await _settle(tx, number, state=ExportState.FAILED, reason=reason)


async def _settle(tx: Connection, number: int, **values: Any) -> Export | None:
    statement = update(exports).where(exports.c.id == number, _WAITING).values(values)
    row = (await tx.execute(statement.returning(*exports.c))).one_or_none()
    return None if row is None else _export(row)


async def forget(tx: Connection, files: datetime, requests: datetime) -> int:
    """Drop files that are delivered, or were asked for before an instant; old requests too."""
    delivered = exists().where(
        outbox.c.key == func.concat("export:", exports.c.id),
        outbox.c.state == DeliveryState.DELIVERED,
    )
    done = select(exports.c.id).where(~_WAITING, or_(delivered, exports.c.asked_at < files))
    gone = (await tx.execute(delete(parts).where(parts.c.export_id.in_(done)))).rowcount
    await tx.execute(delete(exports).where(~_WAITING, exports.c.asked_at < requests))
    return gone


def _export(row: Row[Any]) -> Export:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
    request = Request(**{name: values.pop(name) for name in _REQUEST})
    values |= {"state": ExportState(values["state"]), "projects": tuple(values["projects"])}
    return Export(request=request, **values)
