"""Progress of a sync on the terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from core.costs.slices import Replaced
from core.ingest.model import SyncReport
from core.sizes import size


class SyncProgress:
    """A bar a source, of the slices to be read; what a scan will cost, before it does."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._rows: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def listed(self, source: str, slices: int, changed: int, scan: int) -> None:
        """Show what is about to be read."""
        told = f"of {slices} slices, scanning {size(scan)}"
        self._tasks[source] = self._bars.add_task(source, total=changed, told=told)
        self._rows[source] = 0

    def replaced(self, source: str, key: str, outcome: Replaced, rows: int) -> None:
        """Move the bar on."""
        self._rows[source] += rows
        told = f"{key} {outcome}, {self._rows[source]:,} rows"
        self._bars.update(self._tasks[source], advance=1, told=told)

    def finished(self, report: SyncReport) -> None:
        """Leave the bar as it is; the report is printed after it."""
