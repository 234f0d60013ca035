"""Groupings: `by service,region`, `by day`, `daily`; and dimensions said by themselves."""

from typing import Final

from core.costs.language import errors, words
from core.costs.language.cursor import Cursor
from core.costs.language.names import keys, nearest
from core.costs.language.text import quote
from core.costs.language.writer import value
from core.costs.model import DIMENSIONS, Dimension

MOST_DIMENSIONS: Final = 3


def cut(cursor: Cursor, low: str, end: int) -> None:
    """Keep how the answer is cut along time."""
    cursor.put("granularity", words.GRANULARITIES[low], end, errors.TwoGranularitiesError)


def by(cursor: Cursor) -> bool:
    """`by`, and all that is grouped by."""
    start = cursor.place
    cursor.place += 1
    while cursor.scan.word(cursor.place) in ("the", "each"):
        cursor.place += 1
    if cursor.scan.at(cursor.place) is None:
        raise _no_grouping(cursor, start)
    if not grouped(cursor, cursor.place):
        raise unknown_dimension(cursor, cursor.place, "Costs can't be grouped by")
    while _more(cursor):
        pass
    return True


def _no_grouping(cursor: Cursor, start: int) -> errors.MissingValueError:
    return errors.MissingValueError(
        "After 'by' stands nothing.",
        fix="Write it like 'by service', 'by region' or 'by day'.",
        suggestions=[
            cursor.instead(start, start + 1, f"by {each}") for each in ("service", "region", "day")
        ],
    )


def _more(cursor: Cursor) -> bool:
    """Whether something else to group by follows; it is read."""
    joined = cursor.scan.is_comma(cursor.place) or cursor.scan.word(cursor.place) in words.AND
    place = cursor.place + joined
    if cursor.scan.is_head(place):
        return False
    if joined:
        return grouped(cursor, place)
    noun = cursor.scan.word(place)
    if noun not in words.DIMENSION_WORDS or cursor.scan.value(
        place + 1, words.DIMENSION_WORDS[noun]
    ):
        return False
    return grouped(cursor, place)


def grouped(cursor: Cursor, place: int) -> bool:
    """Group by what stands there, if it can be."""
    low = cursor.scan.word(place)
    if low in words.GRANULARITIES:
        cursor.place = place
        cursor.said.ungrouped = True
        cut(cursor, low, place + 1)
        return True
    found = cursor.scan.dimension(place)
    token = cursor.scan.at(place)
    if found is None and token is not None and (known := cursor.index.label(token.text)):
        found = (known, place + 1)
    if found is None:
        return False
    _group(cursor, found[0], place, found[1])
    return True


def _group(cursor: Cursor, dimension: Dimension, start: int, end: int) -> None:
    kept = cursor.said.group_by
    cursor.place = end
    if dimension in kept:
        return
    if len(kept) == MOST_DIMENSIONS:
        both = ", ".join(map(str, kept))
        raise errors.TooManyDimensionsError(
            f"Costs are grouped by {MOST_DIMENSIONS} things at most, and {quote(str(dimension))} "
            f"is one more than {both}.",
            fix="Leave one out.",
            suggestions=[cursor.instead(start - _is_joined(cursor, start), end, "")],
        )
    kept.append(dimension)


def _is_joined(cursor: Cursor, place: int) -> bool:
    """Whether a `by`, a comma or an `and` stands before a place."""
    return place > 0 and (
        cursor.scan.is_comma(place - 1) or cursor.scan.word(place - 1) in words.BY | words.AND
    )


def noun(cursor: Cursor) -> bool:
    """A dimension by itself: before a value it filters (`team data`), else it groups."""
    found = cursor.scan.dimension(cursor.place)
    if found is None:
        return False
    dimension, end = found
    valued = None if cursor.scan.starts_clause(end) else cursor.scan.value(end, dimension)
    if valued is None:
        _group(cursor, dimension, cursor.place, end)
    else:
        ids, cursor.place = valued
        cursor.said.keep(dimension, ids, negated=False)
    return True


def unknown_dimension(cursor: Cursor, place: int, problem: str) -> errors.UnknownDimensionError:
    """The error for what should be a dimension at a place."""
    cursor.place = place + 1
    said = cursor.scan.tokens[place].text
    known = [str(each) for each in DIMENSIONS]
    known += [f"label:{value(each)}" for each in cursor.index.label_keys()]
    near = nearest(said, keys(known))[:3]
    return errors.UnknownDimensionError(
        f"{problem} {quote(said)}.",
        fix=f"There are {', '.join(known[:13])}.",
        suggestions=[cursor.instead(place, place + 1, each) for each in near],
    )
