"""A slice on its way in: from Arrow columns to a temporary table shaped like the facts."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import MAX_PREC, Decimal, localcontext
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from sqlalchemy import text

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

_CHUNK: Final = 1 << 20
_ROOM: Final = 1 << 62

# In this order sorting for the rollups costs next to nothing, and what is asked for together
# lies together: an account's days.
_ORDER: Final = (
    "scope_id",
    "day",
    "service_id",
    "kind_id",
    "billing_period",
    "currency",
    "sku_id",
    "region_id",
    "tag_set_id",
    "billing_account_id",
    "invoice_id",
    "unit",
)


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows ready to be copied, as CSV. `days`: those that have rows, in order."""

    body: pa.Buffer
    days: tuple[date, ...]


def stage(charges: pa.Table, ids: Mapping[str, npt.NDArray[np.int32]]) -> Staged:
    """Write a slice's rows as facts. Takes a while: not for the event loop's own thread."""
    facts = pa.table({name: ids[name] if name in ids else charges[name] for name in FACT})
    days = sorted(pc.unique(facts["day"]).to_pylist())
    codes = _codes(facts)
    order = np.argsort(codes)
    facts = _added_up(facts.take(order), codes[order])
    sink = pa.BufferOutputStream()
    csv.write_csv(facts, sink, csv.WriteOptions(include_header=False))
    return Staged(sink.getvalue(), tuple(days))


def _codes(facts: pa.Table) -> npt.NDArray[np.int64]:
    """A number for each row: equal where the whole identity is, and in the order of `_ORDER`."""
    codes, room = np.zeros(len(facts), dtype=np.int64), 1
    for name in _ORDER:
        indices, count = _indices(facts[name].combine_chunks())
        if room * count > _ROOM:
            distinct, codes = np.unique(codes, return_inverse=True)
            room = len(distinct)
        codes, room = codes * count + indices, room * count
    return codes


def _indices(column: pa.Array) -> tuple[npt.NDArray[np.int64], int]:
    """Small numbers in place of a column's values, and how many there may be."""
    if pa.types.is_string(column.type):
        encoded = column.dictionary_encode()
        return encoded.indices.to_numpy().astype(np.int64), max(len(encoded.dictionary), 1)
    numbers = column.cast(pa.int32()).to_numpy().astype(np.int64)
    if not len(numbers):
        return numbers, 1
    numbers -= numbers.min()
    return numbers, int(numbers.max()) + 1


def _added_up(facts: pa.Table, codes: npt.NDArray[np.int64]) -> pa.Table:
    """Make one row of neighbours with the same identity; an unknown value adds nothing."""
    same = codes[1:] == codes[:-1]
    if not same.any():
        return facts
    first = np.concatenate(([True], ~same))
    group = np.cumsum(first) - 1
    repeated = np.isin(group, group[1:][same])
    rows = facts.filter(pa.array(repeated)).to_pylist()
    sums = [_sum(list(same_rows)) for _, same_rows in groupby(rows, itemgetter(*IDENTITY))]
    return pa.concat_tables(
        [facts.filter(pa.array(~repeated)), pa.Table.from_pylist(sums, facts.schema)]
    )


def _sum(rows: list[dict[str, Any]]) -> dict[str, Any]:
    summed = dict(rows[0])
    for value in VALUES:
        known = [row[value] for row in rows if row[value] is not None]
        if value == "lines":
            summed[value] = sum(known)
        elif known:
            with localcontext(prec=MAX_PREC):
                summed[value] = format(sum(map(Decimal, known), start=Decimal(0)), "f")
    return summed


async def copy(tx: Connection, staged: Staged) -> None:
    """Fill the temporary table `staged`, which lasts until the transaction's end."""
    columns = ", ".join(FACT)
    await tx.execute(
        text(
            f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {columns} FROM charge_daily LIMIT 0"
        )
    )
    raw = await tx.get_raw_connection()
    driver = raw.driver_connection
    await driver.copy_to_table("staged", source=_chunks(staged.body), columns=FACT, format="csv")


async def _chunks(body: pa.Buffer) -> AsyncGenerator[bytes]:
    for start in range(0, body.size, _CHUNK):
        yield body.slice(start, min(_CHUNK, body.size - start)).to_pybytes()


async def drop(tx: Connection) -> None:
    """Drop the temporary tables now: a transaction inside a savepoint may hold two slices."""
    await tx.execute(text("DROP TABLE IF EXISTS staged, difference, delta"))
