"""Adding up rows that are alike, exactly: decimals of 38 places before and after the point.

Arrow adds decimals as whole numbers. A value that has no room in this type is refused when it
is read, not rounded, and no sum that a bill can come to leaves it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.costs.charges import CHARGES

EXACT: Final = pa.decimal256(76, 38)

_AMOUNTS: Final = ("billed", "effective", "list", "contracted", "quantity")
_BESIDE: Final = ("account_name", "service_category", "sku_name")
_VALUES: Final = (*_AMOUNTS, "lines")
_KEYS: Final = tuple(n for n in CHARGES.names if n not in {*_BESIDE, *_VALUES})
_ROOM: Final = 1 << 62
_HELD: Final = 50_000

# A list price is known of a day's charges only if it is of each; a quantity as far as it is.
_ALL: Final = pc.ScalarAggregateOptions(skip_nulls=False)
_KNOWN: Final = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)
_SUMS: Final = [
    *((name, "sum", _KNOWN if name == "quantity" else _ALL) for name in _AMOUNTS),
    ("lines", "sum"),
]

ROWS: Final = pa.schema(
    [pa.field(f.name, EXACT if f.name in _AMOUNTS else f.type, f.name in _AMOUNTS) for f in CHARGES]
)
"""`core.costs.charges.CHARGES` with amounts as numbers."""


def added_up(batches: Iterable[pa.Table]) -> pa.Table:
    """Add up rows that are alike; what is held is the result and a bounded number of rows.

    Args:
        batches: rows of the columns of `ROWS`; texts may be dictionary encoded.
    """
    held: list[pa.Table] = []
    rows, allowed = 0, _HELD
    for batch in batches:
        held.append(_grouped(batch))
        rows += len(held[-1])
        if rows > allowed:
            held = [_grouped(pa.concat_tables(held))]
            rows = len(held[0])
            allowed = rows + max(rows, _HELD)
    if not held:
        return ROWS.empty_table()
    return held[0] if len(held) == 1 else _grouped(pa.concat_tables(held))


def charges(rows: pa.Table) -> pa.Table:
    """What was added up, as `core.costs.charges` has it: amounts as plain text."""
    columns = [plain(rows[n]) if n in _AMOUNTS else rows[n] for n in CHARGES.names]
    return pa.Table.from_arrays(columns, schema=CHARGES)


def plain(amounts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals in plain notation, without the zeros at their end."""
    texts = pc.cast(amounts, pa.string())
    powers = pc.fill_null(pc.match_substring(texts, "E"), fill_value=False)
    if pc.any(powers).as_py():
        few = [format(value, "f") for value in amounts.filter(powers).to_pylist()]
        texts = pc.replace_with_mask(texts.combine_chunks(), powers.combine_chunks(), few)
    return pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")


def _grouped(rows: pa.Table) -> pa.Table:
    if not len(rows):
        return ROWS.empty_table()
    codes = {"code": _codes(rows), "row": np.arange(len(rows))}
    values = {name: rows[name] for name in _VALUES}
    sums = (
        pa.table({**codes, **values})
        .group_by("code", use_threads=False)
        .aggregate([("row", "min"), *_SUMS])
    )
    # Names beside identities are those of the first row that has one.
    first = sums["row_min"]
    columns = [
        sums[f"{name}_sum"] if name in _VALUES else _decoded(rows[name], first)
        for name in ROWS.names
    ]
    return pa.Table.from_arrays(columns, schema=ROWS)


def _decoded(column: pa.ChunkedArray, rows: pa.ChunkedArray) -> pa.ChunkedArray:
    taken = column.take(rows)
    return taken.cast(taken.type.value_type) if pa.types.is_dictionary(taken.type) else taken


def _codes(rows: pa.Table) -> npt.NDArray[np.int64]:
    """A number for each row, equal where the rows are alike."""
    codes, room = np.zeros(len(rows), dtype=np.int64), 1
    for indices, count in _encoded(rows):
        if room * count > _ROOM:
            distinct, codes = np.unique(codes, return_inverse=True)
            room = len(distinct)
        codes, room = codes * count + indices, room * count
    return codes


def _encoded(rows: pa.Table) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    for name in _KEYS:
        column = rows[name].combine_chunks()
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        if (count := len(encoded.dictionary)) > 1:
            yield encoded.indices.to_numpy().astype(np.int64), count
