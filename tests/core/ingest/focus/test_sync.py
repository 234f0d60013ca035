"""The sync of FOCUS files, end to end: what is stored is what the files say, to the digit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.model import OPERATOR
from core.database import Database
from core.findings import Finding
from core.ingest.config import FocusSource
from core.ingest.model import SyncReport
from core.ingest.service import IngestService
from core.projects.service import ProjectService
from tests.support.charges import comparable, facts, scalar
from tests.support.focus import (
    NOVEMBER,
    NOW,
    OCTOBER,
    SEPTEMBER,
    Deliveries,
    Line,
    expected,
    line,
    some,
    source,
    write,
)
from tests.support.stored import rollups_agree

SAMPLE = Path(__file__).parents[3] / "data" / "focus_sample_1.0.csv"
LINES = some(OCTOBER)
MORE = some(NOVEMBER, seed=8)


def ingest(database: Database, *sources: FocusSource, now: datetime = NOW) -> IngestService:
    def clock() -> datetime:
        return now

    return IngestService(database, ProjectService(database, clock), clock, sources)


async def synced(
    database: Database, config: FocusSource, *, now: datetime = NOW, prune: bool = False
) -> SyncReport:
    """The report of a sync, which must have worked."""
    (report,) = await ingest(database, config, now=now).sync(prune=prune)
    assert report.error is None
    return report


async def holds(database: Database, lines: Sequence[Line], labels: Sequence[str] = ()) -> bool:
    """Whether exactly these lines are stored, in facts and rollups."""
    assert await rollups_agree(database)
    return comparable(await facts(database)) == comparable(expected(lines, labels))


async def test_an_export_is_stored_to_the_digit_and_twice_changes_nothing(
    fresh_database: Database, tmp_path: Path
) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES)
    deliveries.aws(NOVEMBER, MORE, end="csv.gz")
    config = source(tmp_path, labels=["team", "env"])
    report = await synced(fresh_database, config)
    assert (report.seen, report.changed, report.written, report.matches) == (2, 2, 2, True)
    assert await holds(fresh_database, LINES + MORE, ["team", "env"])
    again = await synced(fresh_database, config)
    assert (again.seen, again.changed, again.rows) == (2, 0, 0)
    assert str(again).startswith("aws: 0 of 2 slices changed, matches the export (")
    slugs = [p.slug for p in await ProjectService(fresh_database, lambda: NOW).list(OPERATOR)]
    assert slugs == ["account-1", "account-2"]


async def test_a_refresh_changes_the_difference_only(
    fresh_database: Database, tmp_path: Path
) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES)
    deliveries.aws(NOVEMBER, MORE)
    await synced(fresh_database, source(tmp_path))
    before = "SELECT count(*) FROM charge_daily WHERE xmin::text = :mark"
    mark = await scalar(fresh_database, "SELECT min(xmin::text::bigint)::text FROM charge_daily")
    held = await scalar(fresh_database, before, mark=mark)
    refreshed = [*LINES[1:], line(BilledCost="99", ServiceName="New")]
    deliveries.aws(OCTOBER, refreshed, parts=3)
    report = await synced(fresh_database, source(tmp_path))
    assert (report.changed, report.written) == (1, 1)
    assert await holds(fresh_database, refreshed + MORE)
    # All rows but those of the line that went are still those written at first.
    assert held - await scalar(fresh_database, before, mark=mark) == 1
    deliveries.aws(OCTOBER, refreshed, parts=1)
    assert (await synced(fresh_database, source(tmp_path))).changed == 1
    assert await holds(fresh_database, refreshed + MORE)


async def test_what_is_half_written_is_left_alone_and_taken_up_when_whole(
    fresh_database: Database, tmp_path: Path
) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES)
    deliveries.aws(NOVEMBER, MORE)
    await synced(fresh_database, source(tmp_path))
    deliveries.aws(NOVEMBER, some(NOVEMBER, seed=2), parts=3)
    lost = deliveries.files[2].rename(tmp_path / "lost")
    report = await synced(fresh_database, source(tmp_path))
    assert report.changed == 0
    (said,) = report.unfinished
    assert said.startswith("2026-11 (acme/metadata/")
    assert said.endswith("which isn't there)")
    assert f"left alone until whole: {said}" in str(report)
    assert await holds(fresh_database, LINES + MORE)
    state = "SELECT behind AND archived_at IS NULL FROM slices WHERE key = '2026-11'"
    assert await scalar(fresh_database, state)
    lost.rename(deliveries.files[2])
    assert (await synced(fresh_database, source(tmp_path))).unfinished == ()
    assert await holds(fresh_database, LINES + some(NOVEMBER, seed=2))


async def test_a_bad_file_changes_nothing_and_holds_nobody_up(
    fresh_database: Database, tmp_path: Path
) -> None:
    write(tmp_path / "2026-10" / "a.csv", LINES)
    write(tmp_path / "2026-11" / "a.csv", MORE)
    await synced(fresh_database, source(tmp_path))
    write(tmp_path / "2026-10" / "a.csv", [*LINES, line(BilledCost="a lot")])
    write(tmp_path / "2026-11" / "a.csv", MORE[1:])
    (report,) = await ingest(fresh_database, source(tmp_path)).sync()
    assert report.error == (
        "aws: 2026-10/a.csv, line 62, BilledCost: 'a lot' is not a number. "
        "Correct the file or have it exported again; nothing of it was stored."
    )
    assert await holds(fresh_database, LINES + MORE[1:])


async def test_a_slice_that_vanishes_is_kept_until_it_is_pruned(
    fresh_database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "2026-10" / "a.csv", LINES)
    write(tmp_path / "2026-11" / "a.csv", MORE)
    await synced(fresh_database, source(tmp_path))
    path.unlink()
    await synced(fresh_database, source(tmp_path))
    assert await holds(fresh_database, LINES + MORE)
    archived = "SELECT archived_at IS NOT NULL FROM slices WHERE key = '2026-10'"
    assert await scalar(fresh_database, archived)
    assert (await synced(fresh_database, source(tmp_path), prune=True)).pruned == 1
    assert await holds(fresh_database, MORE)


async def test_other_labels_read_all_anew(fresh_database: Database, tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", LINES)
    await synced(fresh_database, source(tmp_path))
    assert await holds(fresh_database, LINES)
    await synced(fresh_database, source(tmp_path, labels=["team"]))
    assert await holds(fresh_database, LINES, ["team"])


async def test_two_sources_of_the_same_account_and_month_are_refused(
    fresh_database: Database, tmp_path: Path
) -> None:
    write(tmp_path / "one" / "a.csv", LINES)
    write(tmp_path / "two" / "a.csv", LINES)
    one, two = source(tmp_path / "one"), source(tmp_path / "two", name="copy")
    reports = await ingest(fresh_database, one, two).sync()
    assert reports[0].error is None
    assert str(reports[1].error).startswith("The sources 'aws' and 'copy' both hold 2026-10 of")
    assert await holds(fresh_database, LINES)


async def test_three_clouds_of_one_file(fresh_database: Database) -> None:
    """The real sample, as three sources; each has its own totals."""
    clouds = ("aws", "azure", "oracle")
    sources = [source(SAMPLE, name=cloud, provider=cloud) for cloud in clouds]
    reports = await ingest(fresh_database, *sources).sync()
    assert [(report.error, report.matches) for report in reports] == [(None, True)] * 3
    query = (
        "SELECT sum(billed) FROM charge_daily f JOIN slices l ON l.id = f.slice_id"
        " JOIN sources s ON s.id = l.source_id WHERE s.name = :name AND l.key = '2024-09'"
    )
    totals = [await scalar(fresh_database, query, name=cloud) for cloud in clouds]
    assert totals[:2] == [Decimal("20.6203386184") - Decimal("2.6137"), Decimal("1.97651418586")]


async def test_a_probe_says_what_there_is(database: Database, tmp_path: Path) -> None:
    deliveries = Deliveries(tmp_path)
    deliveries.aws(OCTOBER, LINES)
    deliveries.aws(NOVEMBER, MORE)
    deliveries.files[0].unlink()
    config = source(tmp_path)
    told: list[Finding] = []
    await ingest(database, config).probe(config, told.append)
    found = {finding.check: finding.words for finding in told}
    assert found["list"].startswith(f"may list {tmp_path}: ")
    assert found["unfinished"].startswith("2026-11 is left alone, as it is stored: acme/")
    assert found["next sync"].startswith("reads 1 of 1 slices")


_MONTHS = (SEPTEMBER, OCTOBER, NOVEMBER)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.sampled_from(_MONTHS), st.integers(0, 4), st.integers(1, 3), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
async def test_any_deliveries_equal_the_last_of_each_month(
    database: Database, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    """Whatever is delivered again, late, smaller or half, and synced in between or not."""
    folder = tmp_path_factory.mktemp("deliveries")
    deliveries = Deliveries(folder, NOW - timedelta(days=9))
    last: dict[object, list[Line]] = {}
    name = folder.name
    config = source(folder, name=name, provider="aws")
    for month, seed, parts, sync in steps:
        assert isinstance(month, type(OCTOBER))
        assert isinstance(seed, int)
        assert isinstance(parts, int)
        account = {"BillingAccountId": name}
        last[month] = [one | account for one in some(month, 10 * seed, seed=seed)]
        deliveries.aws(month, last[month] or [], parts=parts if last[month] else 0)
        if sync:
            await synced(database, config)
    await synced(database, config, now=NOW + timedelta(hours=1))
    stored = [row for row in await facts(database) if row["billing_account"] == name]
    wanted = expected(one for lines in last.values() for one in lines)
    assert comparable(stored) == comparable(wanted)
