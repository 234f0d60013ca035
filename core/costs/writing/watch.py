"""What there is to tell of a source: that it can't be read, is late, or doesn't match."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from core.costs.tables import billing_periods, sources
from core.database import Connection
from core.incidents.model import Facts, IncidentKind
from core.incidents.service import found, known, over, over_but

LATE: Final = timedelta(hours=36)
"""Data is late when its newest charge is older."""

_OF_SOURCES: Final = (IncidentKind.SYNC, IncidentKind.LATE, IncidentKind.MISMATCH)


async def failed(tx: Connection, source: str, error: Facts, *, now: datetime) -> None:
    """A source couldn't be read."""
    through = await _through(tx, source)
    facts = Facts(error.words, error.fix, through=through)
    await found(tx, IncidentKind.SYNC, source, facts, now=now)


async def synced(tx: Connection, source: str, *, now: datetime) -> None:
    """A source could be read."""
    await over(tx, IncidentKind.SYNC, source, now=now)


async def judge(tx: Connection, source: str, *, now: datetime) -> None:
    """See whether a source's data is late, and whether what is stored of it matches."""
    through = await _through(tx, source)
    if through is not None and now - through > LATE:
        await found(tx, IncidentKind.LATE, source, Facts(through=through), now=now)
    else:
        await over(tx, IncidentKind.LATE, source, now=now)
    if months := await _mismatched(tx, source):
        await found(tx, IncidentKind.MISMATCH, source, Facts(months=months), now=now)
    else:
        await over(tx, IncidentKind.MISMATCH, source, now=now)


async def judge_rollups(
    tx: Connection, looked_at: Collection[date], wrong: Collection[date], *, now: datetime
) -> None:
    """Say which months' rollups are wrong; those that nobody has looked at are as they were."""
    told = await known(tx, IncidentKind.ROLLUPS, "")
    before = set(told.facts.months) if told else set()
    months = tuple(sorted(set(wrong) | before - set(looked_at)))
    if months:
        await found(tx, IncidentKind.ROLLUPS, "", Facts(months=months), now=now)
    else:
        await over(tx, IncidentKind.ROLLUPS, "", now=now)


async def only(tx: Connection, names: Collection[str], *, now: datetime) -> None:
    """Nothing is told any more of sources that aren't among these."""
    for kind in _OF_SOURCES:
        await over_but(tx, kind, names, now=now)


async def _through(tx: Connection, source: str) -> datetime | None:
    statement = select(sources.c.through).where(sources.c.name == source)
    through: datetime | None = (await tx.execute(statement)).scalar_one_or_none()
    return through


async def _mismatched(tx: Connection, source: str) -> tuple[date, ...]:
    c = billing_periods.c
    statement = (
        select(c.billing_period)
        .join(sources, sources.c.id == c.source_id)
        .where(sources.c.name == source, ~c.matches_export)
        .order_by(c.billing_period)
    )
    return tuple((await tx.execute(statement)).scalars())
