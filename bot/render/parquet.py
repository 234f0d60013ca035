"""A FOCUS export as Parquet: exact decimals, instants in UTC, row groups of bounded size.

Imported on use: pyarrow is not part of an idle process.
"""

import io
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from core.costs.exporting.columns import COLUMNS, Holds
from core.costs.exporting.export import Survey
from core.errors import InvalidError

_GROUP: Final = 50_000
_DIGITS: Final = 38
_PLACES: Final = 18

_NAMES: Final = [column.name for column in COLUMNS]
_TEXTS: Final = pa.schema([(name, pa.string()) for name in _NAMES])
_READ: Final = csv.ConvertOptions(
    column_types=_TEXTS,
    null_values=[""],
    strings_can_be_null=True,
    quoted_strings_can_be_null=False,
)


class TooManyDigitsError(InvalidError):
    """Amounts have more digits than Parquet has room for."""


class Parquet:
    """A file in the making: rows come in as CSV, and bytes of the file go out."""

    def __init__(self, survey: Survey) -> None:
        self._schema = schema(survey)
        self._out = _Out()
        self._file = pq.ParquetWriter(self._out, self._schema)
        self._held: list[pa.Table] = []
        self._begun = False

    def part(self, rows: bytes | None) -> bytes:
        """What some rows add to the file, or, of None, its end."""
        if rows is not None:
            self._held.append(_read(rows if self._begun else rows.partition(b"\n")[2]))
            self._begun = True
        if rows is None or sum(map(len, self._held)) >= _GROUP:
            self._write()
        if rows is None:
            self._file.close()
        return self._out.taken()

    def _write(self) -> None:
        group = [table for table in self._held if len(table)]
        self._held.clear()
        if group:
            rows = pa.concat_tables(group).cast(self._schema)
            self._file.write_table(rows, row_group_size=len(rows))


def schema(survey: Survey) -> pa.Schema:
    """The columns' types.

    Raises:
        TooManyDigitsError: there is no decimal that has room for every amount.
    """
    types = {
        Holds.AMOUNT: _decimal(survey),
        Holds.COUNT: pa.int64(),
        Holds.TIME: pa.timestamp("us", "UTC"),
    }
    return pa.schema([(c.name, types.get(c.holds, pa.string())) for c in COLUMNS])


def _decimal(survey: Survey) -> pa.DataType:
    """18 places, so that files are alike from month to month; more where an amount needs them.

    Never more than 38 digits: few readers know wider decimals.
    """
    places = max(survey.places, _PLACES if survey.whole + _PLACES <= _DIGITS else 0)
    if survey.whole + places <= _DIGITS:
        return pa.decimal128(_DIGITS, places)
    raise TooManyDigitsError(
        f"Amounts have up to {survey.whole} digits before the point and {survey.places} after it; "
        f"decimals in Parquet that all readers know have {_DIGITS} in all.",
        fix="Write CSV instead, which has room for every digit.",
    )


def _read(rows: bytes) -> pa.Table:
    if not rows:
        return _TEXTS.empty_table()
    options = csv.ReadOptions(use_threads=False, column_names=_NAMES, block_size=len(rows) + 1)
    parsing = csv.ParseOptions(newlines_in_values=True)
    return csv.read_csv(pa.BufferReader(rows), options, parsing, _READ)


class _Out(io.RawIOBase):
    """What is written is taken away, piece by piece; places in the file count on."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """What was written since it was taken last."""
        part = b"".join(self._parts)
        self._parts.clear()
        return part
