"""FOCUS exports: every fact a row, exactly, and back again by our own source."""

import csv as standard_csv
import gzip
import io
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from bot.render.focus import Format, written
from bot.render.parquet import TooManyDigitsError, schema
from core.access.model import OPERATOR, Viewer
from core.cache import Cache
from core.costs.exporting.columns import COLUMNS
from core.costs.exporting.export import FocusExport, IncompleteExportError, Survey
from core.costs.model import PROJECT, PROVIDER, SERVICE, Basis, CostQuery, Filter
from core.costs.service import CostService
from core.costs.writing.sources import register
from core.database import Database
from core.period import Period
from core.projects.model import ProjectChange
from tests.support.charges import GCP, NOW, Row, Writer, charge, exact_sum, facts, totals
from tests.support.clock import FakeClock
from tests.support.exporting import (
    AUTUMN,
    companies,
    export,
    exported,
    google,
    parquet,
    read,
    summed,
    synced,
)
from tests.support.focus import NOVEMBER, OCTOBER, some, write
from tests.support.postgres import Databases

AMOUNTS = {
    "BilledCost": "billed",
    "EffectiveCost": "effective",
    "ListCost": "list",
    "x_LineCount": "lines",
}
NAMES = [column.name for column in COLUMNS]
FEBRUARY = Period(date(2026, 2, 1), date(2026, 3, 1))


@pytest.fixture
async def writer(fresh_database: Database) -> Writer:
    await register(fresh_database, GCP)
    return Writer(fresh_database)


async def only(database: Database, **options: Any) -> Row:
    """The one row of an export."""
    (row,) = await exported(database, **options)
    return row


@pytest.mark.parametrize("form", Format)
async def test_totals_are_those_of_the_facts_to_the_last_digit(
    fresh_database: Database, tmp_path: Path, form: Format
) -> None:
    """By category, currency and month of the invoice; the facts are added up by Decimal."""
    await companies(fresh_database, tmp_path)
    held = await facts(fresh_database)
    file = await export(fresh_database, form)
    rows = (
        parquet(file).to_pylist()
        if form is Format.PARQUET
        else read(gzip.decompress(file) if form is Format.GZIP else file)
    )
    assert len(rows) == len(held) > 150
    for row in rows:
        row["month"] = str(row["BillingPeriodStart"])[:7]
    for fact in held:
        fact["month"] = str(fact["billing_period"])[:7]
    for name, ours in AMOUNTS.items():
        theirs = summed(rows, name, "ChargeCategory", "BillingCurrency", "month")
        assert theirs == summed(held, ours, "charge_category", "currency", "month")


async def test_a_charge_is_told_column_by_column(writer: Writer) -> None:
    labels = '{"env": "prod", "team": "a"}'
    one = charge(
        "2026-11-03",
        "1.250000000",
        effective="1.20",
        list="2",
        contracted="1.3",
        quantity="3.50",
        invoice_id="INV-1",
        labels=labels,
        lines=24,
    )
    await writer.write("a", [one])
    (project,) = await writer.projects.list(OPERATOR)
    change = ProjectChange(team="shop", cost_center="C1")
    await writer.projects.change(project.slug, change, by=OPERATOR)
    assert await only(writer.database) == dict.fromkeys(NAMES) | {
        "BilledCost": "1.25",
        "BillingAccountId": "0123AB",
        "BillingCurrency": "USD",
        "BillingPeriodEnd": "2026-12-01T08:00:00Z",
        "BillingPeriodStart": "2026-11-01T07:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeDescription": "N2 core",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": "2026-11-04T08:00:00Z",
        "ChargePeriodStart": "2026-11-03T08:00:00Z",
        "ConsumedQuantity": "3.5",
        "ConsumedUnit": "hour",
        "ContractedCost": "1.3",
        "EffectiveCost": "1.2",
        "InvoiceId": "INV-1",
        "InvoiceIssuerName": "Google Cloud",
        "ListCost": "2",
        "PricingQuantity": "3.5",
        "PricingUnit": "hour",
        "ProviderName": "Google Cloud",
        "PublisherName": "Google Cloud",
        "RegionId": "europe-west1",
        "RegionName": "europe-west1",
        "ServiceCategory": "Compute",
        "ServiceName": "Compute Engine",
        "SkuId": "AA-11",
        "SkuMeter": "N2 core",
        "SubAccountId": "shop",
        "SubAccountName": "Shop",
        "Tags": labels,
        "x_CostCenter": "C1",
        "x_CostType": "regular",
        "x_LineCount": "24",
        "x_Project": "shop",
        "x_Source": "gcp",
        "x_Team": "shop",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": "{}"}, {"Tags": None}),
        ({"service_category": ""}, {"ServiceCategory": "Other"}),
        ({"account_name": ""}, {"SubAccountName": "shop"}),
        ({"account_id": "", "account_name": ""}, {"SubAccountId": None, "SubAccountName": None}),
        ({"region": ""}, {"RegionId": None, "RegionName": None}),
        ({"sku_name": ""}, {"ChargeDescription": "Compute Engine", "SkuMeter": None}),
        ({"contracted": None}, {"ContractedCost": "1"}),
        ({"list": None}, {"ListCost": None}),
        ({"quantity": None}, {"ConsumedQuantity": None, "ConsumedUnit": None}),
        (
            {"charge_category": "Purchase", "source_type": "Correction"},
            {"ChargeClass": "Correction", "ConsumedQuantity": None, "PricingQuantity": "2"},
        ),
        ({"source_type": "regular Correction"}, {"ChargeClass": "Correction"}),
        ({"charge_category": "Tax"}, {"SkuId": None, "PricingUnit": None, "SkuMeter": None}),
        (
            {"charge_category": "Credit", "source_type": "FREE_TIER"},
            {"x_CreditType": "FREE_TIER", "ChargeDescription": "FREE_TIER: N2 core"},
        ),
        ({"billed": "0.0000000000000000000001"}, {"BilledCost": "0.0000000000000000000001"}),
        ({"billed": "-12345678901234567890.5"}, {"BilledCost": "-12345678901234567890.5"}),
        ({"sku_name": 'a "b",\nc'}, {"SkuMeter": 'a "b",\nc'}),
        ({"service": "NULL"}, {"ServiceName": "NULL"}),
        ({"account_name": "größe"}, {"SubAccountName": "größe"}),
    ],
)
async def test_what_a_charge_lacks_or_has_shows_in_its_columns(
    writer: Writer, changes: Row, said: Row
) -> None:
    await writer.write("a", [charge(**{"list": "2", "quantity": "2"} | changes)])
    row = await only(writer.database)
    assert {name: row[name] for name in said} == said
    (other,) = parquet(await export(writer.database, Format.PARQUET)).to_pylist()
    texts = {name: value for name, value in said.items() if isinstance(other[name], str | None)}
    assert {name: other[name] for name in texts} == texts


async def test_a_day_of_google_is_a_pacific_day_whatever_the_season(writer: Writer) -> None:
    await writer.write("a", [charge("2026-03-08"), charge("2026-11-01")])
    rows = await exported(writer.database, period=Period(date(2026, 1, 1), date(2027, 1, 1)))
    assert {(row["ChargePeriodStart"], row["ChargePeriodEnd"]) for row in rows} == {
        ("2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"),
        ("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"),
    }


async def test_days_of_others_are_utc(fresh_database: Database, tmp_path: Path) -> None:
    write(tmp_path / "2026-10" / "a.csv", some(OCTOBER))
    await synced(fresh_database, tmp_path)
    rows = await exported(fresh_database)
    assert {row["ProviderName"] for row in rows} == {"AWS"}
    assert {row["ChargePeriodStart"][10:] for row in rows} == {"T00:00:00Z"}
    assert {row["BillingPeriodStart"] for row in rows} == {"2026-10-01T00:00:00Z"}
    assert {row["BillingPeriodEnd"] for row in rows} == {"2026-11-01T00:00:00Z"}


async def test_parquet_has_types_of_its_own(writer: Writer) -> None:
    await writer.write("a", [charge("2026-11-03", "1.25")])
    table = parquet(await export(writer.database, Format.PARQUET))
    assert table.column_names == NAMES
    assert table.schema.field("BilledCost").type == pa.decimal128(38, 18)
    assert table.schema.field("x_LineCount").type == pa.int64()
    assert table["BilledCost"].to_pylist() == [Decimal("1.25")]
    assert table["ChargePeriodStart"].to_pylist() == [datetime(2026, 11, 3, 8, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("amount", "places"),
    [("12345678901234567890.5", 18), ("123456789012345678901.5", 1), (f"1.{'1' * 37}", 37)],
)
async def test_decimals_of_parquet_have_room_for_every_digit(
    writer: Writer, amount: str, places: int
) -> None:
    await writer.write("a", [charge(amount=amount)])
    table = parquet(await export(writer.database, Format.PARQUET))
    assert table.schema.field("BilledCost").type.scale == places
    assert table["BilledCost"].to_pylist() == [Decimal(amount)]


async def test_parquet_that_would_have_to_round_is_refused(writer: Writer) -> None:
    amount = f"1{'0' * 10}.{'0' * 28}1"
    await writer.write("a", [charge(amount=amount)])
    with pytest.raises(TooManyDigitsError, match=r"11 digits before the point and 29 .* CSV"):
        await export(writer.database, Format.PARQUET)
    assert (await only(writer.database))["BilledCost"] == amount


def test_types_are_the_same_from_month_to_month() -> None:
    assert schema(Survey(1, 2, 3)) == schema(Survey(1, 20, 18))


async def test_the_usage_basis_takes_days_the_invoice_basis_months(writer: Writer) -> None:
    late = charge("2026-10-31", "7", billing_period=NOVEMBER)
    await writer.write("a", [charge("2026-10-31", "1"), late, charge("2026-11-01", "3")])

    async def sums(start: date, end: date, basis: Basis) -> list[str]:
        rows = await exported(writer.database, period=Period(start, end), basis=basis)
        return sorted(row["BilledCost"] for row in rows)

    assert await sums(OCTOBER, NOVEMBER, Basis.USAGE) == ["1", "7"]
    assert await sums(OCTOBER, NOVEMBER, Basis.INVOICE) == ["1"]
    assert await sums(NOVEMBER, date(2026, 12, 1), Basis.INVOICE) == ["3", "7"]
    assert await sums(date(2026, 11, 1), date(2026, 11, 2), Basis.USAGE) == ["3"]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        (Filter(PROVIDER, ("aws",)), lambda row: row["ProviderName"] == "AWS"),
        (Filter(PROJECT, ("shop",)), lambda row: row["x_Project"] == "shop"),
        (Filter(PROJECT, (None,)), lambda row: row["x_Project"] is None),
        (
            Filter(SERVICE, ("Compute Engine",), negated=True),
            lambda row: row["ServiceName"] != "Compute Engine",
        ),
    ],
)
async def test_filters_keep_what_is_asked_for(
    fresh_database: Database, tmp_path: Path, where: Filter, kept: Callable[[Row], bool]
) -> None:
    await companies(fresh_database, tmp_path)
    everything = await exported(fresh_database)
    found = await exported(fresh_database, where)
    assert 0 < len(found) < len(everything)
    assert sorted(map(str, found)) == sorted(str(row) for row in everything if kept(row))


async def test_a_viewer_of_some_projects_exports_no_others(
    fresh_database: Database, tmp_path: Path
) -> None:
    await companies(fresh_database, tmp_path)
    viewer = Viewer("ada", projects=frozenset({"shop"}))
    rows = await exported(fresh_database, viewer=viewer)
    assert {row["x_Project"] for row in rows} == {"shop"}


@pytest.mark.parametrize("form", Format)
async def test_nothing_to_export_is_a_file_without_rows(writer: Writer, form: Format) -> None:
    for basis in Basis:
        file = await export(writer.database, form, period=FEBRUARY, basis=basis)
        if form is Format.PARQUET:
            assert (parquet(file).num_rows, parquet(file).column_names) == (0, NAMES)
        else:
            text = gzip.decompress(file) if form is Format.GZIP else file
            assert text.decode() == ",".join(NAMES) + "\n"


async def test_csv_is_safe_in_a_spreadsheet_and_parquet_is_as_it_is(writer: Writer) -> None:
    told = {
        "account_name": "=1+1",
        "unit": "@x",
        "sku_name": "-5 % off",
        "service": "\N{FULLWIDTH EQUALS SIGN}x",
    }
    await writer.write("a", [charge(amount="-3", quantity="1", **told)])
    row = await only(writer.database)
    assert (row["SubAccountName"], row["ConsumedUnit"]) == ("'=1+1", "'@x")
    assert (row["SkuMeter"], row["ServiceName"]) == ("'-5 % off", "'\N{FULLWIDTH EQUALS SIGN}x")
    assert row["BilledCost"] == "-3"
    (other,) = parquet(await export(writer.database, Format.PARQUET)).to_pylist()
    assert (other["SubAccountName"], other["ConsumedUnit"]) == ("=1+1", "@x")


async def test_many_rows_come_in_parts_that_no_row_is_cut_by(writer: Writer) -> None:
    """Two lines in a name: what comes from PostgreSQL is cut at the ends of rows only."""
    rows = [
        charge(amount=f"{n}.5", sku_id=f"S{n}", sku_name='"two"\nlines', quantity="1")
        for n in range(8000)
    ]
    await writer.write("a", rows)
    costs = CostService(writer.database, Cache(), FakeClock(NOW))
    async with (
        costs.export(CostQuery(AUTUMN), OPERATOR) as opened,
        aclosing(written(opened, Format.CSV)) as parts,
    ):
        found = [part.decode() async for part in parts]
    assert len(found) > 2
    lengths = {len(r) for part in found for r in standard_csv.reader(io.StringIO(part, newline=""))}
    assert lengths == {len(NAMES)}
    total = exact_sum(row["BilledCost"] for row in read("".join(found).encode()))
    assert total == exact_sum(row["billed"] for row in rows)
    table = parquet(await export(writer.database, Format.PARQUET))
    assert (table.num_rows, sum(table["BilledCost"].to_pylist())) == (8000, total)


async def test_an_export_that_is_given_up_leaves_its_connection_fit_for_use(
    writer: Writer,
) -> None:
    rows = [charge(amount=str(n), sku_id=f"S{n}") for n in range(20_000)]
    await writer.write("a", rows)
    costs = CostService(writer.database, Cache(), FakeClock(NOW))
    for _ in range(12):  # more than there are connections
        async with (
            costs.export(CostQuery(AUTUMN), OPERATOR) as opened,
            aclosing(written(opened, Format.CSV)) as parts,
        ):
            assert await anext(parts)
    assert len(await exported(writer.database)) == 20_000


async def test_rows_that_are_lost_are_told(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    await writer.write("a", [charge()])
    given = FocusExport.__init__

    def wrong(self: FocusExport, driver: Any, found: Any, survey: Survey) -> None:
        given(self, driver, found, Survey(survey.rows + 1))

    monkeypatch.setattr(FocusExport, "__init__", wrong)
    with pytest.raises(IncompleteExportError, match="1 rows of 2 charges"):
        await export(writer.database)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
async def test_our_own_source_reads_our_own_export(
    fresh_database: Database, tmp_path: Path, ending: str, second_database: Database
) -> None:
    """Day by day, kind by kind, currency by currency, to the last digit."""
    await companies(fresh_database, tmp_path / "theirs")
    for provider in ("gcp", "aws"):
        where = Filter(PROVIDER, (provider,))
        file = await export(fresh_database, Format(ending), where)
        path = tmp_path / provider / f"focus.{ending}"
        path.parent.mkdir()
        path.write_bytes(file)
        labels = ["team", "env"]
        await synced(second_database, path.parent, name=provider, labels=labels)
    keys = ("day", "billing_period", "charge_category", "source_type", "currency", "labels")
    before, after = await facts(fresh_database), await facts(second_database)
    for amount in ("billed", "effective", "list"):
        assert summed(after, amount, *keys) == summed(before, amount, *keys)
    assert len({row["source_type"] for row in before}) > 5


@pytest.fixture
async def second_database(databases: Databases, migrated_template: str) -> AsyncIterator[Database]:
    """Another one, which nothing is in."""
    async with databases.made(migrated_template) as name:
        database = await Database.connect(databases.url(name))
        yield database
        await database.close()


def test_the_independent_sums_are_of_every_kind() -> None:
    """What these tests rest on: the made-up company has what can go wrong."""
    kinds = {(total.charge_category, total.source_type) for total in totals(google())}
    assert len(kinds) == 6
