"""The SQL of jobs. Leases are told by the database's clock, the only one replicas share."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Row, Update, and_, case, delete, false, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.database import Connection
from core.jobs.model import Job, JobState
from core.jobs.tables import jobs

_COLUMNS = (
    jobs.c.id,
    jobs.c.kind,
    jobs.c.period,
    jobs.c.state,
    jobs.c.worker,
    jobs.c.attempts,
    jobs.c.started_at,
    jobs.c.ended_at,
    jobs.c.error,
    jobs.c.result,
)


def _job(row: Row[*tuple[object, ...]]) -> Job:
    values = row._asdict()
    return Job(**{**values, "state": JobState(values["state"])})


async def claim(
    tx: Connection,
    kind: str,
    period: str,
    worker: str,
    lease: timedelta,
    *,
    lasting: timedelta | None = None,
) -> Job | None:
    """Take a job that is new, has failed, or whose lease has expired; None if there is none.

    `lasting`: one that was done so long ago is as new; None: done is done.
    """
    now = func.clock_timestamp()
    old = false() if lasting is None else jobs.c.ended_at < now - lasting
    fresh = insert(jobs).values(
        kind=kind,
        period=period,
        state=JobState.RUNNING,
        worker=worker,
        lease_until=now + lease,
        attempts=1,
        started_at=now,
    )
    statement = fresh.on_conflict_do_update(
        index_elements=[jobs.c.kind, jobs.c.period],
        set_={
            "state": JobState.RUNNING,
            "worker": worker,
            "lease_until": now + lease,
            "attempts": jobs.c.attempts + 1,
            "started_at": now,
            "ended_at": None,
            "error": None,
            "result": null(),
        },
        where=or_(
            jobs.c.state == JobState.FAILED,
            and_(jobs.c.state == JobState.RUNNING, jobs.c.lease_until < now),
            and_(jobs.c.state == JobState.DONE, old),
        ),
    ).returning(*_COLUMNS)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _job(row)


async def find(tx: Connection, kind: str, period: str) -> Job | None:
    """The job of a kind and period."""
    statement = select(*_COLUMNS).where(jobs.c.kind == kind, jobs.c.period == period)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else _job(row)


async def renew(tx: Connection, job: Job, lease: timedelta) -> bool:
    """Push the lease on; False if the job is no longer this worker's."""
    statement = _own(job).values(lease_until=func.clock_timestamp() + lease)
    return bool((await tx.execute(statement)).rowcount)


async def end(tx: Connection, job: Job, state: JobState, error: str | None = None) -> bool:
    """Record how it ended; False if the job is no longer this worker's."""
    statement = _own(job).values(state=state, ended_at=func.clock_timestamp(), error=error)
    return bool((await tx.execute(statement)).rowcount)


async def once(
    tx: Connection, kind: str, key: str, worker: str, *, lasting: timedelta | None
) -> bool:
    """Insert a row that is done from the start; False if it is there already, for so long."""
    now = func.clock_timestamp()
    fresh = insert(jobs).values(
        kind=kind,
        period=key,
        state=JobState.DONE,
        worker=worker,
        lease_until=now,
        attempts=1,
        ended_at=now,
    )
    statement = (
        fresh.on_conflict_do_nothing()
        if lasting is None
        else fresh.on_conflict_do_update(
            index_elements=[jobs.c.kind, jobs.c.period],
            set_={"worker": worker, "attempts": jobs.c.attempts + 1, "ended_at": now},
            where=jobs.c.ended_at < now - lasting,
        )
    )
    return (await tx.execute(statement.returning(jobs.c.id))).one_or_none() is not None


async def latest(tx: Connection, kind: str, state: JobState | None = None) -> Job | None:
    """The job of a kind that began last."""
    statement = select(*_COLUMNS).where(jobs.c.kind == kind)
    if state is not None:
        statement = statement.where(jobs.c.state == state)
    row = (await tx.execute(statement.order_by(jobs.c.started_at.desc()).limit(1))).one_or_none()
    return None if row is None else _job(row)


async def report(tx: Connection, job: Job, result: object) -> bool:
    """Keep what a job came to; False if it is no longer this worker's."""
    return bool((await tx.execute(_own(job).values(result=result))).rowcount)


async def listed(
    tx: Connection, kinds: Collection[str], *, before: int | None, limit: int
) -> tuple[Job, ...]:
    """Jobs of some kinds, the newest first; one whose worker has died has failed."""
    died = and_(jobs.c.state == JobState.RUNNING, jobs.c.lease_until < func.clock_timestamp())
    told = {
        "state": case((died, JobState.FAILED), else_=jobs.c.state).label("state"),
        "error": case((died, "its process has died"), else_=jobs.c.error).label("error"),
    }
    columns = (told.get(column.name, column) for column in _COLUMNS)
    statement = select(*columns).where(jobs.c.kind.in_(kinds)).order_by(jobs.c.id.desc())
    if before is not None:
        statement = statement.where(jobs.c.id < before)
    return tuple(_job(row) for row in await tx.execute(statement.limit(limit)))


async def stuck(tx: Connection, lasting: timedelta) -> tuple[Job, ...]:
    """Jobs that have been running for so long, or whose worker died so long ago, oldest first."""
    long_ago = func.clock_timestamp() - lasting
    late = or_(jobs.c.started_at < long_ago, jobs.c.lease_until < long_ago)
    statement = select(*_COLUMNS).where(jobs.c.state == JobState.RUNNING, late)
    return tuple(_job(row) for row in await tx.execute(statement.order_by(jobs.c.id)))


async def forget(tx: Connection, before: datetime) -> int:
    """Delete jobs that ended before an instant; how many there were."""
    return (await tx.execute(delete(jobs).where(jobs.c.ended_at < before))).rowcount


def _own(job: Job) -> Update:
    return update(jobs).where(
        jobs.c.id == job.id,
        jobs.c.state == JobState.RUNNING,
        jobs.c.worker == job.worker,
        jobs.c.attempts == job.attempts,
    )
