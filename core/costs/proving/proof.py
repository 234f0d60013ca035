"""Proof of the sums that are kept: recomputed from the facts, exactly."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from core.costs.proving import resources
from core.costs.writing.facts import AMOUNTS
from core.costs.writing.rollups import ROLLUPS, Rollup, summed
from core.database import Database


@dataclass(frozen=True, slots=True)
class RollupError:
    """Rows of a rollup that the facts don't add up to, or that they do and aren't there.

    They are counted where they are: a month may have hundreds of thousands.

    `stored`: they are in the rollup; False: they should be. `example`: one of them, as
    PostgreSQL writes rows.
    """

    rollup: str
    stored: bool
    billing_period: date
    currency: str
    rows: int
    example: str


async def check_rollups(
    database: Database, months: Collection[date] | None = None
) -> tuple[RollupError, ...]:
    """Recompute every rollup from the facts; what differs, nothing if all is right.

    Args:
        database: where.
        months: first days of the billing periods to look at; None: all.
    """
    wanted = {} if months is None else {"months": sorted(months)}
    some = months is not None
    compared = [(rollup.table, _compared(rollup, some=some)) for rollup in ROLLUPS]
    compared.append((resources.TABLE, resources.differing(some=some)))
    errors: list[RollupError] = []
    async with database.read() as connection:
        for table, statement in compared:
            rows = await connection.execute(text(_counted(statement)), wanted)
            errors += (RollupError(table, *row) for row in rows)
    return tuple(errors)


def _counted(differing: str) -> str:
    return (
        "SELECT stored, billing_period, currency, count(*), min(CAST(d AS text))"
        f" FROM ({differing}) d GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )


_PERIODS = "billing_period = ANY(CAST(:months AS date[]))"
_HELD_FROM = "(SELECT coalesce(dropped_until, '-infinity') FROM retention)"
"""Older facts were dropped for their age; the rollups by month still hold them."""
_DAYS = (
    " AND day >= (SELECT min(first_day) FROM slices s JOIN control_totals c ON c.slice_id = s.id"
    f" WHERE {_PERIODS}) AND day <= (SELECT max(last_day) FROM slices s"
    f" JOIN control_totals c ON c.slice_id = s.id WHERE {_PERIODS})"
)
"""The days that slices with such charges hold: spares the other partitions."""


def _compared(rollup: Rollup, *, some: bool) -> str:
    amounts = ", ".join(f"coalesce({amount}, 0) AS {amount}" for amount in AMOUNTS)
    wanted, days = (f" AND {_PERIODS}", f" AND {_PERIODS}{_DAYS}") if some else ("", "")
    facts = (
        f"(SELECT {', '.join(_FACT_KEY)}, {amounts}, 1 AS lines"
        f" FROM charge_daily WHERE day >= {_HELD_FROM}{days}) f"
    )
    columns = ", ".join((*rollup.key, *rollup.measures))
    kept = f"SELECT {columns} FROM {rollup.table} WHERE {rollup.key[0]} >= {_HELD_FROM}{wanted}"
    right = summed(rollup, facts)
    return (
        f"SELECT true AS stored, a.* FROM ({kept} EXCEPT ALL {right}) a"
        f" UNION ALL SELECT false, b.* FROM ({right} EXCEPT ALL {kept}) b"
    )


_FACT_KEY = ("day", "scope_id", "service_id", "kind_id", "billing_period", "currency")
