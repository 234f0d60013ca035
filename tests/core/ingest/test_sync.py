"""The sync: whatever happens to it, what is stored is what the export says, to the digit."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.access.model import OPERATOR
from core.costs.slices import Replaced
from core.costs.writing import sources as stored_sources
from core.database import Database
from core.findings import Finding
from core.ingest.config import BigQuerySource
from core.ingest.errors import NoSourcesError, UnknownSourceError
from core.ingest.model import SyncReport
from core.projects.service import ProjectService
from tests.core.ingest.syncing import FIRST, NOW, ingest, source, synced
from tests.support.bigquery import Emulator
from tests.support.charges import scalar
from tests.support.export import Export, expected, history, line, project, tags, written
from tests.support.stored import rollups_agree, stored


async def test_a_first_sync_stores_the_export_to_the_digit(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """Facts, rollups and the proof; and a project of every account, none for the rest."""
    lines = history(FIRST, 15)
    table = written(bigquery_emulator.table("detailed"), lines)
    service = ingest(fresh_database, bigquery_emulator, source(table, labels=["team", "env"]))
    report = await synced(service)
    assert await stored(fresh_database) == expected(lines, ["team", "env"])
    assert await rollups_agree(fresh_database)
    assert (report.seen, report.changed, report.written) == (15, 15, 15)
    assert (report.matches, report.mismatched, report.restated) == (True, (), 0)
    assert str(report).startswith("gcp: 15 of 15 slices changed, 15 written from ")
    assert "matches the export" in str(report)
    slugs = [p.slug for p in await ProjectService(fresh_database, lambda: NOW).list(OPERATOR)]
    assert slugs == ["checkout", "data", "search"]


async def test_a_second_sync_has_nothing_to_do(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    lines = history(FIRST, 12)
    table = written(bigquery_emulator.table("standard"), lines)
    service = ingest(fresh_database, bigquery_emulator, source(table))
    await synced(service)
    held = await stored(fresh_database)
    again = await synced(service)
    # From seven days before the newest slice on.
    assert (again.seen, again.changed, again.rows) == (8, 0, 0)
    assert str(again).startswith("gcp: 0 of 8 slices changed, matches the export (")
    assert (await synced(service, full=True)).seen == 12
    assert await stored(fresh_database) == held


async def test_late_lines_and_corrections_are_taken_in(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """They come in later partitions, and into a partition that was read already."""
    lines = history(FIRST, 8)
    table = written(bigquery_emulator.table("standard"), lines)
    service = ingest(fresh_database, bigquery_emulator, source(table))
    await synced(service)
    last, after = FIRST + timedelta(7), FIRST + timedelta(8)
    export_time = {"export_time": "2026-10-03T00:00:00Z", "invoice": {"month": "202611"}}
    more = {
        last: [line(cost=3.3, **export_time)],
        after: [line(cost=-40.0, **export_time), line(cost=38.5, **export_time)],
    }
    written(table, more)
    report = await synced(service)
    assert (report.changed, report.written) == (2, 2)
    assert await stored(fresh_database) == expected(merged(lines, more))
    assert await rollups_agree(fresh_database)


def merged(*exports: Export) -> Export:
    days = sorted({day for export in exports for day in export})
    return {day: [one for export in exports for one in export.get(day, ())] for day in days}


async def test_an_old_partition_that_changed_is_seen_by_a_full_sync_only(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    lines = history(FIRST, 12)
    table = written(bigquery_emulator.table("standard"), lines)
    service = ingest(fresh_database, bigquery_emulator, source(table))
    await synced(service)
    more = {FIRST: [line(export_time="2026-11-01T00:00:00Z")]}
    written(table, more)
    assert (await synced(service)).changed == 0
    assert (await synced(service, since=FIRST + timedelta(1))).changed == 0
    assert (await synced(service, full=True)).changed == 1
    assert await stored(fresh_database) == expected(merged(lines, more))


async def test_other_labels_are_read_from_all_slices(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    lines = history(FIRST, 12)
    table = written(bigquery_emulator.table("standard"), lines)
    await synced(ingest(fresh_database, bigquery_emulator, source(table)))
    report = await synced(ingest(fresh_database, bigquery_emulator, source(table, labels=["team"])))
    assert report.changed == 12
    assert await stored(fresh_database) == expected(lines, ["team"])
    assert await rollups_agree(fresh_database)


async def test_a_slice_that_vanished_is_kept_and_marked(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """A partition may expire; what it cost was real. Only pruning deletes it."""
    lines = history(FIRST, 3)
    table = written(bigquery_emulator.table("standard"), lines)
    service = ingest(fresh_database, bigquery_emulator, source(table))
    await synced(service)
    table.delete(FIRST)
    await synced(service, full=True)
    assert await stored(fresh_database) == expected(lines)
    slices = await stored_sources.stored_slices(fresh_database, "gcp")
    assert [item.archived for _, item in sorted(slices.items())] == [True, False, False]
    assert (await synced(service, prune=True)).pruned == 1
    del lines[FIRST]
    assert await stored(fresh_database) == expected(lines)
    assert await rollups_agree(fresh_database)


async def test_two_at_once_end_in_the_same_rows(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """Slices that share days and scopes, replaced by both at the same time."""
    lines = history(FIRST, 12)
    table = written(bigquery_emulator.table("standard"), lines)
    other = await Database.connect(fresh_database.url)
    try:
        reports = await asyncio.gather(
            synced(ingest(fresh_database, bigquery_emulator, source(table))),
            synced(ingest(other, bigquery_emulator, source(table))),
        )
    finally:
        await other.close()
    assert await stored(fresh_database) == expected(lines)
    assert await rollups_agree(fresh_database)
    assert all(report.matches for report in reports)


async def test_two_sources_that_hold_the_same_account_are_refused(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    """Standard and detailed export of one account: each charge would count twice."""
    lines = history(FIRST, 2)
    standard = written(bigquery_emulator.table("standard"), lines)
    detailed = written(bigquery_emulator.table("detailed"), lines)
    service = ingest(
        fresh_database, bigquery_emulator, source(standard, "gcp"), source(detailed, "gcp-detailed")
    )
    first, second = await service.sync()
    assert first.error is None
    assert second.error is not None
    assert "'gcp'" in second.error
    assert "'gcp-detailed'" in second.error
    assert await stored(fresh_database) == expected(lines)


async def test_a_source_that_fails_does_not_keep_the_others(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    table = written(bigquery_emulator.table("standard"), history(FIRST, 1))
    gone = BigQuerySource(name="gone", kind="bigquery", table=f"{table.id}_gone")
    service = ingest(fresh_database, bigquery_emulator, gone, source(table))
    bad, good = await service.sync()
    assert bad.error is not None
    assert bad.error.startswith(f"BigQuery has no table '{table.id}_gone'. ")
    assert "Did you mean: " in bad.error
    assert str(bad) == f"gone: {bad.error}"
    assert good.matches


async def test_a_source_that_is_listed_no_more_is_retired_by_the_next_sync(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    table = written(bigquery_emulator.table("standard"), history(FIRST, 2))
    await synced(ingest(fresh_database, bigquery_emulator, source(table, "old")))
    await ingest(fresh_database, bigquery_emulator, source(table, "new")).sync()
    retired = "SELECT string_agg(name, ',') FROM sources WHERE retired_at IS NOT NULL"
    assert await scalar(fresh_database, retired) == "old"


async def test_a_mismatch_is_loud(fresh_database: Database, bigquery_emulator: Emulator) -> None:
    """Until the slice is looked at again, which reads it though the export hasn't moved."""
    table = written(bigquery_emulator.table("standard"), history(FIRST, 2))
    service = ingest(fresh_database, bigquery_emulator, source(table))
    await synced(service)
    async with fresh_database.begin() as tx:
        slices = "UPDATE slices SET matches_export = false WHERE key = '2026-09-24' RETURNING id"
        wrong = (await tx.execute(text(slices))).scalar_one()
        totals = "UPDATE control_totals SET matches = false WHERE slice_id = :wrong"
        await tx.execute(text(totals), {"wrong": wrong})
    report = await synced(service, since=FIRST + timedelta(1))
    assert report.mismatched == ("2026-09-24",)
    assert not report.matches
    assert "MISMATCH with the export in 2026-09-24" in str(report)
    mended = await synced(service)
    assert (mended.changed, mended.mismatched, mended.matches) == (1, (), True)


async def test_names_that_are_not_configured(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    with pytest.raises(NoSourcesError):
        await ingest(fresh_database, bigquery_emulator).sync()
    service = ingest(
        fresh_database,
        bigquery_emulator,
        BigQuerySource(name="gcp-main", kind="bigquery", table="a.b.c"),
    )
    with pytest.raises(UnknownSourceError) as told:
        await service.sync("gpc-main")
    assert told.value.suggestions == ("gcp-main",)


async def test_a_probe_says_what_the_next_sync_reads(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    table = written(bigquery_emulator.table("standard"), history(FIRST, 2, each=3))
    config = source(table)
    service = ingest(fresh_database, bigquery_emulator, config)
    for changed in (2, 0):
        told: list[Finding] = []
        await service.probe(config, told.append)
        found = {finding.check: finding.words for finding in told}
        assert found["next sync"].startswith(f"reads {changed} of 2 slices")
        await service.sync()


class Watched:
    """Progress that is kept."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def listed(self, source: str, slices: int, changed: int, scan: int) -> None:
        self.told.append(("listed", source, slices, changed, scan))

    def replaced(self, source: str, key: str, outcome: Replaced, rows: int) -> None:
        self.told.append(("replaced", source, key, outcome, rows > 0))

    def finished(self, report: SyncReport) -> None:
        self.told.append(("finished", report.source, report.error))


async def test_progress_is_told_slice_by_slice(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    table = written(bigquery_emulator.table("standard"), history(FIRST, 2))
    watched = Watched()
    await ingest(fresh_database, bigquery_emulator, source(table)).sync(progress=watched)
    assert watched.told == [
        ("listed", "gcp", 2, 2, 0),
        ("replaced", "gcp", "2026-09-24", Replaced.WRITTEN, True),
        ("replaced", "gcp", "2026-09-25", Replaced.WRITTEN, True),
        ("finished", "gcp", None),
    ]


async def test_the_loop_stays_free_while_a_source_is_read(
    fresh_database: Database, bigquery_emulator: Emulator
) -> None:
    table = written(bigquery_emulator.table("standard"), history(FIRST, 3, each=400))
    service = ingest(fresh_database, bigquery_emulator, source(table))
    await synced(service)  # imports are done
    written(table, {FIRST + timedelta(4): [line(project=project("x"), labels=tags(a="b"))]})
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    watching = asyncio.create_task(watch())
    await synced(service, full=True)
    watching.cancel()
    assert turns > 100
