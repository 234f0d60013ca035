"""The mapping, column by column: what a line says is what its charge is."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.ingest.model import Left
from core.ingest.sources.focus import open_focus
from core.ingest.sources.focus_columns import AMOUNTS as COLUMNS_OF_AMOUNTS
from core.ingest.sources.focus_columns import DAYS, KIND, PROVIDER, TAGS, TEXTS
from tests.support.charges import Row
from tests.support.focus import NOW, line, read, rows, source, table, write


async def charge(tmp_path: Path, **changes: Any) -> Row:
    """The charge of one line."""
    write(tmp_path / "a.csv", [line(**changes)])
    (row,) = await rows(source(tmp_path, provider="aws", labels=["team", "env"]))
    return row


async def test_a_line_is_a_charge(tmp_path: Path) -> None:
    assert await charge(tmp_path, Tags={"env": "prod", "team": "a", "other": "x"}) == {
        "day": date(2026, 10, 5),
        "billing_period": date(2026, 10, 1),
        "billing_account": "123456789012",
        "account_id": "111111111111",
        "account_name": "Checkout",
        "service": "Amazon Elastic Compute Cloud",
        "service_category": "Compute",
        "sku_id": "SKU1",
        "sku_name": "Instance hours",
        "region": "eu-west-1",
        "labels": '{"env":"prod","team":"a"}',
        "charge_category": "Usage",
        "source_type": "",
        "invoice_id": "",
        "currency": "USD",
        "unit": "Hours",
        "billed": "1.25",
        "effective": "1.2",
        "list": "1.5",
        "contracted": "1.3",
        "quantity": "3",
        "lines": 1,
    }


def test_every_column_of_the_mapping_is_tested_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for column in (*DAYS, *TEXTS, *COLUMNS_OF_AMOUNTS, *KIND, PROVIDER, TAGS):
        for name in column.focus:
            assert re.search(rf"\b{name}\b", text), name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ChargePeriodStart": "2026-10-05T23:30:00-02:00"}, {"day": date(2026, 10, 6)}),
        ({"ChargePeriodStart": "2026-10-05 23:30:00"}, {"day": date(2026, 10, 5)}),
        ({"ChargePeriodStart": "2026-10-05T23:30Z"}, {"day": date(2026, 10, 5)}),
        ({"ChargePeriodStart": "2026-10-05T23:30:00.000Z"}, {"day": date(2026, 10, 5)}),
        ({"ChargePeriodStart": "10/5/2026"}, {"day": date(2026, 10, 5)}),
        ({"ChargePeriodStart": "2026-10-05"}, {"day": date(2026, 10, 5)}),
        ({"BillingPeriodStart": "2026-09-15"}, {"billing_period": date(2026, 9, 1)}),
        ({"BillingAccountId": "/providers/x"}, {"billing_account": "/providers/x"}),
        ({"SubAccountId": None}, {"account_id": ""}),
        ({"SubAccountName": "NULL"}, {"account_name": ""}),
        ({"ServiceName": None}, {"service": ""}),
        ({"ServiceCategory": "Storage"}, {"service_category": "Storage"}),
        ({"SkuId": None}, {"sku_id": ""}),
        ({"x_SkuDescription": "D2s v3"}, {"sku_name": "D2s v3"}),
        ({"RegionId": None}, {"region": ""}),
        ({"InvoiceId": "EUINGB26-1"}, {"invoice_id": "EUINGB26-1"}),
        ({"BillingCurrency": "eur"}, {"currency": "EUR"}),
        ({"ConsumedUnit": None}, {"unit": ""}),
        ({"BilledCost": "-0.00000000001"}, {"billed": "-0.00000000001"}),
        ({"BilledCost": " 2 "}, {"billed": "2"}),
        ({"BilledCost": "1.5E-7"}, {"billed": "0.00000015"}),
        ({"EffectiveCost": "3"}, {"effective": "3"}),
        ({"ListCost": None}, {"list": None}),
        ({"ContractedCost": None}, {"contracted": None}),
        ({"ConsumedQuantity": None}, {"quantity": None}),
        ({"ChargeCategory": "tax"}, {"charge_category": "Tax", "source_type": ""}),
        ({"ChargeCategory": "Credit"}, {"charge_category": "Credit", "source_type": "PROMOTION"}),
        ({"ChargeCategory": "Rebate"}, {"charge_category": "Usage", "source_type": "Rebate"}),
        ({"ChargeClass": "Correction"}, {"charge_category": "Usage", "source_type": "Correction"}),
        (
            {"ChargeCategory": "Credit", "ChargeClass": "Correction"},
            {"charge_category": "Credit", "source_type": "PROMOTION"},
        ),
        (
            {"ChargeCategory": "Credit", "x_CreditType": "FREE_TIER"},
            {"charge_category": "Credit", "source_type": "FREE_TIER"},
        ),
        ({"x_CreditType": "FREE_TIER"}, {}),
        ({"x_AmortizationClass": "Principal"}, {"source_type": "Principal"}),
        (
            {"x_CostType": "rounding_error", "ChargeClass": "Correction"},
            {"source_type": "rounding_error Correction"},
        ),
        ({"Tags": None}, {"labels": "{}"}),
        ({"Tags": '"team": "a","x": "b"'}, {"labels": '{"team":"a"}'}),
        ({"Tags": '{"team": null, "env": 5}'}, {"labels": '{"env":"5","team":"true"}'}),
        ({"Tags": '{"team": "größe"}'}, {"labels": '{"team":"größe"}'}),
    ],
)
async def test_a_changed_column_changes_its_own_part_only(
    tmp_path: Path, changes: Row, said: Row
) -> None:
    before = await charge(tmp_path)
    assert await charge(tmp_path, **changes) == {**before, **said}


@pytest.mark.parametrize(
    ("first", "then", "ours"),
    [
        ("SkuMeter", {"x_UsageType": "EU-BoxUsage"}, "sku_name"),
        ("x_UsageType", {"ChargeDescription": "$0.096 per hour"}, "sku_name"),
        ("RegionId", {"RegionName": "Europe (Ireland)"}, "region"),
        ("InvoiceId", {"x_InvoiceId": "G1"}, "invoice_id"),
    ],
)
async def test_columns_that_stand_in_for_others(
    tmp_path: Path, first: str, then: Row, ours: str
) -> None:
    """The first that a file has is read."""
    one = line(**then)
    for gone in ("SkuMeter", first):
        one.pop(gone, None)
    write(tmp_path / "a.csv", [one])
    (row,) = await rows(source(tmp_path))
    assert row[ours] == next(iter(then.values()))


async def test_who_issues_the_invoice_does_not_change_what_is_billed(tmp_path: Path) -> None:
    """The provider has put 0 already where it bills nothing; its names differ for its own too."""
    row = await charge(tmp_path, InvoiceIssuerName="Acme Reseller", BilledCost="7")
    assert row["billed"] == "7"
    assert (await charge(tmp_path, InvoiceIssuerName="R", BilledCost="0"))["billed"] == "0"


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ({"ProviderName": "Microsoft"}, "azure"),
        ({"ProviderName": "Google Cloud"}, "gcp"),
        ({"ProviderName": "AWS"}, "aws"),
        ({"ProviderName": None, "ServiceProviderName": "AWS"}, None),
        ({"ProviderName": "Snow & Flake, Inc."}, "snow-flake-inc"),
    ],
)
async def test_the_provider_is_told_by_the_files(
    tmp_path: Path, name: Row, provider: str | None
) -> None:
    one = line(**name)
    if one["ProviderName"] is None:
        del one["ProviderName"]
    write(tmp_path / "a.csv", [one])
    async with open_focus(source(tmp_path), lambda: NOW) as opened:
        assert opened.info.provider == (provider or "aws")


async def test_lines_of_two_clouds_are_refused_unless_one_is_chosen(tmp_path: Path) -> None:
    """A marketplace's seller is no cloud: its lines are those of the cloud that sells them."""
    lines = [
        line(BilledCost="1"),
        line(ProviderName="Microsoft", BilledCost="10"),
        line(ProviderName="Snow & Flake, Inc.", BilledCost="100"),
    ]
    write(tmp_path / "a.csv", lines)
    reading = (await read(source(tmp_path)))["2026-10"]
    assert isinstance(reading, Left)
    assert reading.why.startswith("aws: a.csv: there are charges of aws and azure. List a source ")
    for provider, billed in (("aws", 101), ("azure", 110)):
        found = await rows(source(tmp_path, provider=provider))
        assert sum(Decimal(row["billed"]) for row in found) == billed


async def test_tags_of_parquet_may_be_a_map_or_text(tmp_path: Path) -> None:
    lines = [line(Tags=tags) for tags in (None, {}, {"team": "a", "x": "y"}, {"team": 'é"'})]
    of_map = table(lines)
    texts = pa.array([None, "{}", '{"team":"a","x":"y"}', '{"team":"é\\""}'])
    of_text = of_map.set_column(of_map.column_names.index("Tags"), "Tags", texts)
    for made in (of_map, of_text):
        pq.write_table(made, tmp_path / "a.parquet")
        found = await rows(source(tmp_path, labels=["team"]))
        assert {row["labels"]: row["lines"] for row in found} == {
            "{}": 2,
            '{"team":"a"}': 1,
            '{"team":"é\\""}': 1,
        }
