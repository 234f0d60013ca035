"""Workbooks: what a spreadsheet reads back, cell by cell."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from bot.render import workbook
from bot.render.xlsx import Amount, Book, Cell, Share, Total, fits, money_format
from tests.support.answers import AMOUNTS, NAMES


def written(
    columns: Sequence[str],
    *rows: Sequence[Cell] | Total,
    name: str = "Rows",
    in_full: Sequence[str] = (),
    most_rows: int = 1000,
) -> Any:
    """A book of one sheet, read back."""
    to = io.BytesIO()
    with Book(to, title="Test", most_rows=most_rows) as book:
        book.sheet(name, columns, in_full=in_full).write(rows)
    return load_workbook(io.BytesIO(to.getvalue()))


def values(page: Any) -> list[tuple[object, ...]]:
    return list(page.iter_rows(values_only=True))


def test_values_are_what_they_are() -> None:
    """Numbers add up, days can be counted, shares are percentages, instants are UTC's."""
    row = (
        "checkout",
        Amount(Decimal("5120.25"), "USD"),
        Share(Decimal("0.6086")),
        date(2026, 11, 21),
        datetime(2026, 11, 21, 22, tzinfo=UTC),
        3,
        None,
    )
    page = written(("a", "b", "c", "d", "e", "f", "g"), row).active
    cells = page[2]
    read = [cell.value for cell in cells[:6]]
    assert read == [
        "checkout",
        5120.25,
        0.6086,
        datetime(2026, 11, 21),  # noqa: DTZ001 - as openpyxl reads days
        datetime(2026, 11, 21, 22),  # noqa: DTZ001 - a spreadsheet has no zones
        3,
    ]
    assert [cell.number_format for cell in cells[1:5]] == [
        '"$"#,##0.00;-"$"#,##0.00',
        "0.0%",
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm",
    ]
    assert cells[3].is_date


@pytest.mark.parametrize(
    ("currency", "shape"),
    [
        ("EUR", '"€"#,##0.00;-"€"#,##0.00'),
        ("JPY", '"¥"#,##0;-"¥"#,##0'),
        ("CHF", '"CHF "#,##0.00;-"CHF "#,##0.00'),
        ("KWD", '"KWD "#,##0.000;-"KWD "#,##0.000'),
    ],
)
def test_amounts_have_their_currencys_look(currency: str, shape: str) -> None:
    assert money_format(currency) == shape


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=HYPERLINK(1)"])
def test_no_text_is_ever_a_formula(text: str) -> None:
    """Nor does it become one when somebody edits the cell."""
    cell = written(("name",), (text,)).active["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix


def test_the_head_stays_in_view_and_filters_all_but_the_total() -> None:
    rows: list[Sequence[Cell] | Total] = [("a", 1), ("b", 2)]
    page = written(("Name", "Count"), *rows, Total(("Total", 3))).active
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:B3"
    assert page["A4"].font.bold
    assert not page["A3"].font.bold


def test_it_is_printed_as_wide_as_the_paper_with_its_head_on_each_page() -> None:
    page = written(("Name", "Count"), ("a", 1)).active
    assert page.page_setup.orientation == "landscape"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0
    assert page.print_title_rows == "$1:$1"


def test_columns_are_as_wide_as_what_they_hold() -> None:
    page = written(("Name", "N"), ("Networking & CDN", 1), ("x" * 500, 2)).active
    assert page.column_dimensions["A"].width == pytest.approx(60.7, abs=1)
    assert page.column_dimensions["B"].width < 12


def test_more_rows_than_a_sheet_holds_go_on_in_the_next() -> None:
    book = written(("n",), *((n,) for n in range(5)), most_rows=3)
    assert book.sheetnames == ["Rows", "Rows (2)", "Rows (3)"]
    assert [row for page in book for row in values(page)[1:]] == [(0,), (1,), (2,), (3,), (4,)]
    assert all(values(page)[0] == ("n",) for page in book)


def test_a_page_of_nothing_but_the_total_has_no_filter() -> None:
    book = written(("n",), (1,), (2,), Total((3,)), most_rows=3)
    assert [page.auto_filter.ref for page in book] == ["A1:A3", None]
    assert values(book.worksheets[1]) == [("n",), (3,)]


def test_an_amount_that_no_number_holds_is_text() -> None:
    huge = Decimal(10) ** 400
    page = written(("a",), (Amount(huge, "USD"),), in_full=("a",)).active
    assert values(page)[1] == (f"{huge:f}", f"{huge:f}")
    assert not fits(huge)


def test_a_workbook_of_charges_has_each_text_as_it_is(tmp_path: Path) -> None:
    """Line ends within it, what would be a formula, an amount of more digits, and none."""
    rows = (
        "date,service,currency,amount\r\n"
        '2026-11-01,"=a\r\nb",USD,12345678901234.567891\r\n'
        "2026-11-02,,USD,\r\n"
    )
    workbook.make(io.BytesIO(rows.encode()), tmp_path / "a.xlsx")
    _, first, second = values(load_workbook(tmp_path / "a.xlsx").active)
    assert unescape(str(first[1])) == "=a\r\nb"
    assert first[4] == "12345678901234.567891"
    assert second[1:] == (None, "USD", None, None)


def test_names_of_sheets_are_made_valid_and_told_apart() -> None:
    to = io.BytesIO()
    with Book(to) as book:
        for name in ("a/b", "A b", "x" * 40, "x" * 41, "[]", ""):
            book.sheet(name, ("n",))
    names = load_workbook(io.BytesIO(to.getvalue())).sheetnames
    assert names[:2] == ["a b", "A b 2"]
    assert len({name.casefold() for name in names}) == 6
    assert all(0 < len(name) <= 31 for name in names)


def test_what_a_number_does_not_hold_stands_in_full_beside_it() -> None:
    long = Decimal("1234567890123456.789012345")
    page = written(
        ("amount", "name"),
        (Amount(long, "USD"), "a"),
        (Amount(Decimal("0.1"), "USD"), "b"),
        in_full=("amount",),
    ).active
    assert values(page) == [
        ("amount", "name", "amount in full"),
        (pytest.approx(float(long), rel=1e-15), "a", str(long)),
        (0.1, "b", None),
    ]


@given(AMOUNTS)
def test_a_number_that_fits_is_exact(amount: Decimal) -> None:
    read = written(("amount",), (Amount(amount, "USD"),), in_full=("amount",)).active["A2"].value
    if fits(amount):
        assert Decimal(f"{read:.15G}") == amount
    assert read == pytest.approx(float(amount), rel=1e-14)


@given(
    st.one_of(
        NAMES.filter(lambda name: name is not None),
        st.sampled_from(("<r>x</r>", "_x0041_", " a ", "\u202eabc", "a\nb")),
    )
)
def test_text_is_read_back_as_it_was(text: str) -> None:
    read = written(("name",), (text,)).active["A2"].value
    assert unescape(str(read or "")).strip() == text.encode("utf-8", "replace").decode().strip()


def test_a_spreadsheet_takes_so_much_text_in_a_cell() -> None:
    assert len(written(("name",), ("x" * 40_000,)).active["A2"].value) == 32_767
    assert written(("name",), ("🚀" * 40_000,)).active["A2"].value == "🚀" * 16_383
