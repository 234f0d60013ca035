"""Whatever an export table goes through between syncs, in the end all is as loaded once."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.costs.slices import Replaced
from core.database import Database
from core.ingest.config import BigQuerySource
from core.ingest.model import Silent, SyncReport
from core.ingest.service import IngestService
from core.projects.service import ProjectService
from tests.support.bigquery import Emulator
from tests.support.export import expected, history, written
from tests.support.focus import NOW
from tests.support.stored import rollups_agree, stored

FIRST = date(2026, 9, 28)
DAYS = [FIRST + timedelta(n) for n in (0, 1, 2, 9)]
"""The last is far enough from the first that a sync which isn't full doesn't look at it."""


class _UndoError(Exception):
    """Ends an example's transaction."""


class _KilledError(Exception):
    """Ends a sync in its middle."""


class Killed(Silent):
    """A sync ends after its first slice."""

    def replaced(self, source: str, key: str, outcome: Replaced, rows: int) -> None:  # noqa: ARG002  # of the protocol
        """End."""
        raise _KilledError


def exported(day: date, seed: int) -> list[Any]:
    """Some lines of a partition; what is exported later says so, as Google's does."""
    at = f"{day}T23:{seed // 60:02}:{seed % 60:02}Z"
    return [{**one, "export_time": at} for one in history(day, 1, each=4, seed=seed)[day]]


STEPS: st.SearchStrategy[tuple[str, list[date]]] = st.one_of(
    st.tuples(st.just("insert"), st.lists(st.sampled_from(DAYS), min_size=1, max_size=3)),
    st.tuples(st.just("vanish"), st.lists(st.sampled_from(DAYS), min_size=1, max_size=1)),
    st.tuples(st.sampled_from(["sync", "full", "killed", "pruned"]), st.just([])),
)


@settings(
    max_examples=7,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, min_size=2, max_size=6))
async def test_any_interleaving_ends_as_loading_the_final_state_once(
    database: Database, bigquery_emulator: Emulator, steps: list[tuple[str, list[date]]]
) -> None:
    """Partitions that grow late, vanish and come back; syncs repeated and cut off."""
    table = bigquery_emulator.table("standard")
    source = BigQuerySource(name="gcp", kind="bigquery", table=table.id)
    lines: dict[date, list[Any]] = {}

    def insert(days: list[date], seed: int) -> None:
        more = {day: exported(day, seed + n) for n, day in enumerate(days)}
        written(table, more)
        for day, of_day in more.items():
            lines[day] = [*lines.get(day, ()), *of_day]

    async def synced(progress: Silent | None = None, **how: Any) -> SyncReport:
        projects = ProjectService(database, lambda: NOW)
        service = IngestService(
            database, projects, lambda: NOW, [source], bigquery_endpoint=bigquery_emulator.endpoint
        )
        (report,) = await service.sync(progress=progress, **how)
        return report

    insert([FIRST], 0)
    with suppress(_UndoError):
        async with database.begin():
            for number, (step, days) in enumerate(steps, 1):
                match step:
                    case "insert":
                        insert(days, 10 * number)
                    case "vanish":
                        table.delete(days[0])
                        lines.pop(days[0], None)
                    case "killed":
                        await synced(Killed())
                    case _:
                        await synced(full=step == "full", prune=step == "pruned")
                assert await rollups_agree(database)
            if not lines:
                insert([FIRST], 1)
            report = await synced(prune=True)
            assert (report.error, report.unfinished, report.matches) == (None, (), True)
            assert await stored(database) == expected(lines)
            assert await rollups_agree(database)
            again = await synced(full=True)
            assert (again.changed, again.restated) == (0, 0)
            raise _UndoError
