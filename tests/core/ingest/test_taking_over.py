"""Changing over from one of Google's exports to another: month by month, nothing counted twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from core.access.model import OPERATOR
from core.cache import Cache
from core.costs.language.reader import parse_cost_query
from core.costs.left_out import Reason
from core.costs.model import Measure
from core.costs.proving.service import ProofService
from core.costs.service import CostService
from core.costs.writing import taking_over
from core.database import Database
from core.ingest.config import BigQuerySource
from core.ingest.service import IngestService
from core.ingest.taking_over import TakeOverReport
from core.projects.service import ProjectService
from tests.support.bigquery import Emulator, Table
from tests.support.charges import scalar
from tests.support.export import expected, focused, history, line, written
from tests.support.stored import rollups_agree, stored, total

FIRST = date(2026, 9, 24)
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)

type Serving = Callable[..., IngestService]


@pytest.fixture
def serving(fresh_database: Database, bigquery_emulator: Emulator) -> Serving:
    """Make a service of some tables, by the names of their sources."""

    def ingest(**tables: Table) -> IngestService:
        sources = [
            BigQuerySource(name=name.replace("_", "-"), kind="bigquery", table=table.id)
            for name, table in tables.items()
        ]
        projects = ProjectService(fresh_database, lambda: NOW)
        endpoint = bigquery_emulator.endpoint
        return IngestService(
            fresh_database, projects, lambda: NOW, sources, bigquery_endpoint=endpoint
        )

    return ingest


async def synced(service: IngestService) -> None:
    """A sync of everything, which must work."""
    for report in await service.sync(full=True):
        assert report.error is None, report.error
        assert report.matches, report


async def took_over(service: IngestService) -> TakeOverReport:
    report = await service.take_over("gcp-new", "gcp")
    assert report.sync.error is None, report.sync.error
    return report


async def proved(database: Database) -> bool:
    proofs = await ProofService(database, lambda: NOW).reconcile(OPERATOR)
    return bool(proofs) and all(each.proved for each in proofs)


async def answers(database: Database) -> dict[Any, Any]:
    """Every measure by project and service, on both bases."""
    costs = CostService(database, Cache(), lambda: NOW)
    names = await costs.vocabulary(OPERATOR)
    found = {}
    for measure in Measure:
        for days in ("2026-09-01..2026-11-30", "2026-09-01..2026-11-30 invoice"):
            typed = f"all {days} by project, service {measure} top 500"
            query = parse_cost_query(typed, today=NOW.date(), names=names)
            answer = await costs.answer(query, OPERATOR)
            found[measure, days] = (
                {(one.currency, one.amount) for one in answer.totals},
                {(tuple(one.group.values()), one.currency, one.amount) for one in answer.lines},
            )
    return found


@pytest.mark.parametrize(("before", "after"), [("standard", "focus"), ("focus", "detailed")])
async def test_the_same_bill_moves_without_a_trace(
    fresh_database: Database,
    bigquery_emulator: Emulator,
    serving: Serving,
    before: str,
    after: str,
) -> None:
    """Equal totals per measure, project and service, whichever export told them."""
    lines = history(FIRST, 15)

    def table(schema: str) -> Table:
        made = bigquery_emulator.table(schema)
        return written(made, focused(lines) if schema == "focus" else lines)

    old, new = table(before), table(after)
    await synced(serving(gcp=old))
    told = await answers(fresh_database)
    assert all(found for found, _ in told.values())
    report = await took_over(serving(gcp_new=new))
    assert [each.month for each in report.moved] == [SEPTEMBER, OCTOBER]
    assert report.stayed == ()
    assert all(each.before == each.after for each in report.moved)
    assert all(each.restated == 0 for each in report.moved)
    assert "gcp holds no month any more: remove it from sources.toml." in str(report)
    assert await answers(fresh_database) == told
    assert await stored(fresh_database) == expected(lines)
    assert await rollups_agree(fresh_database)
    assert await proved(fresh_database)
    await synced(serving(gcp_new=new))
    assert await stored(fresh_database) == expected(lines)


async def test_the_refusal_names_the_way_out(bigquery_emulator: Emulator, serving: Serving) -> None:
    """Though the old source is in no file any more."""
    lines = {FIRST: [line()]}
    await synced(serving(gcp=written(bigquery_emulator.table("standard"), lines)))
    (report,) = await serving(gcp_new=written(bigquery_emulator.table("detailed"), lines)).sync()
    assert str(report.error).endswith(
        "To change over to the other: cost-tracker sync gcp-new --take-over gcp"
    )


async def test_a_month_that_the_new_export_has_only_in_part_stays(
    fresh_database: Database, bigquery_emulator: Emulator, serving: Serving
) -> None:
    """An export begins some day: what was before is kept, what it has of that month is not."""
    lines = {
        date(2026, 9, 20): [line(cost=1.0, **_on("2026-09-19"))],
        date(2026, 9, 25): [line(cost=2.0, **_on("2026-09-24"))],
        date(2026, 10, 6): [line(cost=4.0, **_on("2026-10-05"))],
    }
    old = written(bigquery_emulator.table("standard"), lines)
    later = {day: held for day, held in lines.items() if day > date(2026, 9, 20)}
    new = written(bigquery_emulator.table("detailed"), later)
    await synced(serving(gcp=old))
    report = await took_over(serving(gcp=old, gcp_new=new))
    assert [each.month for each in report.moved] == [OCTOBER]
    assert report.stayed == ((SEPTEMBER, "gcp-new has nothing of 2026-09-19"),)
    assert await total(fresh_database) == 7
    # Both go on, without counting anything twice, and say what they leave to the other.
    await synced(serving(gcp=old, gcp_new=new))
    assert await total(fresh_database) == 7
    assert await rollups_agree(fresh_database)
    assert await proved(fresh_database)
    states = await CostService(fresh_database, Cache(), lambda: NOW).data_state(OPERATOR)
    left = {
        (state.name, each.billing_period): each.lines
        for state in states
        for each in state.left_out
        if each.reason is Reason.OTHER_SOURCE
    }
    assert left == {("gcp", OCTOBER): 1, ("gcp-new", SEPTEMBER): 1}
    # What comes late to a month of the old one still comes from there.
    more = {date(2026, 11, 2): [line(cost=8.0, **_on("2026-09-24"))]}
    written(old, more)
    written(new, more)
    await synced(serving(gcp=old, gcp_new=new))
    assert await total(fresh_database) == 15


def _on(day: str) -> dict[str, Any]:
    return {
        "usage_start_time": f"{day}T18:00:00Z",
        "export_time": f"{day}T20:00:00Z",
        "invoice": {"month": day[:7].replace("-", "")},
    }


async def test_what_differs_is_restated(
    fresh_database: Database, bigquery_emulator: Emulator, serving: Serving
) -> None:
    """Of days that were published, before and after, as one change."""
    later = {"export_time": "2026-10-20T03:00:00Z"}
    lines = [line(cost=5.0, **later), line(cost=1.0, **later)]
    others = [line(cost=5.25, **later), line(cost=1.0, **later)]
    old = written(bigquery_emulator.table("standard"), {FIRST: lines})
    new = written(bigquery_emulator.table("detailed"), {FIRST: others})
    await synced(serving(gcp=old))
    report = await took_over(serving(gcp_new=new))
    (moved,) = report.moved
    assert (moved.before, moved.after) == ({"USD": Decimal(6)}, {"USD": Decimal("6.25")})
    assert moved.restated == 1
    assert "2026-10 moved from gcp: USD 6 before, 6.25 now, 1 restatement" in str(report)
    (told,) = await CostService(fresh_database, Cache(), lambda: NOW).restatements(OPERATOR)
    assert (told.source, told.before, told.after) == ("gcp-new", Decimal(6), Decimal("6.25"))
    assert await rollups_agree(fresh_database)
    assert await proved(fresh_database)


async def test_stopped_between_months_and_taken_up_again(
    fresh_database: Database,
    bigquery_emulator: Emulator,
    serving: Serving,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whenever it stops, every month is in one of the two, whole."""
    lines = history(FIRST, 15)
    old = written(bigquery_emulator.table("standard"), lines)
    new = written(bigquery_emulator.table("detailed"), lines)
    await synced(serving(gcp=old))
    whole = await total(fresh_database)
    real = taking_over.move

    async def stop_at_october(*args: Any, **how: Any) -> Any:
        if how["month"] == OCTOBER:
            raise RuntimeError("killed")
        return await real(*args, **how)

    monkeypatch.setattr(taking_over, "move", stop_at_october)
    stopped = await serving(gcp_new=new).take_over("gcp-new", "gcp")
    assert stopped.sync.error == "RuntimeError: killed"
    assert await total(fresh_database) == whole
    assert await rollups_agree(fresh_database)
    assert await scalar(fresh_database, "SELECT count(DISTINCT source_id) FROM billing_claims") == 2
    monkeypatch.setattr(taking_over, "move", real)
    report = await took_over(serving(gcp_new=new))
    assert [each.month for each in report.moved] == [OCTOBER]
    assert await stored(fresh_database) == expected(lines)
    assert await rollups_agree(fresh_database)
    again = await took_over(serving(gcp_new=new))
    assert (again.moved, again.stayed) == ((), ())


async def test_an_open_month_moves_though_its_last_days_are_not_in_yet(
    fresh_database: Database, bigquery_emulator: Emulator, serving: Serving
) -> None:
    """Exports arrive at different hours; days that aren't complete yet may be missing."""
    day = NOW.date()
    lines = {
        day - timedelta(6): [line(cost=1.0, **_on("2026-11-15"))],
        day: [line(cost=2.0, **_on("2026-11-22"))],
    }
    old = written(bigquery_emulator.table("standard"), lines)
    new = written(
        bigquery_emulator.table("detailed"), {day - timedelta(6): lines[day - timedelta(6)]}
    )
    await synced(serving(gcp=old))
    report = await took_over(serving(gcp_new=new))
    assert [each.month for each in report.moved] == [date(2026, 11, 1)]
    assert await total(fresh_database) == 1
    written(new, {day: lines[day]})
    await synced(serving(gcp_new=new))
    assert await total(fresh_database) == 3


async def test_what_was_changed_over_holds_up_no_freshness(
    fresh_database: Database, bigquery_emulator: Emulator, serving: Serving
) -> None:
    """It isn't read any more, and is as fresh as what came after it."""
    lines = {FIRST: [line()]}
    await synced(serving(gcp=written(bigquery_emulator.table("standard"), lines)))
    new = written(bigquery_emulator.table("detailed"), lines)
    await took_over(serving(gcp_new=new))
    written(new, {date(2026, 11, 21): [line(export_time="2026-11-21T20:00:00Z")]})
    await synced(serving(gcp_new=new))
    async with fresh_database.read() as connection:
        rows = await connection.execute(
            text("SELECT DISTINCT through, complete_until FROM sources")
        )
        assert len(rows.all()) == 1


async def test_sources_that_have_no_bill_in_common(
    bigquery_emulator: Emulator, serving: Serving
) -> None:
    service = serving(gcp_new=written(bigquery_emulator.table("standard"), {FIRST: [line()]}))
    never = await service.take_over("gcp-new", "nothing")
    assert str(never.sync.error).startswith("No source 'nothing' has been synced.")
    itself = await service.take_over("gcp-new", "gcp-new")
    assert "can't take over" in str(itself.sync.error)
