"""Amounts: exact decimals with a currency, and how they are written."""

import re
from decimal import MAX_PREC, Context, Decimal, localcontext
from functools import lru_cache
from typing import Final

from babel.numbers import format_currency, get_currency_precision, list_currencies

from core.errors import InvalidError

ZERO: Final = Decimal(0)

EXACT: Final = Context(prec=1000, Emax=MAX_PREC, Emin=-MAX_PREC)
"""Adds amounts of any size without rounding."""

_SIZES: Final = ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(10**3), "k"))
_ROUNDS_UP: Final = Decimal("0.9995")
_TENS: Final = Decimal("99.95")
_CENTS_BELOW: Final = 10
_SIGNS: Final = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{NO-BREAK SPACE}": " "}
    | {"\N{NARROW NO-BREAK SPACE}": " "}
)
_NUMBER: Final = re.compile(
    r"(-?)([1-9]\d{0,2}(?:([., '])\d{3})(?:\3\d{3})*|\d{1,20})(?:([.,])(\d{1,12}))?", re.ASCII
)
_EITHER: Final = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


class AmountError(InvalidError):
    """An amount is a number, as 8412.73."""


def plain(amount: Decimal) -> str:
    """Write an amount exactly, in plain notation without trailing zeros: `5120.25`, `0`, `-3`.

    It never rounds, whatever the context's precision.
    """
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def display(amount: Decimal, currency: str) -> str:
    """Write an amount for people, rounded to the currency's own decimals: `$8,412.73`.

    An amount that is not zero but rounds to it is written with its sign as `<$0.01`.
    """
    smallest = Decimal(1).scaleb(-get_currency_precision(currency))
    if amount and abs(amount) < smallest / 2:
        sign = "-" if amount < 0 else ""
        return f"{sign}<{_in_full(smallest, currency)}"
    return _in_full(amount or ZERO, currency)


def short(amount: Decimal, currency: str) -> str:
    """Write an amount in few characters, for axes and tight places: `$8.4k`, `$1.2M`, `$640`."""
    for size, letter in _SIZES:
        if abs(amount) >= size * _ROUNDS_UP:
            scaled = amount / size
            return (
                _written(scaled, currency, "¤#,##0" if abs(scaled) >= _TENS else "¤#,##0.0")
                + letter
            )
    return _written(amount, currency, "¤#,##0.##" if abs(amount) < _CENTS_BELOW else "¤#,##0")


# The same amount is written in a headline, a table, a chart and its words, at 50 µs each.
@lru_cache(8192)
def _in_full(amount: Decimal, currency: str) -> str:
    with localcontext(EXACT):
        return format_currency(amount, currency, locale="en_US")


def _written(amount: Decimal, currency: str, pattern: str) -> str:
    with localcontext(EXACT):
        return format_currency(
            amount, currency, format=pattern, locale="en_US", currency_digits=False
        )


def whole(amount: Decimal, currency: str) -> str:
    """Write an amount without its decimals: `$8,413`."""
    return _written(amount, currency, "¤#,##0")


@lru_cache
def is_currency(code: str) -> bool:
    """Whether it is a currency's code, of today or of the past: `USD`; ISO 4217."""
    return code in list_currencies()


def read_amount(text: str) -> Decimal:
    """Read an amount as people write it: `8412.73`, `8,412.73`, `8.412,73`, `8 412,73`, `-12`.

    Which sign groups thousands and which begins the decimals is told by where they stand, never
    guessed by where the writer may be from.

    Raises:
        AmountError: it is none, or could be two: `8.412`.
    """
    said = text.translate(_SIGNS).strip()
    if _EITHER.fullmatch(said):
        whole, cut = re.sub("[.,]", "", said), said.replace(",", ".")
        raise AmountError(
            f"{said!r} can be read as {whole} or as {cut}.", fix=f"Write {whole}.00 or {cut}0."
        )
    found = _NUMBER.fullmatch(said)
    if found is None or (found[3] and found[3] == found[4]):
        raise AmountError(f"{said[:60]!r} is no amount.", fix="Write it as 8412.73.")
    whole = re.sub(r"\D", "", found[2])
    return Decimal(f"{'-' if found[1] else ''}{whole}.{found[5] or 0}")
