"""Replacing a slice: it holds exactly what was read, and everything that depends on it follows."""

import json
from dataclasses import replace as changed
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from core.costs.proving.proof import check_rollups
from core.costs.slices import Replaced, Replacement, SourceInfo
from core.costs.writing.slices import SharedAccountError, UnknownSourceError
from core.costs.writing.sources import register, stored_slices
from core.database import Database
from core.money import plain
from tests.support.charges import GCP, Row, Writer, charge, comparable, facts, scalar, totals
from tests.support.reconcile import reconcile

WRITTEN, UNCHANGED, STALE = Replaced.WRITTEN, Replaced.UNCHANGED, Replaced.STALE


@pytest.fixture
async def writer(database: Database) -> Writer:
    await register(database, GCP)
    return Writer(database)


async def holds(database: Database, rows: list[Row]) -> None:
    """The facts are these rows, and whatever is derived from them is right."""
    assert comparable(await facts(database)) == comparable(rows)
    assert await check_rollups(database) == ()


async def test_a_slice_holds_what_was_read(database: Database, writer: Writer) -> None:
    rows = [
        charge("2026-10-31", "12.5", list="15", contracted="13", quantity="3.25"),
        charge("2026-11-01", "-2.5", charge_category="Credit", source_type="PROMOTION"),
        charge("2026-11-01", "7", account_id="", account_name="", sku_id="", region=""),
    ]
    done = await writer.write("2026-11-01", rows)
    assert done == Replacement(WRITTEN, added=3)
    await holds(database, rows)
    assert await reconcile(database) == ()


async def test_repeating_changes_nothing(database: Database, writer: Writer) -> None:
    rows = [charge(amount="3")]
    await writer.write("a", rows, fingerprint="same")
    version = await scalar(database, "SELECT version FROM data_version")
    assert await writer.write("a", rows, fingerprint="same") == Replacement(UNCHANGED)
    assert await scalar(database, "SELECT version FROM data_version") == version
    await holds(database, rows)


async def test_only_the_difference_is_written(database: Database, writer: Writer) -> None:
    before = [charge(f"2026-11-{day:02}", "1") for day in range(1, 21)]
    after = [*before[1:-1], charge("2026-11-20", "9"), charge("2026-11-21", "4")]
    await writer.write("a", before)
    assert await writer.write("a", after) == Replacement(WRITTEN, added=2, removed=2)
    await holds(database, after)


async def test_the_same_rows_in_a_newer_reading_add_and_remove_nothing(writer: Writer) -> None:
    """`1.50` is the amount `1.5`, and labels are the same in any spelling."""
    await writer.write("a", [charge(amount="1.50", labels='{"env":"prod","team":"web"}')])
    again = [charge(amount="1.5", labels='{"team": "web", "env": "prod"}')]
    assert await writer.write("a", again) == Replacement(WRITTEN)


async def test_an_older_reading_is_dropped(database: Database, writer: Writer) -> None:
    newer, older = [charge(amount="5")], [charge(amount="3")]
    await writer.write("a", newer, read_at=10)
    assert await writer.write("a", older, read_at=9) == Replacement(STALE)
    await holds(database, newer)


async def test_a_slice_found_unchanged_later_drops_readings_from_before(
    database: Database, writer: Writer
) -> None:
    rows = [charge(amount="5")]
    await writer.write("a", rows, fingerprint="x", read_at=10)
    await writer.write("a", rows, fingerprint="x", read_at=20)
    assert (await writer.write("a", [charge()], read_at=15)).outcome is STALE
    await holds(database, rows)


async def test_rows_that_vanish_go(database: Database, writer: Writer) -> None:
    kept = [charge("2026-11-02", account_id="b", account_name="B")]
    await writer.write("a", [charge(), charge(region="us-central1")])
    await writer.write("b", kept)
    assert await writer.write("a", []) == Replacement(WRITTEN, removed=2)
    await holds(database, kept)
    assert await scalar(database, "SELECT count(*) FROM cost_by_month") == 1


async def test_an_empty_slice_is_filled_again(database: Database, writer: Writer) -> None:
    await writer.write("a", [])
    await writer.write("a", rows := [charge("2025-02-28")])
    await holds(database, rows)


@pytest.mark.parametrize("name", ["list", "contracted", "quantity"])
async def test_unknown_isnt_zero(database: Database, writer: Writer, name: str) -> None:
    for value in (None, "0", "2.5", None):
        await writer.write("a", rows := [charge() | {name: value}])
        await holds(database, rows)


async def test_amounts_stay_exact(database: Database, writer: Writer) -> None:
    amounts = ["0.000000000000000000000000123456789", "-99999999999999999999999.000000001", "1e-7"]
    rows = [charge(f"2026-11-0{n}", a) for n, a in enumerate(amounts, start=1)]
    await writer.write("a", rows)
    await holds(database, rows)
    assert await reconcile(database) == ()
    total = await scalar(database, "SELECT sum(effective) FROM cost_by_month")
    assert plain(total) == "-99999999999999999999998.999999900999999999999999876543211"


async def test_currencies_stay_apart(database: Database, writer: Writer) -> None:
    await writer.write("a", rows := [charge(), charge(currency="EUR")])
    await holds(database, rows)
    assert await scalar(database, "SELECT count(*) FROM cost_by_month") == 2


async def test_rows_of_the_same_identity_are_added_up(database: Database, writer: Writer) -> None:
    """A project renamed during the day comes as two rows; its charges are one fact."""
    rows = [
        charge(amount="1.1", lines=2, list="3"),
        charge("2026-11-04", "5"),
        charge(amount="2.2", lines=3, account_name="Shop (new)", quantity="7"),
    ]
    await writer.write("a", rows)
    summed = charge(amount="3.3", lines=5, list="3", quantity="7")
    await holds(database, [summed, rows[1]])
    assert await reconcile(database) == ()


@pytest.mark.parametrize("text_", ['say "hi"', "a,b", "line\nbreak", "\\N", "back\\slash", "'; --"])
async def test_any_text_is_kept_as_it_is(database: Database, writer: Writer, text_: str) -> None:
    labels = json.dumps({"team": text_})
    rows = [
        charge(unit=text_, invoice_id=text_, service=text_, sku_id=text_, labels=labels),
        charge(account_id="other", account_name=text_, unit=""),
    ]
    await writer.write("a", rows)
    await holds(database, rows)


async def test_two_slices_share_days(database: Database, writer: Writer) -> None:
    a, b = [charge(amount="1")], [charge(amount="2"), charge("2026-11-04", "3")]
    await writer.write("a", a)
    await writer.write("b", b)
    await holds(database, a + b)
    await writer.write("a", a := [charge(amount="-2")])
    await holds(database, a + b)


async def test_charges_of_another_month_go_to_its_partition(
    database: Database, writer: Writer
) -> None:
    rows = [charge("2019-12-31"), charge("2031-01-01")]
    await writer.write("a", rows)
    await holds(database, rows)
    assert await scalar(database, "SELECT count(*) FROM charge_daily_2019_12") == 1


async def test_the_export_s_totals_are_compared(database: Database, writer: Writer) -> None:
    rows = [charge(amount="10"), charge("2026-10-03", "4", charge_category="Tax")]
    await writer.write("a", rows, said=[])
    periods = "SELECT bool_or(matches_export) FROM billing_periods"
    assert not (await stored_slices(database, "gcp"))["a"].matches_export
    assert await scalar(database, periods) is False
    [october, november] = await reconcile(database)
    assert (october.billing_period, october.charge_category) == (date(2026, 10, 1), "Tax")
    assert (november.held_billed, november.said_billed) == (Decimal(10), Decimal(0))

    await writer.write("a", rows)
    assert (await stored_slices(database, "gcp"))["a"].matches_export
    assert await scalar(database, periods.replace("_or", "_and")) is True
    assert await reconcile(database) == ()


@pytest.mark.parametrize("wrong", [{"billed": Decimal("10.0000000001")}, {"lines": 2}])
async def test_a_total_matches_exactly_or_not(
    database: Database, writer: Writer, wrong: dict[str, Any]
) -> None:
    rows = [charge(amount="10")]
    await writer.write("a", rows, said=[changed(t, **wrong) for t in totals(rows)])
    assert not (await stored_slices(database, "gcp"))["a"].matches_export
    assert len(await reconcile(database, source="gcp", billing_period=date(2026, 11, 1))) == 1
    assert await reconcile(database, source="gcp", billing_period=date(2026, 10, 1)) == ()


async def test_an_unknown_source_is_named(writer: Writer) -> None:
    with pytest.raises(UnknownSourceError, match="'aws'") as caught:
        await writer.write("a", [charge()], source="aws")
    assert caught.value.suggestions == ("gcp",)


async def test_two_sources_can_t_hold_the_same_month(database: Database, writer: Writer) -> None:
    """Or the standard and the detailed export of an account would both count."""
    await register(database, SourceInfo("detailed", "bigquery", "gcp", "elsewhere"))
    await writer.write("a", rows := [charge()])
    with pytest.raises(SharedAccountError, match=r"'gcp' and 'detailed' both hold 2026-11"):
        await writer.write("a", [charge("2026-11-09")], source="detailed")
    await writer.write("b", other := [charge(billing_account="9999")], source="detailed")
    await holds(database, rows + other)


async def test_names_are_those_of_the_newest_slice(database: Database, writer: Writer) -> None:
    name = "SELECT name FROM skus WHERE sku_id = 'AA-11'"
    await writer.write("2026-11-02", [charge(sku_name="N2 core", account_name="Shop")])
    await writer.write("2026-11-01", [charge(sku_name="old name", account_name="Old shop")])
    assert await scalar(database, name) == "N2 core"
    await writer.write("2026-11-03", [charge(sku_name="N2 vCPU", account_name="Shop 2")])
    assert await scalar(database, name) == "N2 vCPU"
    assert await scalar(database, "SELECT account_name FROM scopes") == "Shop 2"


async def test_rates_are_kept_by_month_and_currency(database: Database, writer: Writer) -> None:
    november = (date(2026, 11, 1), "EUR")
    for rate in ("0.91", "0.92"):
        await writer.write("a", [charge()], rates={november: Decimal(rate)})
    assert await scalar(database, "SELECT per_usd FROM conversion_rates") == Decimal("0.92")


class TestRestatements:
    """What changed on days that people have been shown as complete."""

    @pytest.fixture
    async def published(self, database: Database, writer: Writer) -> Writer:
        """Days from the 1st to the 9th of November are."""
        await writer.write("a", [charge("2026-11-05", "10"), charge("2026-11-12", "10")])
        async with database.begin() as tx:
            await tx.execute(
                text("UPDATE sources SET held_since = '2026-11-01', complete_until = '2026-11-10'")
            )
        return writer

    async def told(self, database: Database) -> list[tuple[object, ...]]:
        async with database.read() as connection:
            rows = await connection.execute(
                text('SELECT day, currency, "before", "after" FROM restatements ORDER BY id')
            )
            return [tuple(row) for row in rows]

    async def test_a_change_of_a_published_day_is_one(
        self, database: Database, published: Writer
    ) -> None:
        done = await published.write("b", [charge("2026-11-05", "2.5", sku_id="BB")])
        assert done.restated == 1
        day = date(2026, 11, 5)
        assert await self.told(database) == [(day, "USD", Decimal(10), Decimal("12.5"))]

    async def test_young_days_and_new_history_aren_t(self, published: Writer) -> None:
        rows = [charge("2026-11-12", "3"), charge("2026-10-31", "3")]
        assert (await published.write("b", rows)).restated == 0

    async def test_what_stays_the_same_in_sum_isn_t(self, published: Writer) -> None:
        moved = [charge("2026-11-05", "4"), charge("2026-11-05", "6", region="us-east1")]
        assert (await published.write("a", moved)).restated == 0

    async def test_taxes_and_promotions_aren_t(self, published: Writer) -> None:
        rows = [
            charge("2026-11-05", charge_category="Tax"),
            charge("2026-11-05", charge_category="Credit", source_type="PROMOTION"),
        ]
        assert (await published.write("b", rows)).restated == 0

    async def test_each_currency_is_told(self, published: Writer) -> None:
        rows = [charge("2026-11-05", "1", currency="EUR"), charge("2026-11-05", "1")]
        assert (await published.write("b", rows)).restated == 2
