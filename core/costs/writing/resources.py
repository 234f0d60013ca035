"""The costs of resources: compared with what is stored, and only the difference written.

In the transaction of the slice's facts, so that they add up to them at every instant. Names of
tables and columns are our own; what is read comes in as rows.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text

from core.costs.resources import OTHERS, Kept, Resources
from core.costs.tables import ABSENT, OTHER
from core.costs.writing import staging
from core.costs.writing.names import Ids
from core.costs.writing.slices import Held, Source
from core.database import Connection, Database

TABLE: Final = "cost_by_day_resource"
IDENTITY: Final = (
    "day",
    "billing_period",
    "scope_id",
    "service_id",
    "region_id",
    "tag_set_id",
    "kind_id",
    "resource_id",
    "currency",
)
VALUES: Final = ("billed", "effective", "list")
_COLUMNS: Final = (*IDENTITY, *VALUES)

# Each of our ids, and the columns of a charge that tell it: a scope may depend on them all.
_TOLD_BY: Final = {
    "scope_id": ("account_id", "labels", "day", "billing_period"),
    "service_id": ("service",),
    "region_id": ("region",),
    "tag_set_id": ("labels",),
    "kind_id": ("charge_category", "source_type"),
}


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows ready to be copied, of the columns of the table; `since`: the first day they are of."""

    rows: pa.Table
    since: date


async def prepared(
    database: Database,
    provider: str,
    resources: Resources | None,
    charges: pa.Table,
    columns: Mapping[str, Ids],
) -> Staged | None:
    """Make a slice's resources ready to be written, if there are any.

    Args:
        database: where.
        provider: of the source.
        resources: the slice's charges by resource.
        charges: its charges.
        columns: their ids.
    """
    if resources is None:
        return None
    ids = await _intern(database, provider, resources.rows)
    return await asyncio.to_thread(_stage, resources, charges, columns, ids)


async def _intern(database: Database, provider: str, rows: pa.Table) -> Mapping[str, int]:
    """Give the ids of resources, keeping those that are new, and until when they are needed.

    In a transaction of its own, in the order of ids, as all names are.
    """
    found = (
        rows.group_by("resource", use_threads=False)
        .aggregate([("resource_name", "max"), ("day", "max")])
        .filter(~pc.field("resource").isin(["", OTHERS]))
        .sort_by("resource")
    )
    parameters = {
        "provider": provider,
        "ids": found["resource"].to_pylist(),
        "names": found["resource_name_max"].to_pylist(),
        "days": found["day_max"].to_pylist(),
    }
    async with database.begin() as tx:
        await tx.execute(text(_KEEP), parameters)
        rows = await tx.execute(text(_FIND), parameters)
        ids = {name: id_ for name, id_ in rows}  # noqa: C416 - rows aren't pairs to mypy
    return ids | {"": ABSENT, OTHERS: OTHER}


_GIVEN: Final = (
    "unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:days AS date[]))"
    " w(resource_id, name, last_day)"
)
# The newest day tells the name. Most are known and young enough: those aren't touched.
_KEEP: Final = (
    "INSERT INTO resources AS r (provider, resource_id, name, last_day)"
    f" SELECT :provider, w.resource_id, w.name, w.last_day FROM {_GIVEN}"
    " LEFT JOIN resources k ON k.provider = :provider AND k.resource_id = w.resource_id"
    " WHERE k.id IS NULL OR k.last_day < w.last_day OR (k.name = '' AND w.name <> '')"
    " ORDER BY w.resource_id ON CONFLICT (provider, resource_id) DO UPDATE SET"
    " last_day = greatest(r.last_day, excluded.last_day),"
    " name = CASE WHEN excluded.name <> '' AND (excluded.last_day > r.last_day OR r.name = '')"
    " THEN excluded.name ELSE r.name END"
)
_FIND: Final = (
    f"SELECT w.resource_id, r.id FROM {_GIVEN}"
    " JOIN resources r ON r.provider = :provider AND r.resource_id = w.resource_id"
)


def _stage(
    resources: Resources,
    charges: pa.Table,
    columns: Mapping[str, Ids],
    ids: Mapping[str, int],
) -> Staged:
    """Make rows of the table: what has an id in the slice's own charges has the same here."""
    rows = resources.rows.filter(pc.field("day") >= resources.since)
    for id_, told_by in _TOLD_BY.items():
        known = pa.table({**{name: charges[name] for name in told_by}, id_: columns[id_]})
        distinct = known.group_by(list(told_by), use_threads=False).aggregate([(id_, "min")])
        distinct = distinct.rename_columns([*told_by, id_])
        rows = rows.join(distinct, list(told_by), use_threads=False)
    encoded = rows["resource"].combine_chunks().dictionary_encode()
    of_resource = np.array([ids[name] for name in encoded.dictionary.to_pylist()], np.int32)
    rows = rows.append_column("resource_id", pa.array(of_resource).take(encoded.indices))
    return Staged(rows.select(list(_COLUMNS)), resources.since)


async def write(tx: Connection, held: Held, staged: Staged | None) -> None:
    """Let the slice hold exactly these rows; None: none, its source names no resources."""
    if staged is None:
        await clear(tx, held)
        return
    columns = ", ".join(_COLUMNS)
    await tx.execute(
        text(
            "CREATE TEMP TABLE staged_resources ON COMMIT DROP AS"
            f" SELECT {columns} FROM {TABLE} LIMIT 0"
        )
    )
    await staging.copy_to(tx, "staged_resources", staged.rows)
    await tx.execute(text(_difference(held)))
    await tx.execute(
        text(
            f"DELETE FROM {TABLE} WHERE ctid = ANY(ARRAY("
            "SELECT place FROM resource_difference WHERE place IS NOT NULL))"
        )
    )
    await tx.execute(
        text(
            f"INSERT INTO {TABLE} (slice_id, {columns})"
            f" SELECT {held.id}, {columns} FROM resource_difference WHERE billed IS NOT NULL"
        )
    )
    await tx.execute(text("DROP TABLE staged_resources, resource_difference"))


def _difference(held: Held) -> str:
    """Rows that differ: new values are null where a row goes, `place` where one comes."""
    identity = ", ".join(f"coalesce(s.{c}, r.{c}) AS {c}" for c in IDENTITY)
    values = ", ".join(f"s.{value}" for value in VALUES)
    same = " AND ".join(f"s.{c} = r.{c}" for c in IDENTITY)
    differs = " OR ".join(f"s.{value} IS DISTINCT FROM r.{value}" for value in VALUES)
    return (
        "CREATE TEMP TABLE resource_difference ON COMMIT DROP AS"
        f" SELECT {identity}, {values}, r.place FROM staged_resources s FULL JOIN"
        f" (SELECT {', '.join(_COLUMNS)}, ctid AS place FROM {TABLE} WHERE slice_id = {held.id}) r"
        f" ON {same} WHERE {differs}"
    )


async def clear(tx: Connection, held: Held) -> None:
    """Drop what is kept of a slice's resources; nothing to do for most."""
    if held.resources_since is not None:
        await tx.execute(text(f"DELETE FROM {TABLE} WHERE slice_id = :id"), {"id": held.id})


async def trim(tx: Connection, source: Source, since: date) -> None:
    """Drop the days before one; all of them, where a source's resources are no longer kept.

    A slice says from which day on its resources are kept: what it holds of them is all of its
    facts' amounts from that day on, and nothing before.
    """
    parameters = {"source": source.id, "since": since}
    if source.resources != Kept.KEPT:
        mine = "SELECT id FROM slices WHERE source_id = :source AND resources_since IS NOT NULL"
        await tx.execute(text(f"DELETE FROM {TABLE} WHERE slice_id IN ({mine})"), parameters)
        await tx.execute(
            text(
                "UPDATE slices SET resources_since = NULL"
                " WHERE source_id = :source AND resources_since IS NOT NULL"
            ),
            parameters,
        )
        return
    moved = await tx.execute(
        text(
            "UPDATE slices SET resources_since = :since"
            " WHERE source_id = :source AND resources_since < :since RETURNING id"
        ),
        parameters,
    )
    if ids := list(moved.scalars()):
        await tx.execute(
            text(f"DELETE FROM {TABLE} WHERE day < :since AND slice_id = ANY(:ids)"),
            {"since": since, "ids": ids},
        )
        await tx.execute(text(_FORGET), {"before": since - _UNDER_WAY})


_UNDER_WAY: Final = timedelta(7)
"""Longer than a slice is on its way between its names' transaction and its own."""
# Sources that aren't synced any more may hold older days.
_FORGET: Final = (
    "DELETE FROM resources WHERE last_day < CAST(:before AS date) AND last_day <"
    f" coalesce((SELECT min(day) FROM {TABLE}), CAST(:before AS date))"
)
