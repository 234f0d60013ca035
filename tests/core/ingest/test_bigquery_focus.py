"""Reading Google's FOCUS export: the same charges, digit for digit, as from its others."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.ingest.model import Reading
from tests.core.ingest.test_bigquery import DAY, found, readings, summed
from tests.support.bigquery import Emulator, Table
from tests.support.export import credit, expected, focused, history, line, project, tags, written

CREDITED = [credit(-0.1, "FREE_TIER"), credit(-0.2, "FREE_TIER"), credit(-0.3, "PROMOTION")]


def totals(all_read: Iterable[Reading]) -> dict[tuple[Any, ...], tuple[Decimal, int]]:
    """The control totals by slice, billing period, kind and currency: a kind may have several."""
    added: dict[tuple[Any, ...], tuple[Decimal, int]] = {}
    for reading in all_read:
        for total in reading.totals:
            kind = (total.charge_category, total.source_type)
            key = (reading.item.key, total.billing_period, *kind, total.currency)
            billed, lines = added.get(key, (Decimal(0), 0))
            assert total.effective == total.billed
            added[key] = (billed + total.billed, lines + total.lines)
    return added


async def test_a_month_of_every_kind_of_line(bigquery_emulator: Emulator) -> None:
    """The one expectation of all of Google's exports, from lines written in another way."""
    lines = history(date(2026, 9, 20), 25)
    table = written(bigquery_emulator.table("focus"), focused(lines))
    read = await readings(bigquery_emulator, table, "team", "env")
    assert found(read) == expected(lines, ["team", "env"])
    assert totals(read) == summed(expected(lines))


async def some(emulator: Emulator, *lines: Mapping[str, Any]) -> Reading:
    """A slice of some lines."""
    (reading,) = await readings(emulator, written(emulator.table("focus"), {DAY: lines}), "team")
    return reading


def one(**changes: Any) -> dict[str, Any]:
    """A line of the FOCUS export; `changes` are of its own columns."""
    ((made,),) = focused({DAY: [line(cost=10.0, credits=CREDITED)]}).values()
    return {**made, **changes}


async def test_an_effective_cost_of_its_own_counts(bigquery_emulator: Emulator) -> None:
    """Credits are part of either amount; what is billed and what is effective stay apart."""
    reading = await some(bigquery_emulator, one(EffectiveCost="4.4"))
    assert {
        charge["source_type"]: (Decimal(charge["billed"]), Decimal(charge["effective"]))
        for charge in reading.charges.to_pylist()
    } == {
        "regular": (Decimal(10), Decimal(5)),
        "FREE_TIER": (Decimal("-0.3"), Decimal("-0.3")),
        "PROMOTION": (Decimal("-0.3"), Decimal("-0.3")),
    }
    said = sum((total.effective for total in reading.totals), Decimal(0))
    assert said == Decimal("4.4")


async def test_contracted_costs_are_kept(bigquery_emulator: Emulator) -> None:
    reading = await some(bigquery_emulator, one())
    contracted = [Decimal(c["contracted"]) for c in reading.charges.to_pylist()]
    assert sorted(contracted) == [0, 0, 10]


@pytest.mark.parametrize(
    "start", ["2026-10-01T00:00:00Z", "2026-10-01T07:00:00Z", "2026-10-01T08:00:00Z"]
)
async def test_a_billing_period_is_its_month(bigquery_emulator: Emulator, start: str) -> None:
    """Begun at midnight in UTC or where Google is, in summer or in winter."""
    reading = await some(bigquery_emulator, one(BillingPeriodStart=start))
    assert {c["billing_period"] for c in reading.charges.to_pylist()} == {date(2026, 10, 1)}


async def test_days_are_pacific(bigquery_emulator: Emulator) -> None:
    """FOCUS has instants: the last hour of a Pacific day is the next one's in UTC."""
    reading = await some(bigquery_emulator, one(ChargePeriodStart="2026-10-05T06:59:59Z"))
    assert {c["day"] for c in reading.charges.to_pylist()} == {date(2026, 10, 4)}


async def test_charges_of_the_whole_account_have_no_account(bigquery_emulator: Emulator) -> None:
    """Whether the sub-account is missing or the billing account itself."""
    of_none = one(x_Project=None, SubAccountId=None, SubAccountName=None)
    reading = await some(
        bigquery_emulator,
        of_none,
        {**of_none, "SubAccountId": of_none["BillingAccountId"]},
        {**of_none, "SubAccountId": "acme-x"},
    )
    accounts = [c["account_id"] for c in reading.charges.to_pylist() if c["quantity"]]
    assert sorted(accounts) == ["", "acme-x"]


async def test_kinds_are_those_of_the_other_exports(bigquery_emulator: Emulator) -> None:
    """By Google's own cost type; without it, by what FOCUS says."""
    said = [
        one(x_CostType="rounding_error", ChargeCategory="Adjustment"),
        one(x_CostType=None, ChargeCategory="tax"),
        one(x_CostType=None, ChargeCategory="Usage"),
        one(x_CostType="regular", ChargeCategory="Purchase"),
        one(x_CostType="tax", ChargeCategory=None),
        one(x_CostType="novel", ChargeCategory="Novel"),
    ]
    reading = await some(bigquery_emulator, *(dict(each, x_Credits=[]) for each in said))
    assert sorted(
        (c["charge_category"], c["source_type"], c["lines"]) for c in reading.charges.to_pylist()
    ) == [
        ("Adjustment", "rounding_error", 1),
        ("Purchase", "regular", 1),
        ("Tax", "tax", 2),
        ("Usage", "novel", 1),
        ("Usage", "regular", 1),
    ]


async def test_columns_in_another_case_and_missing_ones(bigquery_emulator: Emulator) -> None:
    """It is a preview: names may be written otherwise, and what isn't needed may be missing."""
    needed = {
        "BilledCost",
        "BillingAccountId",
        "BillingCurrency",
        "ChargePeriodStart",
        "ServiceName",
        "x_Credits",
        "x_ExportTime",
    }
    table = bigquery_emulator.table("focus")
    fields = [f for f in table.schema if f["name"] in needed]
    lower = [{**f, "name": f["name"].lower()} for f in fields]
    bare: Table = bigquery_emulator.make(lower)
    written(bare, {DAY: [{k.lower(): v for k, v in one().items()}]})
    (reading,) = await readings(bigquery_emulator, bare, "team")
    costs = {c["source_type"]: c for c in reading.charges.to_pylist()}
    assert {kind: Decimal(c["billed"]) for kind, c in costs.items()} == {
        "regular": Decimal(10),
        "FREE_TIER": Decimal("-0.3"),
        "PROMOTION": Decimal("-0.3"),
    }
    assert (costs["regular"]["list"], costs["regular"]["account_id"]) == (None, "")
    assert (costs["regular"]["labels"], costs["regular"]["billing_period"]) == (
        "{}",
        date(2026, 10, 1),
    )


async def test_labels_of_the_resource_go_before_those_of_its_project(
    bigquery_emulator: Emulator,
) -> None:
    lines = [
        line(project=project("a", team="p"), labels=tags(team="r")),
        line(project=project("b", team="p")),
        line(project=project("c")),
    ]
    reading = await some(bigquery_emulator, *focused({DAY: lines})[DAY])
    assert {c["account_id"]: c["labels"] for c in reading.charges.to_pylist()} == {
        "acme-a": '{"team":"r"}',
        "acme-b": '{"team":"p"}',
        "acme-c": "{}",
    }
