"""Which lines, and in which money: `top 5`, `over $1,000`, `in EUR`, `in total`."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.numbers import list_currencies

from core.costs.language import errors, grouping, words
from core.costs.language.cursor import Cursor
from core.costs.language.names import keys, nearest
from core.costs.language.text import Token, quote

MOST_LINES: Final = 1000
_SOME: Final = 10

_AMOUNT: Final = re.compile(r"([$€£])?(\d{1,15}(?:\.\d{1,9})?)([kmb])?([a-z]{3})?")
_THOUSANDS: Final = re.compile(r"\d{3}(?:\.\d{1,9})?[kmb]?")
_SIZES: Final = {"k": 3, "m": 6, "b": 9}
_CURRENCY: Final = re.compile(r"[a-z]{3}")


def top(cursor: Cursor) -> bool:
    """`top 5`, `top services`, `top 5 services`."""
    low = cursor.scan.word(cursor.place + 1)
    noun = cursor.place + 1
    if low in words.DIMENSION_WORDS:
        cursor.put("top", _SOME, noun, errors.TwoTopsError)
    else:
        number = int(low) if low.isdecimal() and len(low) <= len(str(MOST_LINES)) else 0
        number = words.NUMBERS.get(low, number)
        if not 1 <= number <= MOST_LINES:
            raise _no_top(cursor, low)
        noun += 1
        cursor.put("top", number, noun, errors.TwoTopsError)
    if cursor.scan.word(noun) in words.DIMENSION_WORDS and not cursor.scan.is_head(noun):
        grouping.grouped(cursor, noun)
    return True


def _no_top(cursor: Cursor, low: str) -> errors.TopError:
    start = cursor.place
    is_number = low.lstrip("-").isdecimal()
    cursor.place += 1 + is_number
    said = cursor.raw(start, start + 1 + is_number)
    return errors.TopError(
        f"{quote(said)} chooses no lines: it takes a number from 1 to {MOST_LINES}.",
        fix="Write it like 'top 5'.",
        suggestions=[cursor.instead(start, start + 1 + is_number, "top 5")],
    )


def over(cursor: Cursor) -> bool:
    """`over 100`, `above $1,000`, `more than 5k EUR`."""
    place = cursor.place + 1
    if cursor.scan.word(place) == "than":
        place += 1
    found = amount(cursor, place)
    if found is None:
        return _no_amount(cursor, place)
    least, currency, end = found
    cursor.put("over", least, end, errors.TwoAmountsError)
    if currency:
        _currency(cursor, currency, cursor.place)
    return True


def _no_amount(cursor: Cursor, place: int) -> bool:
    """`over the last week` is about no amount; `over -5` is about a wrong one."""
    start, low = cursor.place, cursor.scan.word(place)
    if low[:1] not in words.SIGNS and not low.lstrip("-").isdecimal():
        cursor.place += 1
        return True
    if cursor.scan.period(place):
        cursor.place += 1
        return True
    cursor.place = place + 1
    raise errors.AmountError(
        f"{quote(cursor.raw(start, place + 1))} is no amount.",
        fix="Write it like 'over 100' or 'over $1,000.50'.",
        suggestions=[cursor.instead(start, place + 1, "over 100")],
    )


def amount(cursor: Cursor, place: int) -> tuple[Decimal, str | None, int] | None:
    """An amount, its currency if it says one, and the place after it."""
    text, end = cursor.scan.word(place), place + 1
    while cursor.scan.is_comma(end) and _THOUSANDS.fullmatch(cursor.scan.word(end + 1)):
        text += cursor.scan.word(end + 1)
        end += 2
    match = _AMOUNT.fullmatch(text)
    period = cursor.scan.period(place)
    if match is None or (period and period[0]["count"] and not match[3]):
        return None
    amount = Decimal(match[2]).scaleb(_SIZES.get(match[3], 0))
    currency = words.SIGNS.get(match[1] or "") or _code(match[4] or "")
    if match[4] and not currency:
        return None
    if currency is None and (said := _code(cursor.scan.word(end))):
        currency, end = said, end + 1
    return amount, currency, end


def in_(cursor: Cursor) -> bool:
    """`in EUR`, `in total`; else the `in` of a sentence."""
    token = cursor.scan.at(cursor.place + 1)
    low = cursor.scan.word(cursor.place + 1)
    if low == "total":
        cursor.place += 2
        cursor.said.ungrouped = True
    elif currency := _code(low):
        _currency(cursor, currency, cursor.place + 2)
    elif (
        token
        and _CURRENCY.fullmatch(low)
        and token.text.isupper()
        and not (cursor.scan.name(cursor.place + 1) or cursor.scan.starts_clause(cursor.place + 1))
    ):
        cursor.place += 2
        raise _no_currency(cursor, token)
    else:
        cursor.place += 1
    return True


def _currency(cursor: Cursor, code: str, end: int) -> None:
    cursor.put("currency", code, end, errors.TwoCurrenciesError)


def _no_currency(cursor: Cursor, token: Token) -> errors.UnknownCurrencyError:
    near = nearest(token.text, keys(_currencies()))[:1]
    return errors.UnknownCurrencyError(
        f"{quote(token.text)} is no currency.",
        fix="Write it like 'in EUR'.",
        suggestions=cursor.scan.instead(token, *dict.fromkeys([*near, "EUR", "USD"])),
    )


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _code(low: str) -> str | None:
    """The code of a currency, unless it means something else (`all`, `top`, `mar`)."""
    if low in words.CURRENCIES:
        return words.CURRENCIES[low]
    code = low.upper()
    known = bool(_CURRENCY.fullmatch(low)) and code in _currencies()
    return code if known and low not in words.RESERVED else None
