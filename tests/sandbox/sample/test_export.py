"""The export has Google's shape, and everything in it that makes real exports hard."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.sample.company import PROJECTS
from sandbox.sample.export import PARTITION, SCHEMA, arrow_type, export

PACIFIC = ZoneInfo("America/Los_Angeles")


def _day(row: dict[str, Any]) -> date:
    day: date = row["usage_start_time"].astimezone(PACIFIC).date()
    return day


def _by_day(sample: Any, project: str, service: str | None = None) -> dict[date, float]:
    days: dict[date, float] = defaultdict(float)
    for row in sample.rows:
        if row["cost_type"] != "regular" or row["adjustment_info"] or not row["project"]:
            continue
        services = {None, row["service"]["description"]}
        if row["project"]["name"] == project and service in services:
            days[_day(row)] += row["cost"]
    return days


def test_its_columns_are_those_of_the_schema_in_their_order(sample: Any) -> None:
    table = export(sample.charges[:100])
    assert table.schema.names == [field["name"] for field in SCHEMA] + [PARTITION]
    for field in SCHEMA:
        assert table.schema.field(field["name"]).type == arrow_type(field)


def test_a_row_is_taken_in_on_the_day_of_its_export_in_utc(sample: Any) -> None:
    for row in sample.rows:
        assert row[PARTITION].date() == row["export_time"].astimezone(UTC).date()
        assert row["export_time"] > row["usage_start_time"]


def test_what_was_moved_from_an_older_table_was_taken_in_at_the_ends_of_months(
    sample: Any,
) -> None:
    moved = date(2026, 9, 1)
    for row in export(sample.charges, moved=moved).select([PARTITION, "export_time"]).to_pylist():
        exported, taken_in = row["export_time"].date(), row[PARTITION].date()
        if exported >= moved:
            assert taken_in == exported
        else:
            assert (taken_in + timedelta(1)).day == 1
            assert (taken_in.year, taken_in.month) == (exported.year, exported.month)


def test_rows_without_any_credit_are_rows_too(sample: Any) -> None:
    plain = [charge for charge in sample.charges if not charge.credits][:3]
    assert export(plain).column("credits").to_pylist() == [[], [], []]


def test_it_has_twelve_projects_and_its_rows_are_few_enough_for_a_quick_start(sample: Any) -> None:
    names = {row["project"]["name"] for row in sample.rows if row["project"]}
    assert names == {project.name for project in PROJECTS}
    assert len(names) == 12
    assert 30_000 < len(sample.rows) < 60_000


@pytest.mark.parametrize(
    "kind",
    [
        "SUSTAINED_USAGE_DISCOUNT",
        "COMMITTED_USAGE_DISCOUNT",
        "FEE_UTILIZATION_OFFSET",
        "DISCOUNT",
        "FREE_TIER",
        "PROMOTION",
    ],
)
def test_it_has_credits_of_each_kind_and_all_are_negative(sample: Any, kind: str) -> None:
    amounts = [
        credit["amount"]
        for row in sample.rows
        for credit in row["credits"]
        if credit["type"] == kind and not row["adjustment_info"]
    ]
    assert len(amounts) > 100
    assert max(amounts) <= 0


def test_some_lines_have_several_credits(sample: Any) -> None:
    several = [row for row in sample.rows if len(row["credits"]) > 1]
    assert len(several) > 500


def test_the_promotion_ends(sample: Any) -> None:
    promoted = {
        _day(row) for row in sample.rows for c in row["credits"] if c["type"] == "PROMOTION"
    }
    assert date(2026, 11, 15) in promoted
    assert max(promoted) == date(2026, 11, 15)


def test_commitments_are_fees_offset_where_they_are_used(sample: Any) -> None:
    fees = [row for row in sample.rows if "Commitment - dollar based" in row["sku"]["description"]]
    offsets = [credit["amount"] for row in fees for credit in row["credits"]]
    assert sum(offsets) < -0.9 * sum(row["cost"] for row in fees)
    assert all(row["project"] is None for row in fees)


def test_every_cost_type_occurs(sample: Any) -> None:
    kinds = Counter(row["cost_type"] for row in sample.rows)
    assert kinds.keys() == {"regular", "tax", "adjustment", "rounding_error"}
    assert kinds["tax"] > 12 * 17


def test_corrections_keep_the_usage_day_and_are_on_a_later_invoice(sample: Any) -> None:
    corrections = [
        row for row in sample.rows if row["cost_type"] == "regular" and row["adjustment_info"]
    ]
    assert corrections
    for taken_back, charged_anew in zip(corrections[::2], corrections[1::2], strict=True):
        assert taken_back["cost"] < 0 < charged_anew["cost"]
        assert _day(taken_back) == _day(charged_anew)
        assert taken_back["invoice"]["month"] > f"{_day(taken_back):%Y%m}"
        assert taken_back["adjustment_info"]["mode"] == "COMPLETE_NEGATION_WITH_REMONETIZATION"


def test_late_usage_rolls_into_the_next_invoice(sample: Any) -> None:
    late = [
        row
        for row in sample.rows
        if row["cost_type"] == "regular"
        and not row["adjustment_info"]
        and row["invoice"]["month"] != f"{_day(row):%Y%m}"
    ]
    assert late
    assert all(row["export_time"].astimezone(PACIFIC).day >= 4 for row in late)


def test_support_and_commitments_belong_to_no_project(sample: Any) -> None:
    services = {row["service"]["description"] for row in sample.rows if row["project"] is None}
    assert {"Support", "Compute Engine", "Invoice"} <= services


def test_weekends_are_cheaper(sample: Any) -> None:
    days = _by_day(sample, "staging")
    recent = [day for day in days if date(2026, 9, 1) <= day < date(2026, 11, 1)]
    weekend = [days[day] for day in recent if day.weekday() >= 5]
    working = [days[day] for day in recent if day.weekday() < 5]
    assert sum(weekend) / len(weekend) < 0.6 * sum(working) / len(working)


def test_it_grows(sample: Any) -> None:
    days = _by_day(sample, "search")
    then = sum(days[date(2025, 6, 1) + timedelta(one)] for one in range(28))
    now = sum(days[date(2026, 6, 1) + timedelta(one)] for one in range(28))
    assert 1.15 < now / then < 1.5


def test_a_query_runs_away(sample: Any) -> None:
    days = _by_day(sample, "data-platform", "BigQuery")
    assert days[date(2026, 11, 12)] > 3 * days[date(2026, 11, 11)]
    assert days[date(2026, 11, 14)] < days[date(2026, 11, 12)] / 3


def test_a_launch_is_seen(sample: Any) -> None:
    days = _by_day(sample, "mobile-api")
    assert days[date(2026, 9, 15)] > 1.4 * days[date(2026, 9, 8)]


def test_labels_name_team_environment_and_cost_centre_where_somebody_set_them(sample: Any) -> None:
    labelled = Counter(
        frozenset(label["key"] for label in row["labels"]) for row in sample.rows if row["project"]
    )
    assert labelled[frozenset({"team", "env", "cost_center"})] > labelled[frozenset()] > 1000


def test_an_amount_is_what_its_price_and_usage_say(sample: Any) -> None:
    for row in sample.rows[:500]:
        usage = row["usage"]["amount_in_pricing_units"]
        listed = usage * float(row["price"]["list_price"])
        assert listed == pytest.approx(row["cost_at_list"], abs=1e-5)
        paid = usage * float(row["price"]["effective_price"])
        assert paid == pytest.approx(row["cost"], rel=1e-4, abs=1e-5)


def test_no_instant_lies_before_the_first_day(sample: Any) -> None:
    begins = datetime(2025, 5, 1, tzinfo=PACIFIC)
    assert min(row["usage_start_time"] for row in sample.rows) >= begins
