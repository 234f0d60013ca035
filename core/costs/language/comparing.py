"""Comparisons: `vs previous`, `vs last-year`, `vs 2026-09`, `vs search`."""

from core.costs.language import errors, limits, words
from core.costs.language.cursor import Cursor, bare
from core.costs.language.text import quote
from core.costs.model import PROJECT, Versus


def versus(cursor: Cursor) -> bool:
    """`vs`, and what follows; not a `than` or `against` at the end of a sentence."""
    start = cursor.place
    place = start + 1
    while cursor.scan.word(place) in ("to", "with", "the"):
        place += 1
    if cursor.scan.word(start) == "than" and limits.amount(cursor, place):
        return limits.over(cursor)
    if cursor.scan.at(place) is None:
        cursor.place = place
        if cursor.scan.word(start) in ("vs", "versus"):
            raise _nothing_to_compare(cursor, start)
        return True
    other, end = _other_side(cursor, place)
    cursor.put("versus", other, end, errors.TwoComparisonsError)
    return True


def _nothing_to_compare(cursor: Cursor, start: int) -> errors.MissingValueError:
    return errors.MissingValueError(
        "After 'vs' stands nothing.",
        fix="Write it like 'vs previous', 'vs last-year', 'vs 2026-09' or 'vs' and a project.",
        suggestions=[
            cursor.instead(start, start + 1, each) for each in ("vs previous", "vs last-year")
        ],
    )


def _other_side(cursor: Cursor, place: int) -> tuple[Versus, int]:
    scan = cursor.scan
    if scan.word(place) in words.PREVIOUS and not scan.word(place + 1).isdecimal():
        unit = scan.word(place + 1) in words.words("period day week month quarter year")
        return Versus("previous"), place + 1 + unit
    if scan.is_head(place) and scan.word(place) in ("project", "projects"):
        return _other_project(cursor, place + 2)
    period, name = scan.period(place), scan.value(place, PROJECT)
    if period and (not name or name[1] <= period[1]):
        if period[0]["which"] and period[0]["unit"] == "year" and not period[0]["sofar"]:
            return Versus("last-year"), period[1]
        days, end = cursor.resolved(place)
        return Versus("period", period=days), end
    return _other_project(cursor, place)


def _other_project(cursor: Cursor, place: int) -> tuple[Versus, int]:
    found = cursor.scan.value(place, PROJECT)
    if found is None:
        if cursor.scan.at(place) is None:
            raise _nothing_to_compare(cursor, cursor.place)
        end = cursor.end_of_unknown(place, value=True)
        cursor.place = end
        raise cursor.no_such(PROJECT, place, end)
    ids, end = found
    if len(ids) > 1:
        cursor.place = end
        raise errors.UnknownNameError(
            f"{quote(cursor.raw(place, end))} is several projects, and one is compared with.",
            fix=f"Choose one of {', '.join(ids[:5])}.",
            suggestions=[cursor.instead(place, end, bare(each)) for each in ids[:3]],
        )
    return Versus("project", project=ids[0]), end
