"""Whatever a folder goes through between syncs, in the end all is as if it had been loaded once."""

import gzip
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.costs.slices import Replaced
from core.database import Database
from core.ingest.config import FocusSource
from core.ingest.model import Silent, SyncReport
from core.ingest.service import IngestService
from core.projects.service import ProjectService
from tests.support.charges import comparable, facts
from tests.support.focus import (
    NOVEMBER,
    NOW,
    OCTOBER,
    SEPTEMBER,
    Deliveries,
    Line,
    expected,
    some,
    source,
    text,
    write,
    written,
)
from tests.support.stored import rollups_agree

MONTHS = (SEPTEMBER, OCTOBER, NOVEMBER)
STEPS = ("deliver", "deliver", "repeat", "half", "vanish", "sync", "sync", "late", "killed")


class _UndoError(Exception):
    """Ends an example's transaction."""


class _KilledError(Exception):
    """Ends a sync in its middle."""


@dataclass
class Export:
    """A folder of billing periods, as one who writes it sees it."""

    folder: Path
    run: int = 0
    meant: dict[date, list[Line]] = field(default_factory=dict)
    """What there is once everything is written to its end, by month."""
    versions: list[list[str]] = field(default_factory=list)
    """Every month as it was to be, each time."""

    def __post_init__(self) -> None:
        self.deliveries = Deliveries(self.folder, NOW - timedelta(days=20))

    def deliver(self, month: date, lines: list[Line], parts: int) -> None:
        """Write a month, to its end."""
        self.run += 1
        self._write(month, lines, parts)
        self.meant[month] = lines
        self.versions += [comparable(expected(whole)) for whole in self.meant.values()]

    def half(self, month: date, lines: list[Line], parts: int) -> None:
        """Write a month, and stop before its end; what was there is there no more, or unread."""
        self.run += 1
        self._write(month, lines, parts)
        self._damage()
        self.meant[month] = lines

    def vanish(self, month: date) -> None:
        """Remove all of a month."""
        for path in [*self.folder.rglob("*")]:
            if path.is_dir() and any(name in path.name for name in self._names(month)):
                shutil.rmtree(path, ignore_errors=True)
        self.meant.pop(month, None)

    def _write(self, month: date, lines: list[Line], parts: int) -> None:
        self.deliveries.aws(month, lines, parts=parts)

    def _damage(self) -> None:
        self.deliveries.files[-1].unlink()

    def _names(self, month: date) -> Sequence[str]:
        return (f"{month:%Y-%m}",)


class Runs(Export):
    """Azure's: a snapshot a run; one that lacks a part leaves the run before as it was."""

    def _write(self, month: date, lines: list[Line], parts: int) -> None:
        self.deliveries.azure(month, lines, run=self.run, end=("csv", "parquet")[parts % 2])

    def _names(self, month: date) -> Sequence[str]:
        return (f"{month:%Y%m}01-",)


class Plain(Export):
    """Gzipped files in folders named by month; one that is cut short is bad."""

    def _write(self, month: date, lines: list[Line], parts: int) -> None:
        self.vanish(month)
        self.deliveries.files = [
            write(self.folder / f"{month:%Y-%m}/{n}.csv.gz", lines[n::parts]) for n in range(parts)
        ]
        self._dated()

    def _damage(self) -> None:
        path = self.deliveries.files[-1]
        path.write_bytes(path.read_bytes()[:-9])
        self._dated()

    def _dated(self) -> None:
        for path in self.deliveries.files:
            written(path, self.deliveries.at)
        self.deliveries.at += timedelta(hours=3)


class Mixed(Export):
    """One file of all months, written anew at each delivery."""

    def _write(self, month: date, lines: list[Line], parts: int) -> None:  # noqa: ARG002  # one file
        self._write_all({**self.meant, month: lines})

    def vanish(self, month: date) -> None:
        """The file is written without it."""
        if month in self.meant and len(self.meant) > 1:
            super().vanish(month)
            self._write_all(self.meant)
            self.versions += [comparable(expected(whole)) for whole in self.meant.values()]

    def _write_all(self, months: dict[date, list[Line]]) -> None:
        lines = [one for each in months.values() for one in each]
        path = self.folder / "all.csv.gz"
        path.write_bytes(gzip.compress(text(lines).encode()))
        self.deliveries.files = [written(path, self.deliveries.at)]
        self.deliveries.at += timedelta(hours=3)

    def _damage(self) -> None:
        path = self.deliveries.files[-1]
        path.write_bytes(path.read_bytes()[:-9])
        written(path, self.deliveries.at)
        self.deliveries.at += timedelta(hours=3)


class Late(Silent):
    """Something is delivered after a sync has looked and before it reads."""

    def __init__(self, export: Export, month: date, lines: list[Line]) -> None:
        self._delivery = (month, lines, 2)
        self._export = export

    def listed(self, source: str, slices: int, changed: int, scan: int) -> None:  # noqa: ARG002  # of the protocol
        """Deliver."""
        self._export.deliver(*self._delivery)


class Killed(Silent):
    """A sync ends after its first slice."""

    def replaced(self, source: str, key: str, outcome: Replaced, rows: int) -> None:  # noqa: ARG002  # of the protocol
        """End."""
        raise _KilledError


@pytest.mark.parametrize("kind", [Export, Runs, Plain, Mixed])
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(STEPS),
            st.sampled_from(MONTHS),
            st.integers(1, 4),
            st.integers(1, 3),
        ),
        min_size=1,
        max_size=9,
    )
)
async def test_any_interleaving_ends_as_loading_the_final_state_once(
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
    kind: type[Export],
    steps: list[tuple[str, date, int, int]],
) -> None:
    """Months changed, late, vanished, half written, repeated; syncs that are cut off."""
    export = kind(tmp_path_factory.mktemp("export"))
    export.deliver(OCTOBER, some(OCTOBER, 6), 1)
    config = source(export.folder, provider="aws")
    with suppress(_UndoError):
        async with database.begin():
            for step, month, seed, parts in steps:
                lines = some(month, 4 * seed, seed=seed)
                match step:
                    case "deliver":
                        export.deliver(month, lines, parts)
                    case "repeat":
                        export.deliver(month, export.meant.get(month, lines), parts)
                    case "half":
                        export.half(month, lines, parts)
                    case "vanish":
                        export.vanish(month)
                    case "sync":
                        await synced(database, config)
                    case "late":
                        await synced(database, config, Late(export, month, lines))
                    case "killed":
                        await synced(database, config, Killed())
                await is_of_whole_months(database, export)
            await ends_well(database, config, export)
            raise _UndoError


async def is_of_whole_months(database: Database, export: Export) -> None:
    """What is stored of a month was all there was of it, once."""
    stored = await facts(database)
    for month in MONTHS:
        held = comparable(row for row in stored if row["billing_period"] == month)
        assert not held or held in export.versions
    assert await rollups_agree(database)


async def ends_well(database: Database, config: FocusSource, export: Export) -> None:
    """Everything is written to its end, read, and what is gone is pruned."""
    for month, lines in list(export.meant.items()):
        export.deliver(month, lines, 2)
    if not export.meant:
        export.deliver(OCTOBER, some(OCTOBER, 6), 1)
    report = await synced(database, config, prune=True)
    assert (report.error, report.unfinished, report.matches) == (None, (), True)
    wanted = [one for lines in export.meant.values() for one in lines]
    assert comparable(await facts(database)) == comparable(expected(wanted))
    assert await rollups_agree(database)
    again = await synced(database, config)
    assert (again.changed, again.restated) == (0, 0)


async def synced(
    database: Database,
    config: FocusSource,
    progress: Silent | None = None,
    *,
    prune: bool = False,
) -> SyncReport:
    """The report of a sync, which may have failed."""
    service = IngestService(database, ProjectService(database, lambda: NOW), lambda: NOW, [config])
    (report,) = await service.sync(prune=prune, progress=progress)
    return report
