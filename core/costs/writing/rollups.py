"""The rollups, kept by signed differences: never recomputed, always exact."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from core.costs.writing.facts import AMOUNTS
from core.database import Connection
from core.errors import CostTrackerError

_TAIL: Final = ("kind_id", "billing_period", "currency")


class CorruptRollupError(CostTrackerError):
    """A rollup would count fewer than no facts; nothing was written."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """A rollup's table, and its key; `time` is how the first of it comes from a fact's day."""

    table: str
    key: tuple[str, ...]
    time: str

    @property
    def measures(self) -> tuple[str, ...]:
        """Its amounts and its line count."""
        return (*AMOUNTS, "lines")


DAY_SERVICE: Final = Rollup("cost_by_day_service", ("day", "scope_id", "service_id", *_TAIL), "day")
_MONTH: Final = "CAST(date_trunc('month', day) AS date)"
MONTH_SERVICE: Final = Rollup(
    "cost_by_month_service", ("month", "scope_id", "service_id", *_TAIL), _MONTH
)
MONTH: Final = Rollup("cost_by_month", ("month", "scope_id", *_TAIL), _MONTH)
ROLLUPS: Final = (DAY_SERVICE, MONTH_SERVICE, MONTH)


async def add(tx: Connection) -> None:
    """Add the temporary table `delta` to each rollup.

    `delta` holds signed sums of amounts and signed counts of facts, keyed as the rollup by
    day. Rows are locked rollup by rollup, in the order of keys: two that share days wait for
    one another and can't deadlock. A row that counts no facts any more goes.

    Raises:
        CorruptRollupError: a count would become negative.
    """
    for rollup in ROLLUPS:
        await tx.execute(text(_merge(rollup)))
        removed = await tx.execute(text(_remove(rollup)))
        if not all(removed.scalars()):
            raise CorruptRollupError(
                f"A row of {rollup.table} would count fewer than no facts.",
                fix="Run `cost-tracker reconcile` and report what it says.",
            )


def summed(rollup: Rollup, source: str) -> str:
    """A SELECT of a rollup's key and measures, summed from rows that have a day."""
    key = ", ".join((f"{rollup.time} AS {rollup.key[0]}", *rollup.key[1:]))
    sums = ", ".join(f"sum({m}) AS {m}" for m in rollup.measures)
    grouped = ", ".join((rollup.time, *rollup.key[1:]))
    return f"SELECT {key}, {sums} FROM {source} GROUP BY {grouped}"


def _merge(rollup: Rollup) -> str:
    key, measures = ", ".join(rollup.key), rollup.measures
    added = ", ".join(f"{m} = {rollup.table}.{m} + excluded.{m}" for m in measures)
    # By day, `delta` has one row a key already.
    rows = "SELECT * FROM delta" if rollup is DAY_SERVICE else summed(rollup, "delta")
    return (
        f"INSERT INTO {rollup.table} ({key}, {', '.join(measures)})"
        f" SELECT {key}, {', '.join(measures)} FROM ({rows}) d ORDER BY {key}"
        f" ON CONFLICT ({key}) DO UPDATE SET {added}"
    )


def _remove(rollup: Rollup) -> str:
    """Delete the rows that reached zero; tells for each that none is below it."""
    time, *rest = rollup.key
    same = " AND ".join((f"r.{time} = d.{time}", *(f"r.{k} = d.{k}" for k in rest)))
    keys = ", ".join((f"{rollup.time} AS {time}", *rest))
    return (
        f"DELETE FROM {rollup.table} r USING (SELECT DISTINCT {keys} FROM delta WHERE lines < 0) d"
        f" WHERE {same} AND r.lines <= 0 RETURNING r.lines = 0"
    )
