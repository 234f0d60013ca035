"""Keeps the sample in BigQuery up to yesterday, and its totals in a file beside it."""

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sandbox.bigquery import Warehouse
from sandbox.sample.charge import PACIFIC, Charge
from sandbox.sample.generate import charges, first_day
from sandbox.sample.late import late, late_in_month, left_running
from sandbox.sample.totals import Totals, counted

_TAKEN_IN_BY_DAY: Final = 35
"""Days: enough for the product to learn when a day is complete.

So the first sync has fifty slices to write, not six hundred.
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A sample that was made, not yet loaded; `rows`: of an export that holds nothing yet."""

    start: date
    through: date
    charges: Sequence[Charge]
    totals: Totals
    extra: Sequence[Charge] = ()
    rows: bytes = b""


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """The sample of one demo."""

    folder: Path

    @property
    def totals(self) -> Path:
        """The totals of what is loaded: what the product's answers must come to."""
        return self.folder / "totals.json"

    @property
    def _state(self) -> Path:
        return self.folder / "sample.json"

    @property
    def _extra(self) -> Path:
        return self.folder / "late.json"

    def through(self) -> date | None:
        """Return the last day of what is loaded."""
        return _read_day(self._state, "through")

    def is_current(self) -> bool:
        """Return whether it holds all it should: everything up to yesterday, Pacific time."""
        through = self.through()
        return through is not None and through >= _yesterday()

    def is_synced(self) -> bool:
        """Return whether the product has read what is loaded."""
        return self._synced.exists() and self._synced.read_text() == self._loaded()

    def mark_synced(self) -> None:
        """Note that the product has read what is loaded."""
        self._synced.write_text(self._loaded())

    @property
    def _synced(self) -> Path:
        return self.folder / "synced"

    def _loaded(self) -> str:
        return f"{self.through()} {len(self.extra())}"

    def making(self) -> Future[Made]:
        """Begin to make it, in another thread."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="sample")
        make = self._make if self.through() else self._make_new
        future = pool.submit(make, _yesterday())
        pool.shutdown(wait=False)
        return future

    def _make(self, through: date) -> Made:
        start = _read_day(self._state, "start") or first_day(through)
        totals = Totals()
        return Made(start, through, list(counted(charges(start, through), totals)), totals)

    def _make_new(self, through: date) -> Made:
        """Make it with what an empty export is filled with."""
        from sandbox.sample.export import export, parquet  # noqa: PLC0415 - pyarrow

        made = self._make(through)
        recent = through - timedelta(_TAKEN_IN_BY_DAY)
        extra = left_running(through, datetime.now(UTC))
        rows = parquet(export(made.charges, moved=recent), export(extra, extra=True))
        return replace(made, extra=extra, rows=rows)

    def load(self, made: Made, warehouse: Warehouse) -> int:
        """Add to the export what it doesn't hold yet; return how many rows that were."""
        from sandbox.sample.export import export, parquet  # noqa: PLC0415 - pyarrow

        held = warehouse.held()
        if held and held.first != made.start:  # a start that was ended before it wrote its state
            self._state.write_text(json.dumps({"start": held.first.isoformat()}))
            made = self._make(made.through)
        missing = [one for one in made.charges if held is None or one.exported > held.exported]
        if held is None:
            made = made if made.rows else self._make_new(made.through)
            self._keep(made.extra)  # first: what is loaded must be known, however this is ended
            warehouse.append(made.rows)
        elif missing:
            warehouse.append(parquet(export(missing)))
        for charge in self.extra():
            made.totals.add(charge)
        made.totals.write(self.totals)
        state = {"start": made.start.isoformat(), "through": made.through.isoformat()}
        self._state.write_text(json.dumps(state))
        return len(missing)

    def extra(self) -> list[Charge]:
        """Return the rows that are no part of the story: a test left running, what came late."""
        if not self._extra.exists():
            return []
        return [
            Charge(**row | {"day": date.fromisoformat(row["day"]), "credits": _credits(row)})
            for row in json.loads(self._extra.read_text())
        ]

    def add_late(self, warehouse: Warehouse) -> list[Charge]:
        """Add rows that come late, about days already published; return them."""
        through = self.through() or _yesterday()
        return self._add(warehouse, late(through, datetime.now(UTC), number=len(self.extra())))

    def add_late_month(self, warehouse: Warehouse) -> list[Charge]:
        """Add rows that come late, about the month before; return them."""
        through = self.through() or _yesterday()
        return self._add(warehouse, late_in_month(through, datetime.now(UTC)))

    def _add(self, warehouse: Warehouse, added: list[Charge]) -> list[Charge]:
        from sandbox.sample.export import export, parquet  # noqa: PLC0415 - pyarrow

        before = self.extra()
        warehouse.append(parquet(export(added, extra=True)))
        self._keep((*before, *added))
        totals = Totals.read(self.totals)
        for charge in added:
            totals.add(charge)
        totals.write(self.totals)
        return added

    def _keep(self, extra: Sequence[Charge]) -> None:
        rows = [one._asdict() | {"day": one.day.isoformat()} for one in extra]
        self._extra.write_text(json.dumps(rows))


def _credits(row: dict[str, list[list[int]]]) -> tuple[tuple[int, int], ...]:
    return tuple((number, amount) for number, amount in row["credits"])


def _read_day(file: Path, name: str) -> date | None:
    if not file.exists():
        return None
    text = json.loads(file.read_text()).get(name)
    return date.fromisoformat(text) if text else None


def _yesterday() -> date:
    return datetime.now(PACIFIC).date() - timedelta(1)
