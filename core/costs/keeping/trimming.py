"""What has grown too old goes: a month of facts with its share of the proof, in one transaction.

Rollups by month stay. What a slice's control totals said of the facts that go, goes with them, so
that proofs stay exact; the lines are counted among those left out.
"""

from datetime import date
from typing import Final

from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from core import data_version
from core.costs.keeping.model import RetentionBusyError
from core.costs.left_out import Reason
from core.costs.retained import read_held
from core.costs.tables import retention
from core.costs.writing import partitions, terms
from core.database import Connection, Database
from core.period import add_months

# Whoever asks meanwhile waits behind a lock that is waited for.
_PATIENCE: Final = "SET LOCAL lock_timeout = '3s'"
_LOCKED_OUT: Final = "55P03"


async def old_months(connection: Connection, before: date) -> tuple[date, ...]:
    """The months with a partition that lie before a day, in order."""
    return tuple(month for month in await partitions.months(connection) if month < before)


async def drop_facts(database: Database, month: date) -> int:
    """Drop a month's facts, and let rows of it stay out from now on; how many there were.

    Raises:
        RetentionBusyError: a long question reads them; try again.
    """
    try:
        async with database.begin() as tx:
            number = await _drop_facts(tx, month)
        await _drop_partition(database, month)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCKED_OUT:
            raise
        raise RetentionBusyError(f"The charges of {month:%Y-%m} are being read.") from error
    return number


async def _drop_facts(tx: Connection, month: date) -> int:
    await tx.execute(text(_PATIENCE))
    await terms.lock(tx)
    if month not in await partitions.months(tx):
        return 0
    end, name = add_months(month, 1), partitions.name_of(month)
    # In the order in which a sync's end takes them.
    await tx.execute(text("SELECT FROM sources ORDER BY id FOR NO KEY UPDATE"))
    await tx.execute(
        text("SELECT FROM slices WHERE first_day < :end ORDER BY id FOR UPDATE"), {"end": end}
    )
    number = int((await tx.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one())
    present = await read_held(tx)
    kept = {"facts_from": max(present.facts_from or end, end)}
    if number:
        gone = {"reason": Reason.BEFORE_HORIZON.value}
        for statement in (_GONE, _LESS, _EMPTY, _COUNTED):
            given = gone if statement is _COUNTED else {}
            await tx.execute(text(statement.format(name=name)), given)
        await tx.execute(text(f"TRUNCATE {name}"))
        await tx.execute(text("DROP TABLE gone"))
        kept["dropped_until"] = max(present.dropped_until or end, end)
    await tx.execute(update(retention).values(kept))
    await data_version.bump(tx)
    return number


_GONE: Final = (
    "CREATE TEMP TABLE gone ON COMMIT DROP AS"
    " SELECT slice_id, billing_period, kind_id, currency, sum(billed) AS billed,"
    " sum(effective) AS effective, sum(lines) AS lines,"
    " count(*) FILTER (WHERE invoice_id = '') AS uninvoiced FROM {name} GROUP BY 1, 2, 3, 4"
)
_SAME: Final = (
    "c.slice_id = g.slice_id AND c.billing_period = g.billing_period"
    " AND c.kind_id = g.kind_id AND c.currency = g.currency"
)
_LESS: Final = (
    "UPDATE control_totals c SET billed = c.billed - g.billed,"
    " effective = c.effective - g.effective, lines = c.lines - g.lines,"
    f" uninvoiced = c.uninvoiced - g.uninvoiced FROM gone g WHERE {_SAME}"
)
_EMPTY: Final = (
    f"DELETE FROM control_totals c USING gone g WHERE {_SAME}"
    " AND c.lines = 0 AND c.billed = 0 AND c.effective = 0 AND c.uninvoiced = 0"
)
_COUNTED: Final = (
    "INSERT INTO left_out AS l (slice_id, billing_period, reason, lines)"
    " SELECT slice_id, billing_period, :reason, sum(lines) FROM gone GROUP BY 1, 2 ORDER BY 1, 2"
    " ON CONFLICT (slice_id, billing_period, reason) DO UPDATE SET lines = l.lines + excluded.lines"
)


async def _drop_partition(database: Database, month: date) -> None:
    """Drop an empty partition; no row comes to it any more.

    Detaching takes the whole table from its readers for an instant, and waits for those who
    read it: by then the facts have gone already, and a partition that stays does no harm.
    """
    name = partitions.name_of(month)
    async with database.begin() as tx:
        await tx.execute(text(_PATIENCE))
        await terms.lock(tx)
        if month in await partitions.months(tx):
            await tx.execute(text(f"ALTER TABLE charge_daily DETACH PARTITION {name}"))
            await tx.execute(text(f"DROP TABLE {name}"))


async def drop_days(database: Database, before: date) -> int:
    """Drop the daily rollups before a day, a month at a time; how many rows there were."""
    first = select(func.min(text("day"))).select_from(text("cost_by_day_service"))
    number = 0
    while True:
        async with database.begin() as tx:
            oldest: date | None = (await tx.execute(first)).scalar_one()
            if oldest is None or oldest >= before:
                return number
            await terms.lock(tx)
            end = min(add_months(oldest.replace(day=1), 1), before)
            gone = await tx.execute(
                text("DELETE FROM cost_by_day_service WHERE day < :end"), {"end": end}
            )
            number += gone.rowcount
            await tx.execute(update(retention).values(days_from=end))
            await data_version.bump(tx)


async def set_horizon(database: Database, wanted: date | None) -> date | None:
    """Let rows before a day stay out; no earlier than what was dropped. The day that it is.

    Where it goes back, slices whose rows were left out are read again by the next sync.
    """
    async with database.begin() as tx:
        await terms.lock(tx)
        present = await read_held(tx)
        if wanted is None or present.dropped_until is None:
            horizon = wanted if wanted is not None else present.dropped_until
        else:
            horizon = max(wanted, present.dropped_until)
        if horizon == present.facts_from:
            return horizon
        await tx.execute(update(retention).values(facts_from=horizon))
        if present.facts_from is not None and (horizon or date.min) < present.facts_from:
            await tx.execute(text(_READ_AGAIN), {"reason": Reason.BEFORE_HORIZON.value})
        await data_version.bump(tx)
        return horizon


_READ_AGAIN: Final = (
    "UPDATE slices SET fingerprint = '' WHERE id IN"
    " (SELECT slice_id FROM left_out WHERE reason = :reason)"
)
