"""Lines that are not among the charges, or tell less than they should, are counted and shown."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from core.access.model import OPERATOR
from core.cache import Cache
from core.costs.left_out import LeftOut, Reason
from core.costs.listings import SourceState
from core.costs.service import CostService
from core.database import Database
from core.ingest.config import BigQuerySource, FocusSource
from core.ingest.model import SyncReport
from core.ingest.service import IngestService
from core.projects.service import ProjectService
from tests.support.bigquery import Emulator
from tests.support.export import focused, line, written
from tests.support.focus import NOVEMBER, Deliveries, some, write
from tests.support.focus import line as focus_line
from tests.support.focus import source as focus_source
from tests.support.stored import total

DAY = date(2026, 10, 6)
OCTOBER, JULY = date(2026, 10, 1), date(2026, 7, 1)
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)

STRANGE = [
    line(cost=1.0),
    line(cost=2.0, cost_type="novel"),
    line(cost=4.0, cost_type="novel", currency=None),
    line(cost=8.0, usage_start_time=None, invoice={"month": "202607"}),
    line(cost=16.0, invoice={"month": "soon"}),
]
COUNTED = (
    LeftOut(JULY, Reason.NO_DAY, 1),
    LeftOut(OCTOBER, Reason.NO_BILLING_PERIOD, 1),
    LeftOut(OCTOBER, Reason.NO_CURRENCY, 1),
    LeftOut(OCTOBER, Reason.UNKNOWN_KIND, 2),
)


async def synced(
    database: Database,
    source: BigQuerySource | FocusSource,
    emulator: Emulator | None = None,
    *,
    now: datetime = NOW,
    prune: bool = False,
) -> SyncReport:
    """The report of a sync that worked."""
    endpoint = emulator.endpoint if emulator else None
    projects = ProjectService(database, lambda: now)
    ingest = IngestService(database, projects, lambda: now, [source], bigquery_endpoint=endpoint)
    (report,) = await ingest.sync(full=True, prune=prune)
    assert report.error is None
    return report


async def state(database: Database) -> SourceState:
    """What is known of the only source."""
    (found,) = await CostService(database, Cache(), lambda: NOW).data_state(OPERATOR)
    return found


async def test_lines_that_cant_be_mapped_are_kept_and_counted(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """In what the sync says, and for as long as the slice holds them."""
    table = written(bigquery_emulator.table("standard"), {DAY: STRANGE})
    source = BigQuerySource(name="gcp", kind="bigquery", table=table.id)
    report = await synced(fresh_database, source, bigquery_emulator)
    assert report.left_out == COUNTED
    assert report.matches
    assert await total(fresh_database) == 31
    assert "2 lines of an unknown kind, counted as usage, 1 line without a currency" in str(report)
    assert report.as_dict()["left_out"][0] == {  # type: ignore[index]  # a list, for JSON
        "billing_period": "2026-07",
        "reason": "no_day",
        "kept": True,
        "lines": 1,
    }
    newest_first = sorted(COUNTED, key=lambda each: (each.billing_period != OCTOBER, each.reason))
    assert (await state(fresh_database)).left_out == tuple(newest_first)
    assert (await synced(fresh_database, source, bigquery_emulator)).left_out == ()
    assert (await state(fresh_database)).left_out == tuple(newest_first)


async def test_a_slice_that_is_read_anew_or_goes_takes_its_count_with_it(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    table = written(bigquery_emulator.table("standard"), {DAY: STRANGE[:2]})
    source = BigQuerySource(name="gcp", kind="bigquery", table=table.id)
    await synced(fresh_database, source, bigquery_emulator)
    table.delete(DAY)
    written(table, {DAY: [line(cost=1.0)], DAY + timedelta(1): STRANGE[:2]})
    await synced(fresh_database, source, bigquery_emulator)
    assert (await state(fresh_database)).left_out == (LeftOut(OCTOBER, Reason.UNKNOWN_KIND, 1),)
    table.delete(DAY + timedelta(1))
    await synced(fresh_database, source, bigquery_emulator, prune=True)
    assert (await state(fresh_database)).left_out == ()


async def test_the_focus_export_is_counted_alike(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """A category that FOCUS doesn't know is mapped if Google's own cost type is known."""
    (lines,) = focused({DAY: [line(cost=1.0), line(cost=2.0, cost_type="novel")]}).values()
    known, novel = (dict(one, ChargeCategory="Novel") for one in lines)
    nothing = {**known, "BillingCurrency": "", "BillingPeriodStart": None}
    table = written(bigquery_emulator.table("focus"), {DAY: [known, novel, nothing]})
    source = BigQuerySource(name="gcp", kind="bigquery", table=table.id)
    report = await synced(fresh_database, source, bigquery_emulator)
    assert [(each.reason, each.lines) for each in report.left_out] == [
        (Reason.NO_BILLING_PERIOD, 1),
        (Reason.NO_CURRENCY, 1),
        (Reason.UNKNOWN_KIND, 1),
    ]


async def test_lines_of_other_clouds_are_left_out_and_counted(
    fresh_database: Database, tmp_path: Path
) -> None:
    """Where a source is held to one; of a kind that isn't known, only one's own count."""
    lines = [
        focus_line(),
        focus_line(ChargeCategory="Novel"),
        focus_line(ProviderName="Microsoft", ChargeCategory="Novel"),
    ]
    write(tmp_path / "2026-10" / "a.csv", lines)
    report = await synced(fresh_database, focus_source(tmp_path, provider="aws"))
    assert {(each.reason, each.lines) for each in report.left_out} == {
        (Reason.OTHER_PROVIDER, 1),
        (Reason.UNKNOWN_KIND, 1),
    }
    assert "1 line left out: of another cloud" in str(report)


async def test_what_is_still_being_written_is_known_until_it_is_whole(
    fresh_database: Database, tmp_path: Path
) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, some(OCTOBER, seed=1))
    deliveries.aws(NOVEMBER, some(NOVEMBER, seed=2), parts=3)
    lost = deliveries.files[-1].rename(tmp_path / "lost")
    source = focus_source(tmp_path)
    await synced(fresh_database, source)
    (first,) = (await state(fresh_database)).unfinished
    assert (first.key, first.since) == ("2026-11", NOW)
    assert first.why.endswith("which isn't there")
    later = NOW + timedelta(hours=1)
    await synced(fresh_database, source, now=later)
    assert (await state(fresh_database)).unfinished == (first,)
    lost.rename(deliveries.files[-1])
    await synced(fresh_database, source, now=later)
    assert (await state(fresh_database)).unfinished == ()
