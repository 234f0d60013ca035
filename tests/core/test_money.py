"""Amounts: exact where they are data, short where they are read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import AmountError, display, plain, read_amount, short, whole


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("5120.250", "5120.25"),
        ("1E+3", "1000"),
        ("-0.00", "0"),
        ("-3.10", "-3.1"),
        ("0.000000000000000000000000001", "0.000000000000000000000000001"),
    ],
)
def test_data_is_plain_and_without_trailing_zeros(amount: str, written: str) -> None:
    assert plain(Decimal(amount)) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_data_is_exact(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    assert "E" not in plain(amount)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("8412.734", "USD", "$8,412.73"),
        ("-640", "USD", "-$640.00"),
        ("0", "USD", "$0.00"),
        ("0.004", "USD", "<$0.01"),
        ("-0.004", "USD", "-<$0.01"),
        ("12345.4", "JPY", "¥12,345"),
        ("1.5", "EUR", "€1.50"),
    ],
)
def test_people_read_a_currency_s_own_decimals(amount: str, currency: str, written: str) -> None:
    assert display(Decimal(amount), currency) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "$0"),
        ("9.5", "$9.5"),
        ("640.4", "$640"),
        ("999.4", "$999"),
        ("999.6", "$1.0k"),
        ("8412.73", "$8.4k"),
        ("99949", "$99.9k"),
        ("99950", "$100k"),
        ("-1234567", "-$1.2M"),
        ("2500000000", "$2.5B"),
    ],
)
def test_tight_places_get_few_characters(amount: str, written: str) -> None:
    assert short(Decimal(amount), "USD") == written


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("8412.73", "8412.73"), ("8,412.73", "8412.73"), ("8.412,73", "8412.73"),
        ("8 412,73", "8412.73"), ("8\u202f412,73", "8412.73"), ("8'412.73", "8412.73"),
        ("8\u2019412.73", "8412.73"), ("1,234,567", "1234567"), ("1.234.567,8", "1234567.8"),
        ("12,5", "12.5"), ("0.412", "0.412"), ("0,412", "0.412"), ("8412.000", "8412"),
        ("-12.30", "-12.3"), ("\u221212,30", "-12.3"), (" 104 ", "104"), ("8.4120", "8.412"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(typed: str, meant: str) -> None:
    assert read_amount(typed) == Decimal(meant)


@pytest.mark.parametrize("typed", ["8.412", "8,412", "-104.125"])
def test_an_amount_that_could_be_two_is_refused_with_both(typed: str) -> None:
    with pytest.raises(AmountError) as told:
        read_amount(typed)
    whole = typed.replace(",", "").replace(".", "")
    assert f"can be read as {whole} or as {typed.replace(',', '.')}" in str(told.value)
    for written in str(told.value.fix).removeprefix("Write ").rstrip(".").split(" or "):
        read_amount(written)


@pytest.mark.parametrize(
    "typed",
    ["", "-", "a lot", "$12", "NaN", "1e3", "8,412,73", "8.412.73", "1,23,456", "12.", ".5",
     "1.234,567.89", "1,234 567", "1\u0663", "9" * 21],
)  # fmt: skip
def test_what_is_no_amount_is_quoted(typed: str) -> None:
    with pytest.raises(AmountError, match="is no amount"):
        read_amount(typed)


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")]),
)
def test_an_amount_with_cents_is_never_ambiguous(amount: Decimal, signs: tuple[str, str]) -> None:
    grouped, decimals = f"{amount:,.2f}".split(".")
    assert read_amount(signs[1].join((grouped.replace(",", signs[0]), decimals))) == amount


def test_amounts_of_forty_digits_are_written_in_full() -> None:
    amount = Decimal("1234567890" * 4 + ".126")
    assert display(amount, "USD").replace(",", "") == "$" + "1234567890" * 4 + ".13"
    assert whole(amount, "USD").replace(",", "") == "$" + "1234567890" * 4
