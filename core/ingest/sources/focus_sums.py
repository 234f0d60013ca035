"""Adding up rows that are alike, exactly: decimals of 38 places before and after the point.

Arrow adds decimals as whole numbers. A value that has no room in this type is refused when it
is read, not rounded, and no sum that a bill can come to leaves it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.costs.charges import CHARGES
from core.costs.codes import combined

EXACT: Final = pa.decimal256(76, 38)

_AMOUNTS: Final = ("billed", "effective", "list", "contracted", "quantity")
_BESIDE: Final = ("account_name", "service_category", "sku_name")
_HELD: Final = 50_000

# A list price is known of a day's charges only if it is of each; a quantity as far as it is.
_ALL: Final = pc.ScalarAggregateOptions(skip_nulls=False)
KNOWN: Final = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)


def with_numbers(schema: pa.Schema) -> pa.Schema:
    """A schema of `core.costs.charges` with its amounts as numbers."""
    return pa.schema(
        [
            pa.field(f.name, EXACT if f.name in _AMOUNTS else f.type, f.name in _AMOUNTS)
            for f in schema
        ]
    )


@dataclass(frozen=True, slots=True)
class Adding:
    """How rows become those of `schema`: alike but for `beside` and `sums`, they are one.

    `sums`: the aggregations of columns that are added. `beside`: of those the first row's counts.
    """

    schema: pa.Schema
    sums: Sequence[tuple[Any, ...]]
    beside: Sequence[str]

    def grouped(self, rows: pa.Table) -> pa.Table:
        """Add up rows that are alike; columns may be dictionary encoded, more than are needed."""
        if not len(rows):
            return self.schema.empty_table()
        values = [name for name, *_ in self.sums]
        keys = [n for n in self.schema.names if n not in {*values, *self.beside}]
        numbered = {"code": codes(rows, keys), "row": np.arange(len(rows))}
        sums = (
            pa.table({**numbered, **{name: rows[name] for name in values}})
            .group_by("code", use_threads=False)
            .aggregate([("row", "min"), *self.sums])
        )
        first = sums["row_min"]
        columns = [
            sums[f"{name}_sum"] if name in values else _decoded(rows[name], first)
            for name in self.schema.names
        ]
        return pa.Table.from_arrays(columns, schema=self.schema)


CHARGED: Final = Adding(
    with_numbers(CHARGES),
    [
        *((name, "sum", KNOWN if name == "quantity" else _ALL) for name in _AMOUNTS),
        ("lines", "sum"),
    ],
    _BESIDE,
)
"""Charges as `core.costs.charges.CHARGES` has them, with amounts as numbers."""


def added_up(batches: Iterable[pa.Table]) -> pa.Table:
    """Add up rows that are alike; what is held is the result and a bounded number of rows.

    Args:
        batches: rows of the columns of `CHARGED`; texts may be dictionary encoded.
    """
    held: list[pa.Table] = []
    rows, allowed = 0, _HELD
    for batch in batches:
        held.append(CHARGED.grouped(batch))
        rows += len(held[-1])
        if rows > allowed:
            held = [CHARGED.grouped(pa.concat_tables(held))]
            rows = len(held[0])
            allowed = rows + max(rows, _HELD)
    if not held:
        return CHARGED.schema.empty_table()
    return held[0] if len(held) == 1 else CHARGED.grouped(pa.concat_tables(held))


def as_text(rows: pa.Table, schema: pa.Schema = CHARGES) -> pa.Table:
    """What was added up, as `core.costs.charges` has it: amounts as plain text."""
    columns = [plain(rows[n]) if n in _AMOUNTS else rows[n] for n in schema.names]
    return pa.Table.from_arrays(columns, schema=schema)


def plain(amounts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals in plain notation, without the zeros at their end."""
    texts = pc.cast(amounts, pa.string())
    powers = pc.fill_null(pc.match_substring(texts, "E"), fill_value=False)
    if pc.any(powers).as_py():
        few = [format(value, "f") for value in amounts.filter(powers).to_pylist()]
        texts = pc.replace_with_mask(texts.combine_chunks(), powers.combine_chunks(), few)
    return pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")


def _decoded(column: pa.ChunkedArray, rows: pa.ChunkedArray) -> pa.ChunkedArray:
    taken = column.take(rows)
    return taken.cast(taken.type.value_type) if pa.types.is_dictionary(taken.type) else taken


def codes(rows: pa.Table, keys: Sequence[str]) -> npt.NDArray[np.int64]:
    """A number for each row, equal where the rows are alike in some columns."""
    return combined(_encoded(rows, keys), len(rows))


def _encoded(rows: pa.Table, keys: Sequence[str]) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    for name in keys:
        column = rows[name].combine_chunks()
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        if (count := len(encoded.dictionary)) > 1:
            yield encoded.indices.to_numpy().astype(np.int64), count
