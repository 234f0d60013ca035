"""Periods as people name them.

    PERIOD   = 'today' | 'yesterday'
             | ['last'] N UNIT                    7d, last-7d, last 7 days, last-4w, last-3m
             | ('this' | 'last') UNIT             this-week is wtd, this-month mtd and so on
             | 'next' [N] UNIT                    next-30d, next-month: to look ahead
             | 'wtd' | 'mtd' | 'qtd' | 'ytd'
             | POINT                              whole: its first day to its last
             | [from] POINT ('..' | to) POINT     from the first day of one to the last of the other
             | 'since' POINT | POINT '..'         from its first day to today
    UNIT     = day | week | month | quarter | year, also d w m q y, also plural
    POINT    = 2026-10-03 | 3 oct [2026] | oct 3 [2026]
             | 2026-10 | oct [2026] | 2026-Q3 | q3 [2026] | 2026 | 'today' | 'yesterday'

Spaces and hyphens are equal. `last-Nd` are the N whole days before today, `last-Nw` the N
whole weeks from Monday, `last-Nm` (and q, y) the N whole calendar ones before the present
one; `next-Nd` are today and the days after it, `next-Nw` and `next-Nm` the whole ones after the
present one. `wtd mtd qtd ytd` and `since` end with today, which they include: `mtd` on the first of
a month is that day alone. A month or quarter without a year is the latest one begun, a date
without a year the latest one past.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Final

from core.period import (
    MOST_DAYS,
    EmptyPeriodError,
    Period,
    PeriodError,
    add_months,
    calendar,
    check,
    month_of,
    too_long,
    week_of,
)

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sept sep", "october oct", "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
NAMES: Final = (
    "today", "yesterday", "last-7d", "last-30d", "last-4w", "last-3m", "last-12m", "wtd", "mtd",
    "qtd", "ytd", "this-week", "this-month", "this-quarter", "this-year", "last-week",
    "last-month", "last-quarter", "last-year",
)  # fmt: skip
"""Names to suggest from; the grammar has endless more."""

_COUNT: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_NUMBERS: Final = {name: number for number, name in enumerate(_COUNT, start=1)}
_UNITS: Final = {
    "d": "days day", "w": "weeks week wks wk", "m": "months month mths mth mo",
    "q": "quarters quarter", "y": "years year yrs yr",
}  # fmt: skip
_UNIT_OF: Final = {name: unit for unit, names in _UNITS.items() for name in (*names.split(), unit)}
_WHOLE: Final = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
_LEAST_DAYS: Final = {"d": 1, "w": 7, "m": 28, "q": 90, "y": 365}
_MONTHS_OF: Final = {"m": 1, "q": 3, "y": 12}
_LONGEST_NUMBER: Final = 6
_DASHES: Final = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212), "-")


class UnknownPeriodError(PeriodError):
    """That is no period."""


class NoSuchDayError(PeriodError):
    """The calendar has no such day, month or quarter."""


class ReversedPeriodError(PeriodError):
    """A range ends before it begins."""


def _any(words: object) -> str:
    return "|".join(sorted(words, key=len, reverse=True))  # type: ignore[call-overload]  # strings


_MONTH: Final = _any(MONTHS)
_LONG_UNIT: Final = _any(name for names in _UNITS.values() for name in names.split())
_TH: Final = r"(?:st|nd|rd|th)?"
_POINT: Final = (
    rf"(?:today|yesterday|\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}"
    rf"|\d{{1,2}}{_TH}[ -](?:of[ ])?(?:{_MONTH})(?:[ -]\d{{4}})?"
    rf"|(?:{_MONTH})[ -]\d{{1,2}}{_TH}(?:[ -]\d{{4}})?"
    rf"|(?:{_MONTH})(?:[ -]\d{{4}})?|\d{{4}}[ -](?:{_MONTH})"
    r"|\d{4}[ -]?q\d|q\d(?:[ -]?\d{4})?|\d{4}-\d{1,2}|\d{4})"
)
_PERIOD: Final = re.compile(
    rf"""(?:
      (?P<range>(?:(?:from|between)[ ])?(?P<first>{_POINT})
        (?:[ ]?\.\.+[ ]?|[ ](?:-|to|until|till|through|and)[ ])(?P<last>{_POINT}))
    | (?P<since>(?:since|starting)[ -](?P<begin>{_POINT})|(?P<begun>{_POINT})[ ]?\.\.+)
    | (?P<count>(?:(?:last|past|previous|prior)[ -])?
        (?P<number>\d+|{_any(_NUMBERS)})(?:(?P<short>[dwmqy])|[ -]?(?P<long>{_LONG_UNIT})))
    | (?P<next>next[ -](?:(?P<ahead>\d+|{_any(_NUMBERS)})(?:(?P<few>[dwmqy])
        |[ -]?(?P<units>{_LONG_UNIT}))|(?P<one>day|week|month|quarter|year)))
    | (?P<which>this|current|last|past|previous|prior)[ -](?P<unit>day|week|month|quarter|year)
        (?P<sofar>[ -](?:to[ -]date|so[ -]far))?
    | (?P<todate>[wmqy]td|(?:week|month|quarter|year)[ -]to[ -]date)
    | (?P<point>{_POINT})
    )(?=\ |$)""",
    re.VERBOSE,
)
STARTS: Final = frozenset(
    {
        "today", "yesterday", "since", "starting", "from", "between", "last", "past", "previous",
        "prior", "next", "this", "current", "wtd", "mtd", "qtd", "ytd", "week", "month",
        "quarter", "year", *MONTHS, *_NUMBERS,
    }
)  # fmt: skip
"""How a period can begin, unless with a digit or a quarter."""


def find(text: str) -> re.Match[str] | None:
    """The period that a text begins with: lower case, single spaces, whole words."""
    return _PERIOD.match(text)


def parse_period(text: str, today: date, *, ahead: bool = False) -> Period:
    """Read a period.

    Args:
        text: what somebody wrote, as in the grammar above.
        today: the present day, which names are relative to.
        ahead: whether its days may all be yet to come.

    Raises:
        PeriodError: it is none, or none that can be asked about; with the nearest.
    """
    said = " ".join(text.lower().translate(_DASHES).split())
    match = find(said)
    if match is None or match.end() != len(said):
        raise UnknownPeriodError(
            f"{_short(text)!r} is no period.",
            fix="Write it like 'last-7d', 'mtd', '2026-10' or '2026-10-01..2026-10-15'.",
            suggestions=[match.group()] if match else get_close_matches(said[:40], NAMES),
        )
    return resolve(match, today, ahead=ahead)


def resolve(match: re.Match[str], today: date, *, ahead: bool = False) -> Period:
    """The days of a period that was found; `ahead`: they may all be yet to come.

    Raises:
        PeriodError: there are no such days, or none that can be asked about.
    """
    return check(_resolve(match, today), today, ahead=ahead)


def _resolve(match: re.Match[str], today: date) -> Period:
    if match["range"]:
        return _range(match, today)
    if match["since"]:
        return _since(match["begin"] or match["begun"], today)
    if match["count"] or match["next"]:
        return _counted(match, today)
    if match["point"]:
        return _point(match["point"], today)
    if match["which"] in ("this", "current") or match["todate"] or match["sofar"]:
        return _to_date((match["todate"] or match["unit"])[0], today)
    return _last(match["unit"], today)


def _range(match: re.Match[str], today: date) -> Period:
    first, last = _point(match["first"], today), _point(match["last"], today)
    if first.start >= last.end:
        right = f"{last}..{first}"
        raise ReversedPeriodError(
            f"{match.group()!r} ends before it begins.",
            fix=f"Ask for {right}.",
            suggestions=[right],
        )
    return Period(first.start, last.end)


def _since(said: str, today: date) -> Period:
    start = _point(said, today).start
    if start > today:
        return check(Period(start, start + timedelta(days=1)), today)
    return Period(start, today + timedelta(days=1), f"since {start}")


def _counted(match: re.Match[str], today: date) -> Period:
    said = match.group()
    if match["count"]:
        unit = _UNIT_OF[match["short"] or match["long"]]
        count = _count(match["number"], unit, said)
        return Period(*_before(count, unit, today), f"last-{count}{unit}")
    unit = _UNIT_OF[match["few"] or match["units"] or match["one"]]
    count = _count(match["ahead"] or "1", unit, said)
    start = today if unit == "d" else _after(_to_date(unit, today).start, 1, unit)
    one = count == 1 and unit in _WHOLE
    name = f"next-{_WHOLE[unit]}" if one else f"next-{count}{unit}"
    return Period(start, _after(start, count, unit), name)


def _after(day: date, count: int, unit: str) -> date:
    if unit in _MONTHS_OF:
        return add_months(day, count * _MONTHS_OF[unit])
    return day + timedelta(days=count * (7 if unit == "w" else 1))


def _count(number: str, unit: str, said: str) -> int:
    if len(number.lstrip("0")) > _LONGEST_NUMBER:
        raise too_long(_short(said))
    count = _NUMBERS.get(number) or int(number)
    if count == 0:
        raise EmptyPeriodError(
            f"{said!r} holds no day.", fix="Ask for 'today' or 'last-1d'.",
            suggestions=("today", "last-1d"),
        )  # fmt: skip
    if count * _LEAST_DAYS[unit] > MOST_DAYS:
        raise too_long(said)
    return count


def _before(count: int, unit: str, today: date) -> tuple[date, date]:
    end = _to_date(unit, today).start
    return _after(end, -count, unit), end


def _last(unit: str, today: date) -> Period:
    name = "yesterday" if unit == "day" else f"last-{unit}"
    return Period(*_before(1, unit[0], today), name)


def _to_date(unit: str, today: date) -> Period:
    starts: dict[str, tuple[date, str]] = {
        "d": (today, "today"),
        "w": (week_of(today), "wtd"),
        "m": (month_of(today), "mtd"),
        "q": (_quarter(today.year, (today.month + 2) // 3).start, "qtd"),
        "y": (date(today.year, 1, 1), "ytd"),
    }
    start, name = starts[unit]
    return Period(start, today + timedelta(days=1), name)


def _point(said: str, today: date) -> Period:
    for pattern, make in _POINTS:
        if match := pattern.fullmatch(said):
            try:
                return make(match, today)
            except (ValueError, OverflowError) as error:
                raise NoSuchDayError(
                    f"The calendar has no {said!r}.",
                    fix="Write days like 2026-10-03, months like 2026-10, quarters like 2026-Q3.",
                    suggestions=_mended(match),
                ) from error
    raise UnknownPeriodError(f"{said!r} is no day, month, quarter or year.")


def _mended(match: re.Match[str]) -> tuple[str, ...]:
    """The last day of the month, for a day that it hasn't."""
    parts = match.groupdict()
    if not (parts.get("d") and parts.get("y")):
        return ()
    month = MONTHS.get(parts["m"]) or int(parts["m"])
    if not (1 <= month <= 12 and int(parts["y"])):  # noqa: PLR2004 - months of a year
        return ()
    first = date(int(parts["y"]), month, 1)
    return (str(add_months(first, 1) - timedelta(days=1)),) if first.year < date.max.year else ()


def _day(match: re.Match[str], _: date) -> Period:
    return _one_day(date(int(match["y"]), int(match["m"]), int(match["d"])))


def _spoken_day(match: re.Match[str], today: date) -> Period:
    month, number = MONTHS[match["m"]], int(match["d"])
    if match["y"]:
        return _one_day(date(int(match["y"]), month, number))
    # Four years back there was a 29 February.
    years = range(today.year, today.year - 9, -1)
    found = (day for year in years if (day := _date(year, month, number)) and day <= today)
    day = next(found, None)
    if day is None:
        raise ValueError(match.group())
    return _one_day(day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _one_day(day: date) -> Period:
    return Period(day, day + timedelta(days=1))


def _relative_day(match: re.Match[str], today: date) -> Period:
    if match.group() == "today":
        return _to_date("d", today)
    return Period(today - timedelta(days=1), today, "yesterday")


def _month(match: re.Match[str], today: date) -> Period:
    name = match["m"]
    number = MONTHS.get(name) or int(name)
    year = int(match["y"] or today.year - (number > today.month))
    start = date(year, number, 1)
    return calendar(start, add_months(start, 1))


def _spoken_quarter(match: re.Match[str], today: date) -> Period:
    number = int(match["q"])
    year = int(match["y"] or today.year - (number * 3 - 2 > today.month))
    return _quarter(year, number)


def _quarter(year: int, number: int) -> Period:
    start = date(year, number * 3 - 2, 1)
    return calendar(start, add_months(start, 3))


def _year(match: re.Match[str], _: date) -> Period:
    start = date(int(match["y"]), 1, 1)
    return calendar(start, add_months(start, 12))


type _Make = Callable[[re.Match[str], date], Period]
_POINTS: Final[tuple[tuple[re.Pattern[str], _Make], ...]] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"today|yesterday", _relative_day),
        (r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})", _day),
        (rf"(?P<d>\d{{1,2}}){_TH}[ -](?:of )?(?P<m>{_MONTH})(?:[ -](?P<y>\d{{4}}))?", _spoken_day),
        (rf"(?P<m>{_MONTH})[ -](?P<d>\d{{1,2}}){_TH}(?:[ -](?P<y>\d{{4}}))?", _spoken_day),
        (rf"(?P<m>{_MONTH})(?:[ -](?P<y>\d{{4}}))?", _month),
        (rf"(?P<y>\d{{4}})[ -](?P<m>{_MONTH})", _month),
        (r"(?P<y>\d{4})-(?P<m>\d{1,2})", _month),
        (r"(?P<y>\d{4})[ -]?q(?P<q>\d)", _spoken_quarter),
        (r"q(?P<q>\d)(?:[ -]?(?P<y>\d{4}))?", _spoken_quarter),
        (r"(?P<y>\d{4})", _year),
    )
)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 - what fits a line
