"""The costs of resources: compared with what is stored, and only the difference written.

In the transaction of the slice's facts, so that they add up to them at every instant. Names of
tables and columns are our own; what is read comes in as rows.
"""

import asyncio
from collections.abc import Iterable, Mapping
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

type Known = Mapping[str, pa.Table]
"""For each of our ids, the columns that tell it, and the id."""

# Each of our ids, and the columns of a charge that tell it: a scope may depend on them all.
_TOLD_BY: Final = {
    "scope_id": ("account_id", "labels", "day", "billing_period"),
    "service_id": ("service",),
    "region_id": ("region",),
    "tag_set_id": ("labels",),
    "kind_id": ("charge_category", "source_type"),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A slice's resources whose names have ids; `known`: the ids that its own charges have."""

    provider: str
    parts: Iterable[pa.Table]
    since: date
    known: Known


async def prepare(
    database: Database,
    provider: str,
    resources: Resources | None,
    charges: pa.Table,
    columns: Mapping[str, Ids],
) -> Prepared | None:
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
    for part in resources.parts:
        await _keep_names(database, provider, part)
    known = await asyncio.to_thread(_known_by, charges, columns)
    return Prepared(provider, resources.parts, resources.since, known)


async def _keep_names(database: Database, provider: str, part: pa.Table) -> None:
    """Keep the resources that are new, and until when they are needed.

    In transactions of their own, in the order of ids, as all names are.
    """
    found = (
        part.group_by("resource", use_threads=False)
        .aggregate([("resource_name", "max"), ("day", "max")])
        .filter(~pc.field("resource").isin(["", OTHERS]))
    )
    parameters = {
        "provider": provider,
        "ids": found["resource"].to_pylist(),
        "names": found["resource_name_max"].to_pylist(),
        "days": found["day_max"].to_pylist(),
    }
    async with database.begin() as tx:
        await tx.execute(text(_KEEP), parameters)


# The newest day tells the name. Most are known and young enough: those aren't touched.
_KEEP: Final = (
    "INSERT INTO resources AS r (provider, resource_id, name, last_day)"
    " SELECT :provider, w.resource_id, w.name, w.last_day"
    " FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:days AS date[]))"
    " w(resource_id, name, last_day)"
    " LEFT JOIN resources k ON k.provider = :provider AND k.resource_id = w.resource_id"
    " WHERE k.id IS NULL OR k.last_day < w.last_day OR (k.name = '' AND w.name <> '')"
    " ORDER BY w.resource_id ON CONFLICT (provider, resource_id) DO UPDATE SET"
    " last_day = greatest(r.last_day, excluded.last_day),"
    " name = CASE WHEN excluded.name <> '' AND (excluded.last_day > r.last_day OR r.name = '')"
    " THEN excluded.name ELSE r.name END"
)


async def write(tx: Connection, held: Held, resources: Prepared | None) -> None:
    """Let the slice hold exactly these; None: nothing, its source's resources aren't kept."""
    if resources is None:
        await clear(tx, held)
        return
    columns = ", ".join(_COLUMNS)
    await tx.execute(
        text(
            "CREATE TEMP TABLE staged_resources ON COMMIT DROP AS"
            f" SELECT {columns} FROM {TABLE} LIMIT 0"
        )
    )
    for part in resources.parts:
        ids = await _ids(tx, resources.provider, part)
        rows = await asyncio.to_thread(_staged, part, resources, ids)
        await staging.copy_to(tx, "staged_resources", rows)
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


async def _ids(tx: Connection, provider: str, part: pa.Table) -> Mapping[str, int]:
    statement = text(
        "SELECT resource_id, id FROM resources WHERE provider = :provider"
        " AND resource_id = ANY(CAST(:ids AS text[]))"
    )
    names = pc.unique(part["resource"]).to_pylist()
    rows = await tx.execute(statement, {"provider": provider, "ids": names})
    found = {name: id_ for name, id_ in rows}  # noqa: C416 - rows aren't pairs to mypy
    return found | {"": ABSENT, OTHERS: OTHER}


def _known_by(charges: pa.Table, columns: Mapping[str, Ids]) -> Known:
    """Which ids a slice's own charges have: what is alike has the same as a resource's."""
    found = {}
    for id_, told_by in _TOLD_BY.items():
        told = pa.table({**{name: charges[name] for name in told_by}, id_: columns[id_]})
        distinct = told.group_by(list(told_by), use_threads=False).aggregate([(id_, "min")])
        found[id_] = distinct.rename_columns([*told_by, id_])
    return found


def _staged(part: pa.Table, resources: Prepared, ids: Mapping[str, int]) -> pa.Table:
    """Rows of the table, but for the slice: of days whose facts are held."""
    rows = part.filter(pc.field("day") >= resources.since)
    for id_, told_by in _TOLD_BY.items():
        rows = rows.join(resources.known[id_], list(told_by), join_type="inner", use_threads=False)
    encoded = rows["resource"].combine_chunks().dictionary_encode()
    of_resource = np.array([ids[name] for name in encoded.dictionary.to_pylist()], np.int32)
    rows = rows.append_column("resource_id", pa.array(of_resource).take(encoded.indices))
    return rows.select(list(_COLUMNS))


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
