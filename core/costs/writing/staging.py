"""A slice on its way in: from Arrow columns to a temporary table shaped like the facts."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
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

from core.costs.codes import combined
from core.costs.writing import facts
from core.costs.writing.facts import FACT, IDENTITY, VALUES
from core.database import Connection

_TEXTS: Final = ("invoice_id", "currency", "unit")
_OFTEN_CONSTANT: Final = ("billing_period", "billing_account_id", *_TEXTS)
_CHUNK: Final = 1 << 15

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
    """Rows ready to be copied: facts by `_ORDER`. `days`: those that have rows, in order."""

    rows: pa.Table
    days: tuple[date, ...]


def stage(charges: pa.Table, ids: Mapping[str, npt.NDArray[np.int32]]) -> Staged:
    """Make facts of a slice's rows. Takes a while: not for the event loop's own thread."""
    rows = pa.table({name: ids[name] if name in ids else charges[name] for name in FACT})
    days = sorted(pc.unique(rows["day"]).to_pylist())
    codes = _codes(rows)
    order = np.argsort(codes)
    return Staged(_added_up(rows.take(order), codes[order]), tuple(days))


def _codes(rows: pa.Table) -> npt.NDArray[np.int64]:
    """A number for each row: equal where the whole identity is, and in the order of `_ORDER`."""
    return combined((_indices(rows[name].combine_chunks()) for name in _ORDER), len(rows))


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


def _added_up(rows: pa.Table, codes: npt.NDArray[np.int64]) -> pa.Table:
    """Make one row of neighbours with the same identity; an unknown value adds nothing."""
    same = codes[1:] == codes[:-1]
    if not same.any():
        return rows
    repeated = np.concatenate((same, [False])) | np.concatenate(([False], same))
    equal = groupby(rows.filter(pa.array(repeated)).to_pylist(), itemgetter(*IDENTITY))
    sums = [_sum(list(group)) for _, group in equal]
    return pa.concat_tables(
        [rows.filter(pa.array(~repeated)), pa.Table.from_pylist(sums, rows.schema)]
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
    constants = _constants(staged.rows)
    await facts.make_staged(tx, constants)
    await copy_to(tx, "staged", staged.rows.drop_columns(list(constants)))


async def copy_to(tx: Connection, table: str, rows: pa.Table) -> None:
    """Copy rows into a table that has columns of their names."""
    raw = await tx.get_raw_connection()
    driver: Any = raw.driver_connection
    await driver.copy_to_table(
        table,
        source=_encoded(rows),
        columns=rows.column_names,
        format="csv",
        force_not_null=[name for name in _TEXTS if name in rows.column_names] or None,
    )


def _constants(rows: pa.Table) -> dict[str, object]:
    """Columns with one value: it is told once instead of in every row."""
    return {
        name: rows[name][0].as_py()
        for name in _OFTEN_CONSTANT
        if len(rows) and pc.count_distinct(rows[name]).as_py() == 1
    }


async def _encoded(rows: pa.Table) -> AsyncGenerator[pa.Buffer]:
    """Chunks of CSV, each written in a thread while the server reads the one before."""
    upcoming: asyncio.Task[pa.Buffer] | None = None
    try:
        for batch in rows.to_batches(max_chunksize=_CHUNK):
            ready, upcoming = upcoming, asyncio.create_task(asyncio.to_thread(_csv, batch))
            if ready is not None:
                yield await ready
        if upcoming is not None:
            yield await upcoming
    finally:
        if upcoming is not None:
            await upcoming


def _csv(batch: pa.RecordBatch) -> pa.Buffer:
    """CSV, quoted only if something in it needs that: amounts never do, and they are most."""
    with suppress(pa.ArrowInvalid):
        return _written(batch, "none")
    return _written(batch, "needed")


def _written(batch: pa.RecordBatch, quoting: str) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    options = csv.WriteOptions(include_header=False, quoting_style=quoting)
    csv.write_csv(batch, sink, options)
    return sink.getvalue()
