"""A report as files: what a spreadsheet and a script find in them."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.render import words
from bot.render.reports import files
from bot.render.reports.cells import COLUMNS
from core.costs.model import PROJECT, Comparable, CostQuery, Filter
from core.period import Period, previous
from core.reports.model import Report, ReportKind
from core.reports.sections import Against
from core.schedules.model import Format
from tests.support.reports import WEEK, monthly, report, rows, sheet


def table(made: Report) -> list[dict[str, str]]:
    content = files.file(made, Format.CSV).content.decode()
    return list(csv.DictReader(io.StringIO(content)))


def book(made: Report) -> Any:
    return load_workbook(io.BytesIO(files.file(made, Format.XLSX).content))


def test_files_are_named_after_what_they_hold() -> None:
    assert files.file(report(), Format.CSV).name == "report-weekly-all-2026-11-09.csv"
    assert files.file(monthly(), Format.XLSX).name == "report-monthly-all-2026-10.xlsx"
    of = report(query=CostQuery(WEEK, (Filter(PROJECT, ("../x",)),)))
    assert "/" not in files.file(of, Format.JSON).name


def test_columns_stay() -> None:
    head = files.file(monthly(), Format.CSV).content.decode().splitlines()[0]
    assert head == (
        "section,currency,first_day,last_day,dimension,value,name,"
        "amount,previous,change,share,low,high,note"
    )
    assert head == ",".join(COLUMNS)


def test_every_section_has_its_rows() -> None:
    sections = {row["section"] for row in table(monthly())}
    assert sections >= {
        "total", "previous", "last_year", "forecast", "net", "tax", "invoiced", "used",
        "expected_in_the_end", "project", "service", "mover", "new", "stopped", "cause", "day",
        "day_before", "day_service", "month", "budget", "anomaly",
    }  # fmt: skip


def test_amounts_are_exact_and_days_are_days() -> None:
    made = table(report())
    (total,) = [row for row in made if row["section"] == "total"]
    assert (total["amount"], total["previous"], total["change"]) == ("8412.733", "8100", "312.733")
    assert (total["first_day"], total["last_day"]) == ("2026-11-09", "2026-11-15")
    days = [Decimal(row["amount"]) for row in made if row["section"] == "day"]
    assert sum(days) == Decimal("8412.733")


def test_figures_say_whether_they_may_change() -> None:
    first, second, third, *_ = table(report())
    assert (first["section"], first["name"]) == ("status", "provisional")
    assert first["note"] == "Provisional: later charges may still come"
    assert (second["section"], second["note"].startswith("Data through 16 Nov")) == ("data", True)
    assert third["note"].startswith("Promotional credits of $50.00")


def test_a_name_is_no_formula() -> None:
    odd = rows(("=HYPERLINK(1)", "5", "4"), ("+1", "6", "4"))
    made = report(ReportKind.WEEKLY, sheet(WEEK, total=Decimal(11), projects=odd))
    names = [row["name"] for row in table(made) if row["section"] == "project"]
    assert names == ["'=HYPERLINK(1)", "'+1"]
    cell = book(made)["Projects"]["A2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_a_workbook_has_a_sheet_a_subject() -> None:
    names = ["Summary", "Projects", "Services", "Movers", "Daily", "Budgets", "Anomalies"]
    assert book(report()).sheetnames == names
    assert book(monthly()).sheetnames == [*names[:5], "Months", *names[5:]]


@pytest.mark.parametrize(
    "name", ["Summary", "Projects", "Services", "Movers", "Daily", "Months", "Budgets", "Anomalies"]
)
def test_every_sheet_has_a_head_that_stays_and_filters(name: str) -> None:
    page = book(monthly())[name]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref.startswith("A1:")
    assert all(cell.font.bold for cell in page[1])
    assert all(dimension.width > 8 for dimension in page.column_dimensions.values())


def test_figures_are_numbers_with_their_currency_and_sums_are_last() -> None:
    page = book(report())["Projects"]
    first = page[2]
    assert [cell.value for cell in first[:7]] == [
        "checkout", "checkout", "USD", 5120.25, 4800, 320.25, 0.6086,
    ]  # fmt: skip
    assert first[3].number_format == '"$"#,##0.00;-"$"#,##0.00'
    assert first[6].number_format == "0.0%"
    last = page[page.max_row]
    assert (last[0].value, last[3].value) == ("Total", 8412.733)
    assert last[0].font.bold


def test_what_the_post_compares_stands_in_the_files_too() -> None:
    """With the days that the change is of, where they aren't all."""
    here, there = (
        Period(WEEK.start, date(2026, 11, 14)),
        Period(date(2026, 11, 2), date(2026, 11, 7)),
    )
    both = Comparable(Decimal(1000), Decimal(800))
    week = Against(previous(WEEK), Decimal(8100), both, (here, there), cut=True)
    made = report(ReportKind.WEEKLY, sheet(WEEK, previous=week))
    page = book(made)["Summary"]
    heads = [cell.value for cell in page[1]]
    rows_ = {row[0].value: dict(zip(heads, row, strict=True)) for row in page.iter_rows(min_row=2)}
    total, before = rows_["Total"], rows_["The period before"]
    assert [total[name].value for name in ("Before", "Change", "Change, %")] == [8100, 200, 0.25]
    assert total["Change, %"].number_format == "0.0%"
    said = f"change on {words.days(here)} against {words.days(there)}"
    assert (total["Note"].value, before["Note"].value) == (said, said)
    assert rows_["A year before"]["Change"].value == 2412.733
    notes = {row["section"]: row["note"] for row in table(made)}
    assert (notes["total"], notes["previous"], notes["last_year"]) == (said, said, "")
    invoiced = book(monthly())["Summary"]
    [bill] = [row for row in invoiced.iter_rows(min_row=2) if row[0].value == "On its invoice, net"]
    assert bill[heads.index("Before")].value == 8000


def test_days_can_be_counted() -> None:
    page = book(report())["Daily"]
    days = [row[0].value for row in page.iter_rows(min_row=2, max_row=8)]
    assert days[0] == datetime(2026, 11, 9)  # noqa: DTZ001 - as a spreadsheet has it
    assert all(row[0].is_date for row in page.iter_rows(min_row=2, max_row=8))
    heads = [cell.value for cell in page[1]]
    assert heads[-3:] == ["Compute Engine", "Cloud SQL", "BigQuery"]


def test_an_amount_of_many_digits_stands_in_full() -> None:
    long = "1234567890123456.789012345"
    odd = rows(("a", long, "1"))
    made = report(ReportKind.WEEKLY, sheet(WEEK, total=Decimal(long), projects=odd))
    page = book(made)["Projects"]
    at = [cell.value for cell in page[1]].index("Amount in full")
    assert page[2][at].value == long


def test_json_is_what_the_api_says() -> None:
    read = json.loads(files.file(report(), Format.JSON).content)
    assert read["currencies"][0]["total"] == "8412.733"


def test_a_report_of_nothing_has_files() -> None:
    nothing = report(sheets=(), budgets=(), anomalies=())
    assert [row["section"] for row in table(nothing)] == ["status", "data", "note"]
    assert book(nothing)["Projects"].max_row == 1
