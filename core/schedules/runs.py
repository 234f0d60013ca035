"""The SQL of runs. Leases are told by the database's clock, the only one replicas share."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Update, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from core.data_version import data_version
from core.database import Connection
from core.many import one_of
from core.outbox.model import Destination
from core.outbox.service import parked
from core.period import Period
from core.schedules.model import Posting, Run, RunState
from core.schedules.tables import schedule_runs as runs
from core.schedules.telling import VALUES, thread_of

_COLUMNS: Final = [
    column for column in runs.c if column.name not in ("lease_until", "places", "posting")
]
_OPEN: Final = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a run has posted last, and where."""

    run: Run
    posting: Posting
    places: tuple[Destination, ...]


async def add(
    tx: Connection,
    schedule: int,
    due_at: datetime,
    period: Period,
    *,
    by: str = "",
    skipped: str | None = None,
) -> Run | None:
    """Keep that it is due; `skipped`: that it was, and why nothing came of it; None: known."""
    values = {
        "schedule_id": schedule,
        "due_at": due_at,
        "state": RunState.QUEUED if skipped is None else RunState.SKIPPED,
        "by": by,
        "start_day": period.start,
        "end_day": period.end,
        "reason": skipped or "",
        "try_at": due_at if skipped is None else None,
    }
    statement = insert(runs).values(values).on_conflict_do_nothing().returning(*_COLUMNS)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _run(row)


async def claim(tx: Connection, worker: str, now: datetime, lease: timedelta) -> Run | None:
    """Take a run whose time has come: one that nobody is at, or whose worker has died."""
    clock = func.clock_timestamp()
    free = or_(runs.c.state != RunState.RUNNING, runs.c.lease_until < clock)
    chosen = (
        select(runs.c.id)
        .where(runs.c.try_at <= now, free)
        .order_by(runs.c.try_at, runs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    values = {
        "state": RunState.RUNNING,
        "worker": worker,
        "lease_until": clock + lease,
        "attempts": runs.c.attempts + 1,
    }
    statement = update(runs).where(runs.c.id == chosen).values(values).returning(*_COLUMNS)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _run(row)


async def renew(tx: Connection, run: Run, lease: timedelta) -> bool:
    """Push the lease on; False if the run is no longer this worker's."""
    statement = _own(run).values(lease_until=func.clock_timestamp() + lease)
    return bool((await tx.execute(statement)).rowcount)


async def end(tx: Connection, run: Run, state: RunState, reason: str = "") -> bool:
    """Record how it ended; False if the run is no longer this worker's."""
    values = {"state": state, "reason": reason, "try_at": None}
    return bool((await tx.execute(_own(run).values(values))).rowcount)


async def put_off(tx: Connection, run: Run, state: RunState, reason: str, try_at: datetime) -> bool:
    """Have it tried again later; one that waits hasn't failed."""
    values = {"state": state, "reason": reason, "try_at": try_at}
    if state is RunState.WAITING:
        values["attempts"] = 0
    return bool((await tx.execute(_own(run).values(values))).rowcount)


async def post(
    tx: Connection, run: Run, posting: Posting, places: Collection[Destination], now: datetime
) -> bool:
    """Record what it posts; False if the run is no longer this worker's."""
    values = {
        **_kept(posting),
        "state": RunState.POSTED,
        "reason": "",
        "try_at": None,
        "posted_at": now,
        "places": [[each.channel, each.address] for each in places],
    }
    return bool((await tx.execute(_own(run).values(values))).rowcount)


async def correct(tx: Connection, run: Run, posting: Posting, now: datetime) -> bool:
    """Record what it says from now on; False if another has corrected it meanwhile."""
    statement = update(runs).where(runs.c.id == run.id, runs.c.version == run.version)
    done = await tx.execute(statement.values({**_kept(posting), "corrected_at": now}))
    return bool(done.rowcount)


async def checked(tx: Connection, run: Run, version: int) -> None:
    """Record of which data it is still right."""
    statement = update(runs).where(runs.c.id == run.id, runs.c.version == run.version)
    await tx.execute(statement.values(data_version=version))


async def open_one(tx: Connection, schedule: int) -> Run | None:
    """A schedule's run that hasn't ended."""
    statement = (
        select(*_COLUMNS)
        .where(runs.c.schedule_id == schedule, one_of(runs.c.state, _OPEN))
        .order_by(runs.c.id)
        .limit(1)
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _run(row)


async def hasten(tx: Connection, run: Run, now: datetime, *, by: str) -> Run | None:
    """Have one that waits made now, by hand; None: it is due already, or somebody is at it."""
    waits = one_of(runs.c.state, (RunState.QUEUED, RunState.WAITING))
    statement = update(runs).where(runs.c.id == run.id, waits, runs.c.try_at > now)
    values = {"state": RunState.QUEUED, "by": by, "reason": "", "try_at": now}
    row = (await tx.execute(statement.values(values).returning(*_COLUMNS))).one_or_none()
    return None if row is None else _run(row)


async def give_up(tx: Connection, schedule: int, reason: str) -> None:
    """Skip a schedule's runs that nobody is at."""
    idle = one_of(runs.c.state, (RunState.QUEUED, RunState.WAITING))
    statement = update(runs).where(runs.c.schedule_id == schedule, idle)
    await tx.execute(statement.values(state=RunState.SKIPPED, reason=reason, try_at=None))


async def wake(tx: Connection, now: datetime) -> None:
    """Have those tried now that wait for complete data."""
    waiting = runs.c.state == RunState.WAITING
    await tx.execute(update(runs).where(waiting, runs.c.try_at > now).values(try_at=now))


async def listed(
    connection: Connection, schedule: int, *, before: int | None, limit: int
) -> tuple[Run, ...]:
    """A schedule's runs, the latest first."""
    statement = select(*_COLUMNS).where(runs.c.schedule_id == schedule)
    if before is not None:
        statement = statement.where(runs.c.id < before)
    rows = await connection.execute(statement.order_by(runs.c.id.desc()).limit(limit))
    return await _told(connection, list(map(_run, rows)))


async def latest(connection: Connection) -> Mapping[int, Run]:
    """The latest run of each schedule, by its number."""
    statement = (
        select(*_COLUMNS)
        .ext(distinct_on(runs.c.schedule_id))
        .order_by(runs.c.schedule_id, runs.c.id.desc())
    )
    found = list(map(_run, await connection.execute(statement)))
    return {run.schedule: run for run in await _told(connection, found)}


async def _told(connection: Connection, found: Sequence[Run]) -> tuple[Run, ...]:
    """Runs with what of them can't be delivered."""
    lost = await parked(connection, [thread_of(run.id) for run in found])
    return tuple(replace(run, undelivered=tuple(lost.get(thread_of(run.id), ()))) for run in found)


async def outdated(connection: Connection, since: datetime) -> Sequence[int]:
    """The numbers of runs posted since an instant, and not held against the present data."""
    statement = (
        select(runs.c.id)
        .where(
            runs.c.state == RunState.POSTED,
            runs.c.posted_at >= since,
            runs.c.data_version < select(data_version.c.version).scalar_subquery(),
        )
        .order_by(runs.c.id.desc())
    )
    return (await connection.execute(statement)).scalars().all()


async def posted(connection: Connection, number: int) -> Posted:
    """What a run has posted last."""
    statement = select(*_COLUMNS, runs.c.posting, runs.c.places).where(runs.c.id == number)
    row = (await connection.execute(statement)).one()
    places = tuple(Destination(channel, address) for channel, address in row.places)
    return Posted(_run(row), VALUES.validate_python(row.posting), places)


async def forget(tx: Connection, before: datetime) -> int:
    """Delete runs that were due before an instant and have ended; how many there were."""
    old = runs.c.due_at < before
    return (await tx.execute(delete(runs).where(old, runs.c.try_at.is_(None)))).rowcount


def _kept(posting: Posting) -> dict[str, Any]:
    return {
        "posting": VALUES.dump_python(posting, mode="json"),
        "version": posting.version,
        "final": posting.final,
        "data_version": posting.report.data_version,
    }


def _own(run: Run) -> Update:
    return update(runs).where(
        runs.c.id == run.id,
        runs.c.state == RunState.RUNNING,
        runs.c.worker == run.worker,
        runs.c.attempts == run.attempts,
    )


def _run(row: Row[*tuple[Any, ...]]) -> Run:
    return Run(
        id=row.id,
        schedule=row.schedule_id,
        due_at=row.due_at,
        state=RunState(row.state),
        period=Period(row.start_day, row.end_day),
        by=row.by,
        reason=row.reason,
        try_at=row.try_at,
        attempts=row.attempts,
        posted_at=row.posted_at,
        version=row.version,
        corrected_at=row.corrected_at,
        final=row.final,
        data_version=row.data_version,
        worker=row.worker,
    )
