"""What resources cost by FOCUS files, in bounded memory.

A file names its resources in any order, and which of them cost most is known at its end. What
doesn't fit in memory is put aside in files, one for each day, which are then looked at one by
one: days are ranked apart.
"""

import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.costs.charges import RESOURCES
from core.costs.model import PROMOTION
from core.costs.resources import EACH, OTHERS, Resources
from core.ingest.sources.focus_sums import KNOWN, Adding, as_text, codes, with_numbers

_HELD: Final = 100_000
_RANKED: Final = ("day", "account_id", "labels", "service", "currency")
_ADDING: Final = Adding(
    with_numbers(RESOURCES),
    [(name, "sum", KNOWN) for name in ("billed", "effective", "list")],
    ["resource_name"],
)


class ByResource:
    """Adds up the charges of young days by resource."""

    def __init__(self, since: date, *, held: int = _HELD, each: int = EACH) -> None:
        """Begin with none.

        Args:
            since: days before this one are left alone.
            held: how many rows may be held in memory at a time.
            each: how many resources are told apart, of an account's day and service.
        """
        self._since = since
        self._each = each
        self._most = held
        self._rows: list[pa.Table] = []
        self._aside: _Aside | None = None

    def add(self, batch: pa.Table) -> None:
        """Add a batch of a file's rows, of the columns of `focus_sums.CHARGED` and resources."""
        young = batch.filter(pc.greater_equal(batch["day"].cast(pa.date32()), self._since))
        self._rows.append(_ADDING.grouped(young))
        if sum(map(len, self._rows)) <= self._most:
            return
        rows = _ADDING.grouped(pa.concat_tables(self._rows))
        if len(rows) > self._most // 2:
            self._aside = self._aside or _Aside(self._each)
            self._aside.put(rows)
            self._rows = []
        else:
            self._rows = [rows]

    def told(self) -> Resources:
        """All that was added."""
        rows = _ADDING.grouped(pa.concat_tables([_ADDING.schema.empty_table(), *self._rows]))
        if self._aside is None:
            return Resources((as_text(chosen(rows, self._each), RESOURCES),), self._since)
        self._aside.put(rows)
        return Resources(self._aside, self._since)


class _Aside:
    """Rows in files without a name, one for each day: gone when nobody needs them any more."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._stack = ExitStack()
        self._files: dict[date, IO[bytes]] = {}
        self._writers: dict[date, pa.ipc.RecordBatchStreamWriter] = {}
        weakref.finalize(self, self._stack.close)

    def put(self, rows: pa.Table) -> None:
        """Put rows aside."""
        for day in pc.unique(rows["day"]).to_pylist():
            self._writer(day, rows.schema).write_table(rows.filter(pc.equal(rows["day"], day)))

    def _writer(self, day: date, schema: pa.Schema) -> Any:
        if day not in self._writers:
            self._files[day] = self._stack.enter_context(TemporaryFile())  # noqa: SIM115  # so it is
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writers[day] = pa.ipc.new_stream(self._files[day], schema, options=options)
        return self._writers[day]

    def __iter__(self) -> Iterator[pa.Table]:
        """The rows of each day, added up and chosen; nothing can be put to them any more."""
        for writer in self._writers.values():
            writer.close()
        for _, file in sorted(self._files.items()):
            file.seek(0)
            rows = _ADDING.grouped(pa.ipc.open_stream(file).read_all())
            yield as_text(chosen(rows, self._each), RESOURCES)


def chosen(rows: pa.Table, each: int) -> pa.Table:
    """Rows with only those resources apart that cost most in the measure `cost`.

    They are ranked among those of their account and labels, day, service and currency.

    Args:
        rows: added up, of the columns of `core.costs.charges.RESOURCES`, amounts as numbers.
        each: how many of them.
    """
    if not len(rows):
        return rows
    _, first, code = np.unique(
        codes(rows, (*_RANKED, "resource")), return_index=True, return_inverse=True
    )
    nothing = pa.scalar(0, rows.schema.field("effective").type)
    cost = pa.table({"code": code, "cost": pc.if_else(_in_cost(rows), rows["effective"], nothing)})
    summed = cost.group_by("code", use_threads=False).aggregate([("cost", "sum")]).sort_by("code")
    apart = _places(
        codes(rows, _RANKED)[first], summed["cost_sum"], rows["resource"].take(pa.array(first))
    )
    keep = pc.or_(pa.array(apart[code] < each), pc.equal(rows["resource"], ""))
    made = {
        "resource": pc.if_else(keep, rows["resource"], OTHERS),
        "resource_name": pc.if_else(keep, rows["resource_name"], ""),
    }
    columns = [made.get(name, rows[name]) for name in rows.column_names]
    return _ADDING.grouped(pa.Table.from_arrays(columns, schema=rows.schema))


def _in_cost(rows: pa.Table) -> Any:
    promotion = pc.and_(
        pc.equal(rows["charge_category"], "Credit"), pc.equal(rows["source_type"], PROMOTION)
    )
    return pc.invert(pc.or_(pc.equal(rows["charge_category"], "Tax"), promotion))


def _places(groups: Any, cost: pa.ChunkedArray, names: pa.ChunkedArray) -> Any:
    """The place of each resource in its group: 0 costs most, of none comes last."""
    table = pa.table({"group": groups, "none": pc.equal(names, ""), "cost": cost, "name": names})
    order = pc.sort_indices(
        table,
        [("group", "ascending"), ("none", "ascending"), ("cost", "descending"),
         ("name", "ascending")],
    ).to_numpy()  # fmt: skip
    ordered = groups[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    lengths = np.diff(np.append(starts, len(ordered)))
    places = np.empty(len(ordered), np.int64)
    places[order] = np.arange(len(ordered)) - np.repeat(starts, lengths)
    return places
