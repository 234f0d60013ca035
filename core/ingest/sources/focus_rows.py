"""Rows of a billing file, as the mapping has them: a batch in, a batch of charges out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.ingest.errors import BadValueError, MixedProvidersError
from core.ingest.sources import focus_columns as mapping
from core.ingest.sources.focus_columns import (
    AMOUNTS,
    CATEGORY,
    DAYS,
    KIND,
    PROVIDER,
    RESOURCES,
    TAGS,
    TEXTS,
    Column,
)
from core.ingest.sources.focus_files import NULLS, Batches, wanted
from core.ingest.sources.focus_sums import EXACT

_TEXT: Final = pa.string()
_DAY: Final = pa.date32()
SMALLEST: Final = Decimal("1e-38")
"""Noise of binary numbers may reach below any price; nobody wrote it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are read, and what is kept of them.

    `provider`: theirs, in our words; `chosen`: it was configured, so lines of other clouds are
    another source's. `period`: only rows of this billing period; None: all. `resources`: with
    the resource that each is of.
    """

    provider: str
    chosen: bool
    labels: tuple[str, ...]
    period: date | None = None
    resources: bool = False


class BadCellError(ValueError):
    """A value can't be read: which, in which row of its batch, and why."""

    def __init__(self, row: int, value: object, why: str) -> None:
        super().__init__(why)
        self.row, self.value, self.why = row, value, why


def columns(item: Wanted) -> tuple[Column, ...]:
    """The columns that rows are made of."""
    provider = Column(PROVIDER.name, PROVIDER.focus, required=not item.chosen)
    tags = (TAGS,) if item.labels else ()
    resources = RESOURCES if item.resources else ()
    return (*DAYS, *TEXTS, *AMOUNTS, *KIND, provider, *tags, *resources)


def charges(file: Batches, item: Wanted) -> Iterator[pa.Table]:
    """The charges of a file, batch by batch, of the columns of `focus_sums.CHARGED`.

    Raises:
        BadValueError: with the file, the line and the column.
        MissingColumnError: the file lacks a required column.
        MixedProvidersError: there are lines of another cloud, and none was chosen.
    """
    names = wanted(file, columns(item))
    label_set = mapping.labels(item.labels)
    row = 0
    for batch in file.read(list(dict.fromkeys(names.values()))):
        yield _Batch(file, item, batch, names=names, label_set=label_set, row=row).charges()
        row += len(batch)


class _Batch:
    """One batch on its way: `row` is the number of its first."""

    def __init__(
        self,
        file: Batches,
        item: Wanted,
        rows: pa.RecordBatch,
        *,
        names: Mapping[str, str],
        label_set: Callable[[str | None], str],
        row: int,
    ) -> None:
        self._file, self._item, self._rows = file, item, rows
        self._names, self._label_set, self._row = names, label_set, row

    def charges(self) -> pa.Table:
        """Its rows as charges."""
        mine = self._mine()
        made: dict[str, Any] = {}
        for column, read_day in zip(DAYS, (mapping.day, mapping.month), strict=True):
            made[column.name] = self._mapped(column, read_day, _DAY)
        for column in (*TEXTS, *(RESOURCES if self._item.resources else ())):
            read = mapping.currency if column.name == "currency" else mapping.text
            made[column.name] = self._mapped(column, read, _TEXT)
        for column in AMOUNTS:
            made[column.name] = self._amount(column)
        made["charge_category"], made["source_type"] = self._kinds()
        made["labels"] = self._labels()
        made["lines"] = pa.repeat(pa.scalar(1, pa.int64()), len(self._rows))
        return pa.table(made).filter(self._asked(mine, made["billing_period"]))

    def _asked(self, mine: pa.Array | None, periods: pa.DictionaryArray) -> pa.Array:
        asked = pa.repeat(pa.scalar(value=True), len(self._rows)) if mine is None else mine
        if self._item.period is None:
            return asked
        return pc.and_(asked, pc.equal(periods.dictionary_decode(), self._item.period))

    def _mine(self) -> pa.Array | None:
        """Which rows are of the source's provider; None: all."""
        column = self._column(PROVIDER.name)
        if column is None:
            return None
        encoded = _encoded(column)
        told = [mapping.provider(name) for name in encoded.dictionary.to_pylist()]
        others = [known not in {None, self._item.provider} for known in told]
        if not any(others):
            return None
        if not self._item.chosen:
            raise mixed(self._file, [self._item.provider, *(p for p in told if p)])
        return pc.invert(pa.array(others, pa.bool_()).take(encoded.indices))

    def _column(self, name: str) -> pa.Array | None:
        return self._rows.column(self._names[name]) if name in self._names else None

    def _mapped(
        self, column: Column, change: Callable[[str | None], Any], kind: pa.DataType
    ) -> pa.DictionaryArray:
        """A column with its distinct values changed; '' throughout where there is none."""
        values = self._column(column.name)
        if values is None:
            return _repeated("", len(self._rows))
        try:
            return mapped(values, change, kind, filled=column.filled)
        except BadCellError as error:
            raise self._bad(column, error) from None

    def _amount(self, column: Column) -> pa.Array:
        values = self._column(column.name)
        if values is None:
            return pa.nulls(len(self._rows), EXACT)
        try:
            return exact(values, filled=column.filled)
        except BadCellError as error:
            raise self._bad(column, error) from None

    def _kinds(self) -> tuple[pa.DictionaryArray, pa.DictionaryArray]:
        parts = [self._mapped(column, mapping.text, _TEXT) for column in KIND]
        codes, combinations = combined(parts)
        kinds = [mapping.kind(*values) for values in combinations]
        if (missing := next((n for n, k in enumerate(kinds) if not k[0]), None)) is not None:
            row = int(np.argmax(codes == missing))
            raise self._bad(CATEGORY, BadCellError(row, None, ""))
        return (
            distinct(codes, [category for category, _ in kinds], _TEXT),
            distinct(codes, [source_type for _, source_type in kinds], _TEXT),
        )

    def _labels(self) -> pa.DictionaryArray:
        keys = self._item.labels
        column = self._column(TAGS.name)
        if not keys or column is None:
            return _repeated("{}", len(self._rows))
        if not pa.types.is_map(column.type):
            return self._mapped(TAGS, self._label_set, _TEXT)
        parts = [_encoded(pc.map_lookup(column, pa.scalar(key), "first")) for key in keys]
        codes, combinations = combined(parts)
        sets = [
            mapping.label_set({k: v for k, v in zip(keys, values, strict=True) if v is not None})
            for values in combinations
        ]
        return distinct(codes, sets, _TEXT)

    def _bad(self, column: Column, error: BadCellError) -> BadValueError:
        return _bad_value(self._file, self._names[column.name], self._row, error)


def periods(file: Batches) -> frozenset[date]:
    """The billing periods of a file's rows, as its one column tells.

    Raises:
        BadFileError: one of its kinds.
    """
    column = DAYS[1]
    (own,) = wanted(file, [column]).values()
    found: set[date] = set()
    row = 0
    for batch in file.read([own]):
        try:
            months = mapped(batch.column(0), mapping.month, _DAY, filled=True)
        except BadCellError as error:
            raise _bad_value(file, own, row, error) from None
        found |= set(months.dictionary.to_pylist())
        row += len(batch)
    return frozenset(found)


def _bad_value(file: Batches, own: str, row: int, error: BadCellError) -> BadValueError:
    said = "has no value" if error.value is None else f"{str(error.value)[:60]!r} {error.why}"
    return BadValueError(
        f"{file.where}, {file.place(row + error.row)}, {own}: {said}.",
        fix="Correct the file or have it exported again; nothing of it was stored.",
    )


def mixed(file: Batches, providers: Sequence[str]) -> MixedProvidersError:
    """There are lines of several clouds."""
    names = sorted(set(providers))
    return MixedProvidersError(
        f"{file.where}: there are charges of {' and '.join(names)}.",
        fix=f"List a source for each in sources.toml, with provider = {names[0]!r} and so on.",
    )


def mapped(
    column: pa.Array,
    change: Callable[[str | None], Any],
    kind: pa.DataType,
    *,
    filled: bool = False,
) -> pa.DictionaryArray:
    """A column with each of its distinct values changed; values alike afterwards are one.

    Raises:
        BadCellError: a value can't be changed, or is missing where every row must have one.
    """
    encoded = _encoded(column)
    values = []
    for n, value in enumerate(encoded.dictionary.to_pylist()):
        try:
            made = change(value)
        except ValueError as error:
            raise BadCellError(_first(encoded, n), value, str(error)) from None
        if filled and made in {"", None} and _first(encoded, n) >= 0:
            raise BadCellError(_first(encoded, n), None, "")
        values.append(made)
    return distinct(encoded.indices.to_numpy(), values, kind)


def distinct(codes: Any, values: Sequence[Any], kind: pa.DataType) -> pa.DictionaryArray:
    """An array of values by number, none of them twice in its dictionary."""
    numbers: dict[Any, int] = {}
    positions = [numbers.setdefault(value, len(numbers)) for value in values]
    indices = np.array(positions, np.int32)[codes] if positions else np.zeros(0, np.int32)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(numbers), kind))


def combined(parts: Sequence[pa.DictionaryArray]) -> tuple[Any, list[tuple[Any, ...]]]:
    """The distinct combinations of columns' values, and for each row the number of its own."""
    codes = np.zeros(len(parts[0]), np.int64)
    for part in parts:
        codes = codes * max(len(part.dictionary), 1) + part.indices.to_numpy()
        _, codes = np.unique(codes, return_inverse=True)
    _, first = np.unique(codes, return_index=True)
    rows = [part.take(pa.array(first)).to_pylist() for part in parts]
    return codes, list(zip(*rows, strict=True))


def exact(column: pa.Array, *, filled: bool = False) -> pa.Array:
    """Amounts as decimals, none of them rounded; binary numbers as the decimals they print as.

    Raises:
        BadCellError: a value is no number, has no room, or is missing.
    """
    decimals = _decimals(column)
    if filled and decimals.null_count:
        raise BadCellError(pc.index(pc.is_null(decimals), value=True).as_py(), None, "")
    return decimals


def texts(column: pa.Array) -> pa.Array:
    """Any column as text."""
    return column if column.type == _TEXT else pc.cast(column, _TEXT)


def _decimals(column: pa.Array) -> pa.Array:
    try:
        return pc.cast(column if pa.types.is_decimal(column.type) else texts(column), EXACT)
    except pa.ArrowInvalid:
        values = texts(column).to_pylist()
        binary = pa.types.is_floating(column.type)
        return pa.array([_decimal(row, v, binary=binary) for row, v in enumerate(values)], EXACT)


def _decimal(row: int, value: str | None, *, binary: bool) -> Decimal | None:
    said = "" if value is None else value.strip()
    if said in NULLS:
        return None
    try:
        number = Decimal(said)
    except ArithmeticError:
        raise BadCellError(row, value, "is not a number") from None
    if not number.is_finite():
        raise BadCellError(row, value, "is not a number")
    try:
        with localcontext(prec=EXACT.precision):
            number = number.quantize(SMALLEST) if binary else number
        pa.scalar(number, EXACT)
    except (ArithmeticError, pa.ArrowInvalid):
        raise BadCellError(row, value, "has too many digits") from None
    return number


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return texts(column).dictionary_encode(null_encoding="encode")


def _first(encoded: pa.DictionaryArray, number: int) -> int:
    found: int = pc.index(encoded.indices, number).as_py()
    return found


def _repeated(value: str, times: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(times, np.int32), pa.array([value]))
