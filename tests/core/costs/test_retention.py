"""What is too old goes, exactly: proofs hold, sums by month stay, nothing counts twice."""

import asyncio
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.costs.keeping import trimming
from core.costs.keeping.model import Keep, RetentionBusyError
from core.costs.keeping.service import RetentionService
from core.costs.left_out import LeftOut, Reason
from core.costs.proving.proof import check_rollups
from core.costs.slices import Listing, Replaced
from core.costs.writing.sources import finish_sync, register, stored_slices
from core.database import Database
from tests.support.charges import GCP, NOW, Row, Writer, charge, comparable, facts, scalar, totals
from tests.support.clock import FakeClock
from tests.support.reconcile import reconcile

PACIFIC = ZoneInfo("America/Los_Angeles")
MONTHS = {"08": "8", "09": "9", "10": "10", "11": "11"}
KEPT = {"10": "10", "11": "11"}


def rows(months: dict[str, str] = MONTHS, **other: Any) -> list[Row]:
    """Two charges in each month of 2026."""
    return [
        charge(f"2026-{month}-{day}", amount, **other)
        for month, amount in months.items()
        for day in ("05", "06")
    ]


@pytest.fixture
async def writer(database: Database) -> Writer:
    await register(database, GCP)
    return Writer(database)


def keeping(database: Database, charges: int = 1, days: int = 0) -> RetentionService:
    """Keeps the present month, November 2026, and so many before."""
    return RetentionService(database, FakeClock(NOW), Keep(charges, days), zone=PACIFIC)


async def is_right(database: Database, expected: list[Row]) -> None:
    assert comparable(await facts(database)) == comparable(expected)
    assert await check_rollups(database) == ()
    assert await reconcile(database) == ()


async def by_month(database: Database) -> dict[str, Decimal]:
    statement = text(
        "SELECT to_char(month, 'MM'), sum(effective) FROM cost_by_month GROUP BY 1 ORDER BY 1"
    )
    async with database.read() as connection:
        return {month: amount for month, amount in await connection.execute(statement)}  # noqa: C416 - rows


async def left_out(database: Database) -> list[LeftOut]:
    statement = text("SELECT billing_period, reason, lines FROM left_out ORDER BY 1, 2")
    async with database.read() as connection:
        return [LeftOut(m, Reason(r), n) for m, r, n in await connection.execute(statement)]


async def test_old_months_go_and_their_sums_stay(database: Database, writer: Writer) -> None:
    await writer.write("a", rows())
    before = await by_month(database)
    done = await keeping(database).trim()
    assert done.months == ((date(2026, 8, 1), 2), (date(2026, 9, 1), 2))
    await is_right(database, rows(KEPT))
    assert await by_month(database) == before == {m: Decimal(a) * 2 for m, a in MONTHS.items()}
    gone = "SELECT to_regclass('charge_daily_2026_09') IS NULL"
    assert await scalar(database, gone)
    august, september = date(2026, 8, 1), date(2026, 9, 1)
    assert await left_out(database) == [
        LeftOut(august, Reason.BEFORE_HORIZON, 2),
        LeftOut(september, Reason.BEFORE_HORIZON, 2),
    ]
    assert (await keeping(database).trim()).months == ()


async def test_a_slice_read_again_changes_what_is_kept_only(
    database: Database, writer: Writer
) -> None:
    await writer.write("a", rows())
    before = await by_month(database)
    await keeping(database).trim()
    later = rows({"08": "80", "09": "90", "10": "10", "11": "12"})
    assert (await writer.write("a", later)).outcome is Replaced.WRITTEN
    await is_right(database, later[4:])
    assert await by_month(database) == before | {"11": Decimal(24)}
    assert (await stored_slices(database, "gcp"))["a"].matches_export
    assert [each.lines for each in await left_out(database)] == [2, 2]


async def test_rows_before_the_horizon_stay_out_from_the_first(
    database: Database, writer: Writer
) -> None:
    await keeping(database).trim()
    done = await writer.write("a", rows())
    assert (done.added, sum(each.lines for each in done.left_out)) == (4, 4)
    await is_right(database, rows(KEPT))
    assert list(await by_month(database)) == ["10", "11"]
    assert (await stored_slices(database, "gcp"))["a"].matches_export


async def test_what_is_left_out_is_proved_too(database: Database, writer: Writer) -> None:
    """An amount that the source doesn't say is a mismatch, though its day isn't kept."""
    await keeping(database).trim()
    await writer.write("a", rows(), said=totals(rows(MONTHS | {"08": "7.99"})))
    assert not (await stored_slices(database, "gcp"))["a"].matches_export


async def test_a_slice_of_old_days_only_holds_nothing(database: Database, writer: Writer) -> None:
    await keeping(database).trim()
    await writer.write("a", rows({"08": "8"}))
    await is_right(database, [])
    assert await scalar(database, "SELECT count(*) FROM control_totals") == 0


async def test_a_longer_horizon_has_left_out_rows_read_again(
    database: Database, writer: Writer
) -> None:
    """Nothing was dropped: they come back as if they had never been left out."""
    await keeping(database).trim()
    await writer.write("a", rows(), fingerprint="same")
    await keeping(database, charges=3).trim()
    assert (await stored_slices(database, "gcp"))["a"].fingerprint == ""
    await writer.write("a", rows(), fingerprint="same")
    await is_right(database, rows())
    assert await left_out(database) == []


async def test_what_was_dropped_doesn_t_come_back_twice(database: Database, writer: Writer) -> None:
    """The sums by month hold it still: its charges stay out whatever is asked for."""
    await writer.write("a", rows())
    before = await by_month(database)
    await keeping(database).trim()
    for charges in (0, 12):
        done = await keeping(database, charges=charges).trim()
        assert done.held.facts_from == date(2026, 10, 1)
        await writer.write("a", rows())
        await is_right(database, rows(KEPT))
        assert await by_month(database) == before


async def test_sums_by_day_are_kept_longer_and_go_too(database: Database, writer: Writer) -> None:
    await writer.write("a", rows())
    done = await keeping(database, charges=1, days=2).trim()
    assert (done.days, done.held.days_from) == (2, date(2026, 9, 1))
    assert await scalar(database, "SELECT min(day) FROM cost_by_day_service") == date(2026, 9, 5)
    await is_right(database, rows(KEPT))
    assert len(await by_month(database)) == 4


async def test_months_that_went_stay_proved(database: Database, writer: Writer) -> None:
    """The end of a sync judges what is held, and leaves the others as they were."""
    await writer.write("a", rows())
    await keeping(database).trim()
    await finish_sync(
        database, "gcp", Listing({"a": "x"}, whole=True), through=NOW, zone=PACIFIC, now=NOW
    )
    proved = "SELECT bool_and(matches_export) FROM billing_periods"
    assert await scalar(database, "SELECT count(*) FROM billing_periods") == 4
    assert await scalar(database, proved)
    assert await scalar(database, "SELECT held_since FROM sources") == date(2026, 8, 5)


async def test_charges_invoiced_later_go_by_their_day(database: Database, writer: Writer) -> None:
    crossing = charge("2026-09-30", "5", billing_period=date(2026, 10, 1))
    await writer.write("a", [crossing, *rows(KEPT)])
    await keeping(database).trim()
    await is_right(database, rows(KEPT))
    assert await left_out(database) == [LeftOut(date(2026, 10, 1), Reason.BEFORE_HORIZON, 1)]


async def test_a_reader_of_what_is_to_go_isn_t_cut_off(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(fresh_database, GCP)
    await Writer(fresh_database).write("a", rows())
    async with fresh_database.begin() as reading:
        await reading.execute(text("SELECT count(*) FROM charge_daily"))
        with monkeypatch.context() as impatient:
            impatient.setattr(trimming, "_PATIENCE", "SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(RetentionBusyError):
                await keeping(fresh_database).trim()
    await is_right(fresh_database, rows())
    await keeping(fresh_database).trim()
    await is_right(fresh_database, rows(KEPT))


async def test_syncs_go_on_while_months_go(fresh_database: Database) -> None:
    await register(fresh_database, GCP)
    writer = Writer(fresh_database)
    await writer.write("a", rows())

    async def deliver(key: str) -> None:
        for number in range(5):
            await writer.write(key, rows({m: str(number) for m in MONTHS}, sku_id=key))

    trims = (keeping(fresh_database, charges=n).trim() for n in (2, 1, 1))
    await asyncio.gather(*map(deliver, "bc"), *trims)
    expected = rows(KEPT) + [
        row for key in "bc" for row in rows(dict.fromkeys(KEPT, "4"), sku_id=key)
    ]
    await is_right(fresh_database, expected)


STEPS = st.one_of(
    st.tuples(
        st.sampled_from("ab"),
        st.dictionaries(st.sampled_from(list(MONTHS)), st.sampled_from(["1", "-2.5", "3"])),
    ),
    st.tuples(st.just("keep"), st.integers(0, 3)),
)


class _UndoError(Exception):
    """Ends an example's transaction."""


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, max_size=8))
async def test_any_order_of_slices_and_horizons_stays_exact(
    database: Database, steps: list[tuple[str, Any]]
) -> None:
    """Facts, rollups and proofs agree, and months that went keep the sums they had."""
    frozen: dict[str, Decimal] = {}
    with suppress(_UndoError):
        async with database.begin():
            await register(database, GCP)
            writer = Writer(database)
            for key, given_ in steps:
                if key == "keep":
                    sums = await by_month(database)
                    done = await keeping(database, charges=given_).trim()
                    for month, number in done.months:
                        if number:
                            frozen[f"{month:%m}"] = sums[f"{month:%m}"]
                else:
                    await writer.write(key, rows(given_, sku_id=key))
                assert await check_rollups(database) == ()
                assert await reconcile(database) == ()
                sums = await by_month(database)
                assert {month: sums[month] for month in frozen} == frozen
            raise _UndoError
