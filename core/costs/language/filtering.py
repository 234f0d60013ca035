"""Filters: `service=BigQuery,Cloud SQL`, `region!=us-east1`, `label:team=none`, `measure=net`."""

from collections.abc import Sequence
from typing import Final

from core.costs.language import errors, words
from core.costs.language.cursor import Cursor
from core.costs.language.grouping import unknown_dimension
from core.costs.language.names import Ids
from core.costs.language.text import Kind, Token, quote
from core.costs.language.writer import value
from core.costs.model import RESOURCE, Dimension, Measure

_OR: Final = frozenset({"or", "and", "&"})


def read(cursor: Cursor, token: Token) -> bool:
    """Read a filter, if one begins here."""
    if not cursor.scan.is_head(cursor.place):
        return False
    if token.low == words.MEASURE:
        return _named_measure(cursor, token)
    found = cursor.scan.dimension(cursor.place) or _label(cursor, token)
    if found is None:
        raise unknown_dimension(cursor, cursor.place, "Costs can't be filtered by")
    dimension, place = found
    sign = cursor.scan.at(place)
    if sign is None or sign.kind not in (Kind.IS, Kind.IS_NOT):
        return False
    cursor.place = place + 1
    values = _values(cursor, dimension, sign)
    cursor.said.keep(dimension, values, negated=sign.kind is Kind.IS_NOT)
    return True


def _label(cursor: Cursor, token: Token) -> tuple[Dimension, int] | None:
    """A label's key said alone: `env=prod`."""
    found = cursor.index.label(token.text)
    return (found, cursor.place + 1) if found else None


def _named_measure(cursor: Cursor, token: Token) -> bool:
    low, place = cursor.scan.word(cursor.place + 2), cursor.place
    if low not in words.MEASURES:
        cursor.place += 2
        raise errors.MissingValueError(
            f"{quote(token.text)} needs cost, net, gross or list.",
            fix="Write it like measure=net.",
            suggestions=[
                cursor.instead(place, min(place + 3, len(cursor.scan.tokens)), f"measure={each}")
                for each in Measure
            ],
        )
    cursor.put("measure", words.MEASURES[low], place + 3, errors.TwoMeasuresError)
    return True


def _values(cursor: Cursor, dimension: Dimension, sign: Token) -> list[str | None]:
    values: list[str | None] = []
    while True:
        values += _value(cursor, dimension, sign)
        if not _goes_on(cursor, dimension):
            return values
        cursor.place += 1


def _goes_on(cursor: Cursor, dimension: Dimension) -> bool:
    """Whether another value follows: `,` or `or`, and after it no other clause."""
    scan, after = cursor.scan, cursor.place + 1
    if scan.at(after) is None or scan.is_head(after):
        return False
    known = dimension != RESOURCE and scan.value(after, dimension) is not None
    if scan.is_comma(cursor.place):
        return known or not scan.starts_clause(after)
    if dimension == RESOURCE and scan.word(cursor.place) == "or":
        return not scan.starts_clause(after)
    return scan.word(cursor.place) in _OR and known


def _found(cursor: Cursor, token: Token, dimension: Dimension) -> tuple[Ids, int] | None:
    """The value that stands here; a resource is any word, for there are too many to know."""
    if dimension != RESOURCE:
        return cursor.scan.value(cursor.place, dimension)
    is_text = token.kind in (Kind.WORD, Kind.QUOTED) and token.text
    return ((token.text,), cursor.place + 1) if is_text else None


def _value(cursor: Cursor, dimension: Dimension, sign: Token) -> Sequence[str | None]:
    token = cursor.scan.at(cursor.place)
    if token is None or token.kind in (Kind.COMMA, Kind.IS, Kind.IS_NOT):
        raise _no_value(cursor, dimension, sign)
    if token.kind is Kind.WORD and token.low in words.NONE:
        cursor.place += 1
        return [None]
    if found := _found(cursor, token, dimension):
        ids, cursor.place = found
        return ids
    end = cursor.end_of_unknown(cursor.place, value=True)
    start, cursor.place = cursor.place, end
    raise cursor.no_such(dimension, start, end)


def _no_value(cursor: Cursor, dimension: Dimension, sign: Token) -> errors.MissingValueError:
    some = list(cursor.index.of(dimension).shown)[:3]
    return errors.MissingValueError(
        f"After {f'{dimension}{sign.text}'!r} stands nothing.",
        fix=f"Write it like {dimension}={value(some[0]) if some else 'NAME'}.",
        suggestions=cursor.scan.instead(sign, *(f"{sign.text}{value(each)}" for each in some)),
    )
