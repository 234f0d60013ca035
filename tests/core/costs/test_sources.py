"""What a finished sync records of its source."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from core.costs.model import Freshness
from core.costs.proving.proof import check_rollups
from core.costs.slices import Listing, SourceInfo
from core.costs.writing.slices import UnknownSourceError
from core.costs.writing.sources import finish_sync, prune, register, retire, stored_slices
from core.database import Database
from tests.support.charges import GCP, NOW, Row, Writer, charge, comparable, facts, scalar

PACIFIC = ZoneInfo("America/Los_Angeles")
THROUGH = NOW - timedelta(hours=2)


@pytest.fixture
async def writer(database: Database) -> Writer:
    await register(database, GCP)
    return Writer(database)


async def finish(
    database: Database,
    listed: Iterable[str] = (),
    *,
    now: datetime = NOW,
    through: datetime | None = THROUGH,
    whole: bool = True,
) -> Freshness:
    """Finish a sync whose source lists slices with the fingerprints stored."""
    stored = await stored_slices(database, "gcp")
    listing = Listing({key: stored[key].fingerprint for key in listed}, whole)
    return await finish_sync(database, "gcp", listing, through=through, zone=PACIFIC, now=now)


async def test_a_source_is_registered_once(database: Database) -> None:
    first = await register(database, GCP)
    moved = SourceInfo("gcp", "bigquery", "gcp", "elsewhere")
    assert await register(database, moved) == first
    assert await scalar(database, "SELECT location FROM sources") == "elsewhere"


async def test_only_a_registered_source_can_finish(database: Database) -> None:
    with pytest.raises(UnknownSourceError):
        await finish(database)


async def test_a_source_says_how_fresh_and_complete_it_is(
    database: Database, writer: Writer
) -> None:
    await writer.write("a", [charge("2026-11-01"), charge("2026-11-22")])
    told = await finish(database, "a")
    assert told == Freshness(THROUGH, date(2026, 11, 20), matches_export=True, final=False)
    stored = "SELECT (through, complete_until, held_since, synced_at) IS NOT DISTINCT FROM"
    stored += " (CAST(:through AS timestamptz), CAST('2026-11-20' AS date),"
    stored += " CAST('2026-11-01' AS date), CAST(:now AS timestamptz)) FROM sources"
    assert await scalar(database, stored, through=THROUGH, now=NOW)


async def test_a_source_that_isn_t_listed_is_retired_until_it_is_listed_again(
    database: Database, writer: Writer
) -> None:
    """For good since the first time, and none of those listed."""
    await writer.write("a", [charge()])
    retired = "SELECT retired_at FROM sources"
    await retire(database, ["gcp", "aws"], now=NOW)
    assert await scalar(database, retired) is None
    for later in (0, 1):
        await retire(database, ["aws"], now=NOW + timedelta(days=later))
        assert await scalar(database, retired) == NOW
    await register(database, GCP)
    assert await scalar(database, retired) is None


async def test_no_day_is_complete_that_the_export_hasn_t_passed(
    database: Database, writer: Writer
) -> None:
    """Exports that stopped a week ago say nothing of the days since."""
    await writer.write("a", [charge("2026-11-01")])
    stopped = datetime(2026, 11, 14, 7, tzinfo=UTC)  # still the 13th in California
    assert (await finish(database, "a", through=stopped)).complete_until == date(2026, 11, 13)
    assert (await finish(database, "a", through=None)).through == stopped


async def test_an_empty_source_has_no_complete_day(database: Database, writer: Writer) -> None:
    assert (await finish(database, through=None)).complete_until is None
    await writer.write("a", [])
    assert (await finish(database, "a", through=None)).complete_until is None


async def test_a_slice_that_vanished_is_kept_as_archived(
    database: Database, writer: Writer
) -> None:
    rows = [charge()]
    await writer.write("a", rows)
    await writer.write("b", [])
    await finish(database, "b", whole=False)
    assert not (await stored_slices(database, "gcp"))["a"].archived
    await finish(database, "b")
    stored = await stored_slices(database, "gcp")
    assert (stored["a"].archived, stored["b"].archived) == (True, False)
    assert comparable(await facts(database)) == comparable(rows)
    await finish(database, "ab")
    assert not (await stored_slices(database, "gcp"))["a"].archived


async def test_a_slice_that_moved_since_it_was_read_is_behind(
    database: Database, writer: Writer
) -> None:
    """Not a mismatch: what was read matches what the source said at that instant."""
    await writer.write("a", [charge()])
    moved = Listing({"a": "something newer"}, whole=True)
    told = await finish_sync(database, "gcp", moved, through=THROUGH, zone=PACIFIC, now=NOW)
    assert (await stored_slices(database, "gcp"))["a"].behind
    assert told.matches_export
    await writer.write("a", [charge(amount="2")], fingerprint="something newer")
    assert not (await stored_slices(database, "gcp"))["a"].behind


async def test_a_period_matches_if_every_slice_that_touches_it_does(
    database: Database, writer: Writer
) -> None:
    await writer.write("a", [charge()])
    await writer.write("b", [charge("2026-11-05"), charge("2026-10-05")], said=[])
    await writer.write("c", [charge("2026-09-05")])
    assert not (await finish(database, "abc")).matches_export
    assert await periods(database, "matches_export") == [True, False, False]
    await writer.write("b", [charge("2026-11-05")])
    assert (await finish(database, "abc")).matches_export
    assert await periods(database, "matches_export") == [True, True]


async def periods(database: Database, column: str) -> list[object]:
    """A column of billing periods, by month."""
    async with database.read() as connection:
        statement = text(f"SELECT {column} FROM billing_periods ORDER BY billing_period")  # noqa: S608
        return list((await connection.execute(statement)).scalars())


async def test_a_period_is_final_until_it_changes(database: Database, writer: Writer) -> None:
    await writer.write("a", [charge("2026-10-05", invoice_id="I-1"), charge("2026-09-05")])
    await finish(database, "a")
    assert await periods(database, "final") == [False, True]  # September changed just now
    await finish(database, "a", now=NOW + timedelta(days=3))
    assert await periods(database, "final") == [True, True]
    writer.now = NOW + timedelta(days=3)
    await writer.write("b", [charge("2026-10-06")])
    assert await periods(database, "final") == [True, False]
    await finish(database, "ab", now=NOW + timedelta(days=3))
    assert await periods(database, "final") == [True, False]


async def test_a_source_that_is_quick_is_known_to_be_after_some_days(
    database: Database, writer: Writer
) -> None:
    """Each day's sync reads yesterday whole; ten days later that is what completeness says."""
    rows: list[Row] = []
    for n in range(12):
        now = NOW + timedelta(days=n)
        today = now.astimezone(PACIFIC).date()
        rows.append(charge(str(today - timedelta(days=1)), "100"))
        await writer.write("a", rows)
        told = await finish(database, "a", now=now, through=now)
        assert told.complete_until == today - timedelta(days=2 if n < 10 else 0)


async def test_a_source_that_is_slow_is_known_to_be_after_some_days(
    database: Database, writer: Writer
) -> None:
    """Days hold 90% until they are five days old."""
    start = date(2026, 10, 1)
    for n in range(24):
        today = start + timedelta(days=n + 1)
        now = datetime(today.year, today.month, today.day, 18, tzinfo=UTC)
        days = [start + timedelta(days=day) for day in range(n + 1)]
        rows = [charge(str(day), "100" if (today - day).days >= 5 else "90") for day in days]
        await writer.write("a", rows)
        told = await finish(database, "a", now=now, through=now)
    assert told.complete_until == today - timedelta(days=4)


async def test_pruned_slices_go_with_all_they_held(database: Database, writer: Writer) -> None:
    kept = [charge("2026-10-05", "3")]
    await writer.write("a", [charge(), charge("2026-10-05", "2")])
    await writer.write("b", kept)
    assert await prune(database, "gcp", ["a", "unheard of"], now=NOW) == 1
    assert comparable(await facts(database)) == comparable(kept)
    assert await check_rollups(database) == ()
    assert set(await stored_slices(database, "gcp")) == {"b"}
    assert await periods(database, "billing_period") == [date(2026, 10, 1)]


async def test_what_a_source_holds_no_more_another_may(database: Database, writer: Writer) -> None:
    await register(database, SourceInfo("new", "bigquery", "gcp", "elsewhere"))
    await writer.write("a", rows := [charge()])
    await prune(database, "gcp", ["a"], now=NOW)
    await writer.write("a", rows, source="new")
    assert comparable(await facts(database)) == comparable(rows)


class TestProof:
    """What isn't right is found."""

    async def test_a_wrong_rollup(self, database: Database, writer: Writer) -> None:
        await writer.write("a", [charge(amount="2")])
        async with database.begin() as tx:
            await tx.execute(text("UPDATE cost_by_month SET billed = 2.0000001"))
        wrong, right = sorted(await check_rollups(database), key=lambda e: not e.stored)
        assert (wrong.rollup, wrong.stored, right.stored) == ("cost_by_month", True, False)
        assert "2.0000001" in wrong.example

    async def test_a_missing_row_of_a_rollup(self, database: Database, writer: Writer) -> None:
        await writer.write("a", [charge()])
        async with database.begin() as tx:
            await tx.execute(text("DELETE FROM cost_by_day_service"))
        [missing] = await check_rollups(database)
        assert (missing.rollup, missing.stored) == ("cost_by_day_service", False)
