"""Reading Google's export: totals equal, digit for digit, to a computation apart."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from core.ingest.config import BigQuerySource
from core.ingest.model import Reading
from core.ingest.sources import bigquery as under_test
from core.ingest.sources.bigquery import open_bigquery
from core.ingest.sources.google_rows import by_slice
from core.ingest.sources.google_services import category_of
from tests.support.bigquery import Emulator, Table
from tests.support.export import (
    Export,
    Key,
    Sums,
    credit,
    exact,
    expected,
    history,
    line,
    project,
    tags,
    written,
)

DAY = date(2026, 10, 6)


def source(table: Table, *labels: str) -> BigQuerySource:
    return BigQuerySource(name="gcp", kind="bigquery", table=table.id, labels=labels)


async def readings(emulator: Emulator, table: Table, *labels: str) -> list[Reading]:
    """Everything in a table, as the source hands it over."""
    async with open_bigquery(source(table, *labels), emulator.endpoint) as opened:
        seen = await opened.look(None)
        return [reading async for reading in opened.read(seen, list(seen.fingerprints))]


def found(all_read: Iterable[Reading]) -> dict[Key, Sums]:
    """What was read, by what tells charges apart: which no two rows of a slice share."""
    sums: dict[Key, Sums] = {}
    for reading in all_read:
        for row in reading.charges.to_pylist():
            key = Key(
                reading.item.key,
                row["day"],
                row["billing_period"],
                row["account_id"],
                row["service"],
                row["sku_id"],
                row["region"],
                tuple(json.loads(row["labels"]).items()),
                row["charge_category"],
                row["source_type"],
                row["currency"],
                row["unit"],
            )
            assert key not in sums
            assert row["effective"] == row["billed"]
            sums[key] = Sums(
                Decimal(row["billed"]), row["lines"], _amount(row["list"]), _amount(row["quantity"])
            )
    return sums


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def totals(all_read: Iterable[Reading]) -> dict[tuple[Any, ...], tuple[Decimal, int]]:
    """The control totals, by slice, billing period, kind and currency."""
    return {
        (
            reading.item.key,
            total.billing_period,
            total.charge_category,
            total.source_type,
            total.currency,
        ): (total.billed, total.lines)
        for reading in all_read
        for total in reading.totals
    }


def summed(sums: dict[Key, Sums]) -> dict[tuple[Any, ...], tuple[Decimal, int]]:
    """Sums by slice, billing period, kind and currency."""
    result: dict[tuple[Any, ...], tuple[Decimal, int]] = {}
    for key, one in sums.items():
        group = (key.slice, key.billing_period, key.category, key.source_type, key.currency)
        billed, lines = result.get(group, (Decimal(0), 0))
        result[group] = billed + one.billed, lines + one.lines
    return result


@pytest.mark.parametrize("schema", ["standard", "standard_2024", "detailed"])
async def test_every_generation_and_kind_of_export(
    bigquery_emulator: Emulator, schema: str
) -> None:
    """A month of every kind of line: charges and control totals are those of Decimals."""
    lines = history(date(2026, 9, 20), 25)
    table = written(bigquery_emulator.table(schema), lines)
    read = await readings(bigquery_emulator, table, "team", "env")
    assert found(read) == expected(lines, ["team", "env"])
    assert totals(read) == summed(expected(lines))
    assert [reading.item.key for reading in read] == sorted(str(day) for day in lines)


async def some(emulator: Emulator, *lines: dict[str, Any], labels: Sequence[str] = ()) -> Any:
    """The charges of a slice of some lines."""
    table = written(emulator.table("standard"), {DAY: lines})
    (reading,) = await readings(emulator, table, *labels)
    return reading.charges.to_pylist()


DAYS = {
    "2026-10-01T06:59:59Z": date(2026, 9, 30),
    "2026-10-01T07:00:00Z": date(2026, 10, 1),
    # Clocks put forward on 8 March 2026, at 02:00.
    "2026-03-08T07:59:59Z": date(2026, 3, 7),
    "2026-03-08T08:00:00Z": date(2026, 3, 8),
    "2026-03-09T06:59:59Z": date(2026, 3, 8),
    "2026-03-09T07:00:00Z": date(2026, 3, 9),
    # Clocks put back on 1 November 2026, at 02:00.
    "2026-11-01T06:59:59Z": date(2026, 10, 31),
    "2026-11-01T07:00:00Z": date(2026, 11, 1),
    "2026-11-02T07:59:59Z": date(2026, 11, 1),
    "2026-11-02T08:00:00Z": date(2026, 11, 2),
}


async def test_a_day_is_pacific(bigquery_emulator: Emulator) -> None:
    """Month edges and the days on which clocks are set."""
    lines = [line(usage_start_time=start, sku={"id": start}) for start in DAYS]
    charges = await some(bigquery_emulator, *lines)
    assert {charge["sku_id"]: charge["day"] for charge in charges} == DAYS


async def test_a_correction_keeps_its_day_and_is_on_the_later_invoice(
    bigquery_emulator: Emulator,
) -> None:
    charges = await some(
        bigquery_emulator,
        line(cost=-8.5, invoice={"month": "202611"}),
        line(cost=8.25, invoice={"month": "202611"}),
    )
    assert [(c["day"], c["billing_period"], Decimal(c["billed"])) for c in charges] == [
        (date(2026, 10, 5), date(2026, 11, 1), Decimal("-0.25"))
    ]


async def test_many_credits_never_multiply_the_cost(bigquery_emulator: Emulator) -> None:
    credits_ = [credit(-0.1, "FREE_TIER"), credit(-0.2, "FREE_TIER"), credit(-0.3, "PROMOTION")]
    charges = await some(bigquery_emulator, line(cost=10.0, credits=credits_))
    sums = {c["source_type"]: (Decimal(c["billed"]), c["lines"]) for c in charges}
    assert sums == {
        "regular": (Decimal(10), 1),
        "FREE_TIER": (Decimal("-0.3"), 2),
        "PROMOTION": (Decimal("-0.3"), 1),
    }


async def test_a_commitment_fee_keeps_its_offset_apart(bigquery_emulator: Emulator) -> None:
    """A fee is usage and its offset a credit, so that gross can leave both out."""
    offset = credit(-7.0, "FEE_UTILIZATION_OFFSET")
    charges = await some(bigquery_emulator, line(cost=7.0, credits=[offset]))
    assert {(c["charge_category"], c["source_type"], Decimal(c["billed"])) for c in charges} == {
        ("Usage", "regular", Decimal(7)),
        ("Credit", "FEE_UTILIZATION_OFFSET", Decimal(-7)),
    }


async def test_every_cost_type_counts(bigquery_emulator: Emulator) -> None:
    """One that isn't known is usage, under its own name."""
    types = ("regular", "tax", "adjustment", "rounding_error", "something_new")
    charges = await some(bigquery_emulator, *(line(cost_type=each) for each in types))
    assert {c["source_type"]: c["charge_category"] for c in charges} == {
        "regular": "Usage",
        "tax": "Tax",
        "adjustment": "Adjustment",
        "rounding_error": "Adjustment",
        "something_new": "Usage",
    }


AMOUNTS = {
    "few": (0.1, 0.2),
    "tiny": (1e-7, 3e-9, 4e-10),
    "halves": (1.0000000005, -1.0000000015, 2.5e-9),
    "big": (1234567890.12, 98765432.109876, -0.000000001),
    "bigger": (12345678901.0, 0.07),
}


async def test_amounts_are_the_decimals_that_the_export_shows(bigquery_emulator: Emulator) -> None:
    """FLOAT64 noise enters no total, and each line is rounded as NUMERIC is."""
    lines = [line(cost=each, sku={"id": name}) for name, costs in AMOUNTS.items() for each in costs]
    charges = await some(bigquery_emulator, *lines)
    assert {c["sku_id"]: Decimal(c["billed"]) for c in charges} == {
        name: sum(map(exact, costs), Decimal(0)) for name, costs in AMOUNTS.items()
    }


async def test_lines_that_lack_nearly_everything_are_kept(bigquery_emulator: Emulator) -> None:
    empty = dict.fromkeys(
        ("project", "labels", "location", "usage", "credits", "cost_type", "invoice", "sku")
    )
    (charge,) = await some(bigquery_emulator, line(**empty))
    assert (charge["account_id"], charge["region"], charge["unit"]) == ("", "", "")
    assert (charge["billing_period"], charge["source_type"]) == (date(2026, 10, 1), "regular")
    assert (Decimal(charge["billed"]), charge["quantity"]) == (Decimal("1.25"), None)


async def test_a_label_of_the_resource_goes_before_that_of_its_project(
    bigquery_emulator: Emulator,
) -> None:
    """Those that aren't listed are left out, and strange values are kept as they are."""
    charges = await some(
        bigquery_emulator,
        line(project=project("a", team="p", env="prod"), labels=tags(team="r", other="x")),
        line(project=project("b", team="p")),
        line(project=project("c"), labels=tags(team='ä"\\\n{}', env="")),
        line(project=project("d")),
        labels=("team", "env"),
    )
    assert {c["account_id"]: json.loads(c["labels"]) for c in charges} == {
        "acme-a": {"env": "prod", "team": "r"},
        "acme-b": {"team": "p"},
        "acme-c": {"env": "", "team": 'ä"\\\n{}'},
        "acme-d": {},
    }


async def test_an_unknown_list_price_is_not_zero(bigquery_emulator: Emulator) -> None:
    charges = await some(
        bigquery_emulator, line(cost_at_list=None), line(), line(sku={"id": "other"})
    )
    assert {c["sku_id"]: c["list"] for c in charges} == {
        "2E27-4F75-95CD": None,
        "other": "1.500000000",
    }


async def test_columns_that_are_not_there_are_done_without(bigquery_emulator: Emulator) -> None:
    """An export of early days, in another order."""
    kept = bigquery_emulator.table("standard_2024").schema
    gone = {"cost_at_list", "cost_type", "currency_conversion_rate", "tags", "usage"}
    table = bigquery_emulator.make([f for f in reversed(kept) if f["name"] not in gone])
    lines: Export = {DAY: [line(usage={"amount_in_pricing_units": 0.0, "pricing_unit": ""})]}
    (reading,) = await readings(bigquery_emulator, written(table, lines))
    (charge,) = reading.charges.to_pylist()
    assert (charge["billed"], charge["list"], charge["quantity"]) == ("1.250000000", None, None)
    assert reading.rates == {}


async def test_rates_are_units_for_one_dollar(bigquery_emulator: Emulator) -> None:
    lines = {DAY: [line(), line(currency="JPY", currency_conversion_rate=151.37)]}
    table = written(bigquery_emulator.table("standard"), lines)
    (reading,) = await readings(bigquery_emulator, table)
    october = date(2026, 10, 1)
    assert reading.rates == {(october, "USD"): Decimal(1), (october, "JPY"): Decimal("151.37")}


async def test_what_arrives_after_a_look_is_not_read(bigquery_emulator: Emulator) -> None:
    """Fingerprint, rows and totals are of one instant."""
    table = written(bigquery_emulator.table("standard"), {DAY: [line()]})
    async with open_bigquery(source(table), bigquery_emulator.endpoint) as opened:
        seen = await opened.look(None)
        written(table, {DAY: [line(cost=100.0)], date(2026, 10, 7): [line()]})
        read = [reading async for reading in opened.read(seen, [str(DAY)])]
        moved = await opened.look(None)
    assert [total.billed for total in read[0].totals] == [Decimal("1.25")]
    assert [row["billed"] for row in read[0].charges.to_pylist()] == ["1.250000000"]
    assert moved.fingerprints[str(DAY)] != seen.fingerprints[str(DAY)]
    assert set(moved.fingerprints) == {"2026-10-06", "2026-10-07"}


async def test_only_the_slices_asked_for_are_read(bigquery_emulator: Emulator) -> None:
    lines = history(date(2026, 9, 1), 5)
    table = written(bigquery_emulator.table("standard"), lines)
    async with open_bigquery(source(table), bigquery_emulator.endpoint) as opened:
        seen = await opened.look(date(2026, 9, 3))
        read = [reading async for reading in opened.read(seen, ["2026-09-05", "2026-09-03"])]
    assert sorted(seen.fingerprints) == ["2026-09-03", "2026-09-04", "2026-09-05"]
    assert not seen.whole
    assert found(read) == expected({day: lines[day] for day in lines if day.day in (3, 5)})


async def test_a_query_reads_no_more_lines_than_it_should(
    bigquery_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many slices in one query, but not all of a big export; nothing changes by it."""
    lines = history(date(2026, 9, 1), 6)
    table = written(bigquery_emulator.table("standard"), lines)
    monkeypatch.setattr(under_test, "_LINES_A_QUERY", 100)
    assert found(await readings(bigquery_emulator, table)) == expected(lines)


async def test_other_labels_make_another_fingerprint(bigquery_emulator: Emulator) -> None:
    """And what was stored under the former ones is told to be outdated."""
    table = written(bigquery_emulator.table("standard"), {DAY: [line()]})
    async with open_bigquery(source(table, "team"), bigquery_emulator.endpoint) as before:
        (first,) = (await before.look(None)).fingerprints.values()
        assert not before.outdated(first)
    async with open_bigquery(source(table, "team", "env"), bigquery_emulator.endpoint) as after:
        (second,) = (await after.look(None)).fingerprints.values()
        assert after.outdated(first)
    assert first != second


async def test_a_slice_may_span_pages_and_a_page_slices() -> None:
    def page(*keys: str) -> pa.RecordBatch:
        return pa.record_batch({"slice": list(keys)})

    async def pages() -> Any:
        for one in (page("a", "a"), page("a", "b"), page("c"), page("c", "d")):
            yield one

    cut = [(key, table["slice"].to_pylist()) async for key, table in by_slice(pages())]
    assert cut == [("a", ["a"] * 3), ("b", ["b"]), ("c", ["c"] * 2), ("d", ["d"])]


def test_a_service_has_one_category() -> None:
    assert category_of("Cloud SQL") == "Databases"
    assert category_of("Something quite new") == "Other"
