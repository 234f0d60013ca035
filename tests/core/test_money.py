"""Amounts: exact where they are data, short where they are read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money, display, plain, short


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
    assert str(Money(Decimal(amount), currency)) == written


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
