"""Proof: rollups recomputed from the facts, facts beside what the sources say; exactly."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from core.costs.proving import resources
from core.costs.writing.facts import AMOUNTS
from core.costs.writing.resources import TABLE
from core.costs.writing.rollups import ROLLUPS, Rollup, summed
from core.database import Connection, Database


@dataclass(frozen=True, slots=True)
class RollupError:
    """A row of a rollup that the facts don't add up to, or that they do and isn't there.

    `stored`: it is in the rollup; False: it should be. `row`: key, amounts, facts.
    """

    rollup: str
    stored: bool
    row: Sequence[object]
    billing_period: date
    currency: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A total that the source gives otherwise than the facts stored add up to."""

    source: str
    billing_period: date
    charge_category: str
    source_type: str
    currency: str
    said_billed: Decimal
    held_billed: Decimal
    said_effective: Decimal
    held_effective: Decimal
    said_lines: int
    held_lines: int


async def check_rollups(
    database: Database, months: Collection[date] | None = None
) -> tuple[RollupError, ...]:
    """Recompute every rollup from the facts; what differs, nothing if all is right.

    Args:
        database: where.
        months: first days of the billing periods to look at; None: all.
    """
    errors: list[RollupError] = []
    async with database.read() as connection:
        for rollup in ROLLUPS:
            period, currency = map(rollup.key.index, ("billing_period", "currency"))
            statement = text(_compared(rollup, some=months is not None))
            rows = await connection.execute(statement, {"months": sorted(months)} if months else {})
            errors += (
                RollupError(rollup.table, stored, row, row[period], row[currency])
                for stored, *row in rows
            )
        errors += await _check_resources(connection, months)
    return tuple(errors)


async def _check_resources(
    connection: Connection, months: Collection[date] | None
) -> list[RollupError]:
    statement = text(resources.differing(some=months is not None))
    rows = await connection.execute(statement, {"months": sorted(months)} if months else {})
    period, currency = map(resources.KEY.index, ("billing_period", "currency"))
    return [RollupError(TABLE, stored, row, row[period], row[currency]) for stored, *row in rows]


_PERIODS = " WHERE billing_period = ANY(CAST(:months AS date[]))"
_DAYS = (
    " AND day >= (SELECT min(first_day) FROM slices s JOIN control_totals c ON c.slice_id = s.id"
    f"{_PERIODS}) AND day <= (SELECT max(last_day) FROM slices s"
    f" JOIN control_totals c ON c.slice_id = s.id{_PERIODS})"
)
"""The days that slices with such charges hold: spares the other partitions."""


def _compared(rollup: Rollup, *, some: bool) -> str:
    amounts = ", ".join(f"coalesce({amount}, 0) AS {amount}" for amount in AMOUNTS)
    wanted, days = (_PERIODS, _PERIODS + _DAYS) if some else ("", "")
    facts = f"(SELECT {', '.join(_FACT_KEY)}, {amounts}, 1 AS lines FROM charge_daily{days}) f"
    columns = ", ".join((*rollup.key, *rollup.measures))
    kept, right = f"SELECT {columns} FROM {rollup.table}{wanted}", summed(rollup, facts)
    return (
        f"SELECT true, a.* FROM ({kept} EXCEPT ALL {right}) a"
        f" UNION ALL SELECT false, b.* FROM ({right} EXCEPT ALL {kept}) b"
    )


_FACT_KEY = ("day", "scope_id", "service_id", "kind_id", "billing_period", "currency")


async def reconcile(
    database: Database, *, source: str | None = None, billing_period: date | None = None
) -> tuple[Mismatch, ...]:
    """Compare the facts with the control totals, read at the same instants as they were.

    Args:
        database: where.
        source: its name; None: all.
        billing_period: first day of a month; None: all.

    Returns:
        What differs, by source, billing period, kind and currency; nothing if all matches.
    """
    async with database.read() as connection:
        rows = await connection.execute(
            text(_RECONCILED), {"source": source, "period": billing_period}
        )
        return tuple(Mismatch(*row) for row in rows)


_KEY = "s.source_id, x.billing_period, x.kind_id, x.currency"
_SUMS = "sum(x.billed) AS billed, sum(x.effective) AS effective, sum(x.lines) AS lines"
_WANTED = (
    "JOIN slices s ON s.id = x.slice_id JOIN sources o ON o.id = s.source_id"
    " WHERE (CAST(:source AS text) IS NULL OR o.name = :source)"
    " AND (CAST(:period AS date) IS NULL OR x.billing_period = :period)"
)
_RECONCILED = (
    "SELECT o.name, billing_period, k.charge_category, k.source_type, currency,"
    " coalesce(said.billed, 0), coalesce(held.billed, 0),"
    " coalesce(said.effective, 0), coalesce(held.effective, 0),"
    " CAST(coalesce(said.lines, 0) AS bigint), CAST(coalesce(held.lines, 0) AS bigint)"
    f" FROM (SELECT {_KEY}, {_SUMS} FROM control_totals x {_WANTED} GROUP BY {_KEY}) said"
    f" FULL JOIN (SELECT {_KEY}, {_SUMS} FROM charge_daily x {_WANTED} GROUP BY {_KEY}) held"
    " USING (source_id, billing_period, kind_id, currency)"
    " JOIN sources o ON o.id = source_id JOIN kinds k ON k.id = kind_id"
    " WHERE (coalesce(said.billed, 0), coalesce(said.effective, 0), coalesce(said.lines, 0))"
    " <> (coalesce(held.billed, 0), coalesce(held.effective, 0), coalesce(held.lines, 0))"
    " ORDER BY 1, 2, 3, 4, 5"
)
