"""The monthly partitions of the facts: made before they are needed.

A partition is created beside its parent and attached, which blocks neither readers nor
writers of the parent (a lock of SHARE UPDATE EXCLUSIVE for an instant). It happens in short
transactions apart from those that write facts.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import func, select, text

from core.costs.tables import charge_daily
from core.database import Connection, Database

AHEAD: Final = 3
"""How many months after the present one are kept ready."""

_PARENT: Final = charge_daily.name


async def ensure(database: Database, days: Iterable[date]) -> tuple[str, ...]:
    """Make the partitions that facts of the given days need and that don't exist yet.

    Safe when several processes do it at once; doing it again changes nothing.

    Returns:
        The names of those made, by month.
    """
    wanted = {name_of(month): month for month in sorted({day.replace(day=1) for day in days})}
    async with database.read() as connection:
        missing = wanted.keys() - await _existing(connection)
    if not missing:
        return ()
    async with database.begin() as tx:
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(_PARENT))))
        made = sorted(missing - await _existing(tx))
        for name in made:
            await _make(tx, name, wanted[name])
    return tuple(made)


async def make_ahead(database: Database, today: date, *, months: int = AHEAD) -> tuple[str, ...]:
    """Make those of the month of `today` and of the months that follow; the scheduler's part."""
    return await ensure(database, _months(today.replace(day=1), months + 1))


async def months(connection: Connection) -> tuple[date, ...]:
    """The first days of the months that have a partition, in order."""
    names = sorted(await _existing(connection))
    return tuple(date.fromisoformat(f"{name[-7:].replace('_', '-')}-01") for name in names)


def name_of(day: date) -> str:
    """The name of the partition that holds a day: `charge_daily_2026_11`."""
    return f"{_PARENT}_{day:%Y_%m}"


def _months(first: date, count: int) -> list[date]:
    months = [first]
    while len(months) < count:
        months.append(_next(months[-1]))
    return months


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


async def _existing(connection: Connection) -> set[str]:
    statement = text(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = CAST(:parent AS regclass)"
    )
    return set((await connection.execute(statement, {"parent": _PARENT})).scalars())


async def _make(tx: Connection, name: str, month: date) -> None:
    # Indexed while it is empty and nobody else's; attaching then finds nothing left to build.
    await tx.execute(text(f"CREATE TABLE {name} (LIKE {_PARENT} INCLUDING ALL)"))
    await tx.execute(
        text(
            f"ALTER TABLE {_PARENT} ATTACH PARTITION {name}"
            f" FOR VALUES FROM ('{month}') TO ('{_next(month)}')"
        )
    )
