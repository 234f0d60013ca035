"""What resources cost by FOCUS files, in bounded memory.

A file names its resources in any order, and which of them cost most is known at its end. What
doesn't fit in memory is put aside in files, one for each day, which are then looked at one by
one: days are ranked apart.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

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

    def __init__(self, since: date, *, held: int = _HELD) -> None:
        """Begin with none.

        Args:
            since: days before this one are left alone.
            held: how many rows may be held in memory at a time.
        """
        self._since = since
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
            self._aside = self._aside or _Aside()
            self._aside.put(rows)
            self._rows = []
        else:
            self._rows = [rows]

    def told(self) -> Resources:
        """All that was added."""
        rows = _ADDING.grouped(pa.concat_tables([_ADDING.schema.empty_table(), *self._rows]))
        if self._aside is None:
            return Resources((as_text(chosen(rows), RESOURCES),), self._since)
        self._aside.put(rows)
        return Resources(self._aside, self._since)


class _Aside:
    """Rows in files, by day; gone when nobody needs them any more."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="resources-")
        self._files: defaultdict[date, int] = defaultdict(int)

    def put(self, rows: pa.Table) -> None:
        """Put rows aside."""
        for day in pc.unique(rows["day"]).to_pylist():
            of_day = rows.filter(pc.equal(rows["day"], day))
            path = self._path(day, self._files[day])
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            with pa.ipc.new_file(path, rows.schema, options=options) as file:
                file.write_table(of_day)
            self._files[day] += 1

    def __iter__(self) -> Iterator[pa.Table]:
        """The rows of each day, added up and chosen."""
        for day, files in sorted(self._files.items()):
            parts = [pa.ipc.open_file(self._path(day, n)).read_all() for n in range(files)]
            yield as_text(chosen(_ADDING.grouped(pa.concat_tables(parts))), RESOURCES)

    def _path(self, day: date, number: int) -> str:
        return str(Path(self._folder.name) / f"{day}.{number}")


def chosen(rows: pa.Table) -> pa.Table:
    """Rows with only those resources apart that cost most in the measure `cost`.

    They are ranked among those of their account and labels, day, service and currency.

    Args:
        rows: added up, of the columns of `core.costs.charges.RESOURCES`, amounts as numbers.
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
    keep = pc.or_(pa.array(apart[code] < EACH), pc.equal(rows["resource"], ""))
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
