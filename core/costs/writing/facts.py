"""The facts of a slice: compared with those staged, and only the difference written.

Statements are built from the names of our own columns; nothing that is read comes in but as a
row of the temporary table `staged`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import text

from core.costs.writing.slices import Held
from core.database import Connection

IDENTITY: Final = (
    "day",
    "billing_period",
    "billing_account_id",
    "scope_id",
    "service_id",
    "sku_id",
    "region_id",
    "tag_set_id",
    "kind_id",
    "invoice_id",
    "currency",
    "unit",
)
"""What tells the facts of a slice apart; never null."""

AMOUNTS: Final = ("billed", "effective", "list", "contracted")
VALUES: Final = (*AMOUNTS, "quantity", "lines")
FACT: Final = (*IDENTITY, *VALUES)
"""The columns of a fact, but its slice."""

_NONE: Final[Mapping[str, object]] = MappingProxyType({})

# These tell nearly all facts of a slice apart; hashing the others too costs more than it saves.
_HASHED: Final = ("day", "scope_id", "service_id", "sku_id", "region_id", "tag_set_id", "kind_id")
_ROLLUP_KEY: Final = ("scope_id", "day", "service_id", "kind_id", "billing_period", "currency")


async def make_staged(tx: Connection, constants: Mapping[str, object] = _NONE) -> None:
    """Make the temporary table `staged`, empty; it lasts until the transaction's end.

    Args:
        tx: where.
        constants: values of columns that rows don't bring themselves.
    """
    columns = ", ".join(FACT)
    await tx.execute(
        text(
            f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {columns} FROM charge_daily LIMIT 0"
        )
    )

    for name, value in constants.items():
        default = text(
            "SELECT format('ALTER TABLE staged ALTER %I SET DEFAULT %L',"
            " CAST(:name AS text), CAST(:value AS text))"
        )
        quoted = await tx.execute(default, {"name": name, "value": str(value)})
        await tx.exec_driver_sql(quoted.scalar_one())


async def drop_temporary(tx: Connection) -> None:
    """Drop the temporary tables now: a transaction made of savepoints may hold two slices."""
    await tx.execute(text("DROP TABLE IF EXISTS staged, difference, delta"))


async def write(tx: Connection, held: Held) -> tuple[int, int]:
    """Let the slice hold exactly the rows of `staged`.

    Leaves the signed difference, summed by the key of the rollup by day, in the temporary
    table `delta`.

    Returns:
        How many facts were added and removed; one whose amount changed is both.
    """
    if held.first_day is None:
        return await _write_all(tx, held), 0
    await tx.execute(text(_difference(held)))
    await make_delta(tx, "difference", *_CHANGE)
    removed = await _remove(tx)
    columns = ", ".join(FACT)
    inserted = await tx.execute(
        text(
            f"INSERT INTO charge_daily (slice_id, {columns})"
            f" SELECT {held.id}, {columns} FROM difference WHERE lines IS NOT NULL"
        )
    )
    return inserted.rowcount, removed


async def _write_all(tx: Connection, held: Held) -> int:
    """Nothing is stored: nothing to compare with."""
    columns = ", ".join(FACT)
    inserted = await tx.execute(
        text(
            f"INSERT INTO charge_daily (slice_id, {columns})"
            f" SELECT {held.id}, {columns} FROM staged"
        )
    )
    await make_delta(tx, "staged", *(f"coalesce({a}, 0)" for a in AMOUNTS), "1")
    return inserted.rowcount


_CHANGE: Final = (
    *(f"coalesce({amount}, 0) - coalesce(old_{amount}, 0)" for amount in AMOUNTS),
    "CAST(lines IS NOT NULL AS integer) - CAST(place IS NOT NULL AS integer)",
)
"""What a row of `difference` adds to the rollups: amounts, and facts."""


def _difference(held: Held) -> str:
    """Rows that differ, by a full join on the whole identity.

    New values are null where a fact goes, old ones (and its `place`) where one comes.
    """
    identity = ", ".join(f"coalesce(s.{c}, f.{c}) AS {c}" for c in IDENTITY)
    new = ", ".join(f"s.{value}" for value in VALUES)
    old = ", ".join(f"f.{amount} AS old_{amount}" for amount in AMOUNTS)
    same = " AND ".join(
        # What isn't an equality to the planner is compared, but not hashed.
        f"s.{c} = f.{c}" if c in _HASHED else f"(s.{c} = f.{c}) IS TRUE"
        for c in IDENTITY
    )
    differs = " OR ".join(f"s.{value} IS DISTINCT FROM f.{value}" for value in VALUES)
    return (
        f"CREATE TEMP TABLE difference ON COMMIT DROP AS"
        f" SELECT {identity}, {new}, {old}, f.place, f.partition"
        f" FROM staged s FULL JOIN (SELECT {', '.join(FACT)}, ctid AS place,"
        f" tableoid AS partition FROM charge_daily WHERE slice_id = {held.id}"
        f" AND day BETWEEN '{held.first_day}' AND '{held.last_day}') f ON {same}"
        f" WHERE {differs}"
    )


async def make_delta(tx: Connection, rows: str, *measures: str) -> None:
    """Sum the signed difference by the key of the rollup by day, in the temporary table `delta`.

    Args:
        tx: where.
        rows: the temporary table with what changed.
        measures: SQL of what each of its rows adds: the amounts, and how many facts.
    """
    key = ", ".join(_ROLLUP_KEY)
    names = (*AMOUNTS, "lines")
    sums = ", ".join(
        f"sum({measure}) AS {name}" for measure, name in zip(measures, names, strict=True)
    )
    moved = " OR ".join(f"sum({measure}) <> 0" for measure in measures)
    # Rows that come in this order already add up faster, in far less memory, than they hash.
    await tx.execute(text("SET LOCAL enable_hashagg = off"))
    await tx.execute(
        text(
            f"CREATE TEMP TABLE delta ON COMMIT DROP AS"
            f" SELECT {key}, {sums} FROM {rows} GROUP BY {key} HAVING {moved}"
        )
    )
    await tx.execute(text("SET LOCAL enable_hashagg TO DEFAULT"))


async def _remove(tx: Connection) -> int:
    """Delete by place, partition by partition: rows of a locked slice don't move meanwhile."""
    partitions = await tx.execute(
        text(
            "SELECT partition, CAST(CAST(partition AS regclass) AS text) FROM"
            " (SELECT DISTINCT partition FROM difference WHERE place IS NOT NULL) d ORDER BY 1"
        )
    )
    removed = 0
    for oid, name in partitions.all():
        statement = (
            f"DELETE FROM {name} WHERE ctid = ANY(ARRAY(SELECT place FROM difference"
            f" WHERE place IS NOT NULL AND partition = {oid}))"
        )
        removed += (await tx.execute(text(statement))).rowcount
    return removed
