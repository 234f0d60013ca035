"""The pieces of a schedule as people type it: days, times, zones, places, files."""

import re
from collections.abc import Callable, Iterator
from datetime import time
from difflib import get_close_matches
from typing import Final

from core.costs.language.text import Kind, apart, clean, quote, tokens
from core.reports.model import ReportKind
from core.schedules.model import Format, SchedulePlaceError, ScheduleSubjectError
from core.schedules.timing import LAST, ScheduleTimeError, zones
from core.schedules.written import DAYS

_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEARLY: Final = 0.75
_ORDINALS: Final = {
    name: number
    for number, name in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
         "tenth"),
        start=1,
    )
}  # fmt: skip
_COARSE: Final = {
    zone: better
    for short, better in {
        "PST PDT PT": "America/Los_Angeles", "MST MDT MT": "America/Denver",
        "CST CDT CT": "America/Chicago", "EST EDT ET": "America/New_York",
        "BST": "Europe/London", "CET CEST MET MEST": "Europe/Berlin", "EET EEST": "Europe/Helsinki",
        "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "SGT": "Asia/Singapore",
        "AEST AEDT": "Australia/Sydney",
    }.items()
    for zone in short.split()
}  # fmt: skip
"""What people write for a time zone that isn't one: several places' clocks, or half a year's."""
_FORMATS: Final = {"excel": Format.XLSX, "picture": Format.PNG}
_NTH: Final = rf"\d{{1,2}}(?:st|nd|rd|th)|last|{'|'.join(_ORDINALS)}"
_OF_MONTH: Final = r"(?:\s+of\s+(?:the|each|every|a)?\s*months?)?"
_EMAIL: Final = r"[^\s<>,;@|:]+@[^\s<>,;@|]+\.[^\s<>,;@|.]+"


_MAILTO: Final = apart(rf"<mailto:(?P<to>[^|>]+)(?:\|[^>]*)?>|(?P<email>{_EMAIL})")
_SLACK: Final = apart(
    r"<[#@](?P<id>[A-Z0-9]+)(?:\|[^>]*)?>|#?(?P<bare>[CDGUW](?=[A-Z]*\d)[A-Z0-9]{7,})", 0
)
_HERE: Final = apart(r"(?:(?:to|in)\s+)?here|(?:to\s+)(?P<me>me)")
_NAMED: Final = apart(r"[#@][^\s,;]+")
_FORMAT: Final = apart("csv|xlsx|excel|png|picture|json")
_KIND: Final = apart(
    r"(?P<weekly>weekly|(?:every|each|per|a)[\s-]week)"
    r"|(?P<monthly>monthly|(?:every|each|per|a)[\s-]month)"
)
_OTHER_KIND: Final = apart(
    r"daily|hourly|quarterly|yearly|annual(?:ly)?|every[\s-]?day|fortnightly"
    r"|(?:bi|semi)-?(?:weekly|monthly)|every\s+(?:other|\d+|two|three)\s+[a-z]+"
)
_BUSINESS: Final = apart(
    rf"(?:the\s+)?(?P<nth>{_NTH})[\s-]+(?:business|working|work)[\s-]?days?{_OF_MONTH}"
    rf"|(?:business|working)[\s-]?day[\s-]+(?P<number>\d{{1,2}}){_OF_MONTH}"
)
_MONTH_DAY: Final = apart(
    rf"(?:the\s+)?(?P<nth>\d{{1,2}}(?:st|nd|rd|th)|first)(?:[\s-]day)?{_OF_MONTH}"
    rf"|(?:the\s+)?(?P<last>last)[\s-]day{_OF_MONTH}|day[\s-](?P<number>\d{{1,2}}){_OF_MONTH}"
)
_DAY: Final = (
    r"mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:s|nesdays?)?|thu(?:r(?:s(?:days?)?)?)?"
    r"|fri(?:days?)?|sat(?:urdays?)?|sun(?:days?)?"
)
_WEEKDAY: Final = apart(
    rf"(?P<day>{_DAY})(?:\s*(?:-|to|through|until)\s*(?P<until>{_DAY}))?|(?P<all>week[\s-]?days)"
)
_TIME: Final = apart(
    r"(?:at\s+)?(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s?(?P<half>[ap])\.?m\.?"
    r"|(?:at\s+)?(?P<hour24>\d{1,2})[:.h](?P<minute24>\d{2})(?:\s?h)?"
    r"|(?:at\s+)?(?P<four>[01]\d[0-5]\d|2[0-3][0-5]\d)|at\s+(?P<bare>\d{1,2})"
    r"|(?:at\s+)?(?P<named>noon|midday|midnight)"
)
_NAMED_TIMES: Final = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_ZONE: Final = apart(r"(?:in\s+)?(?P<zone>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+|UTC|GMT)")
_SHORT_ZONE: Final = apart("|".join(_COARSE), 0)
_OFFSET: Final = apart(r"(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?")
_STRAY: Final = apart(r"reports?|schedules?|post|send|once|every|each|at|on|to|as|with|and|the")
_COMMA_AFTER: Final = re.compile(r"\s*[,;]")
_COMMA_BEFORE: Final = re.compile(r"[,;]\s*$")
_YEARS: Final = range(2000, 2100)
_NOON: Final = 12
_MIDNIGHT: Final = 24


class Text:
    """A text that is read piece by piece; quotes and values are left to the question.

    `left`: what isn't read yet.
    """

    def __init__(self, text: str) -> None:
        self.left = clean(text)
        masked, follows = list(self.left), False
        for token in tokens(self.left):
            if token.kind is Kind.QUOTED or (follows and token.kind is Kind.WORD):
                masked[token.start : token.end] = "\0" * (token.end - token.start)
            follows = token.kind in (Kind.IS, Kind.IS_NOT)
        self._masked = "".join(masked)

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Every piece that a pattern finds, which is taken out with a comma beside it."""
        while found := pattern.search(self._masked):
            start, end = found.span()
            if after := _COMMA_AFTER.match(self._masked, end):
                end = after.end()
            elif before := _COMMA_BEFORE.search(self._masked[:start]):
                start = before.start()
            self.left = f"{self.left[:start]} {self.left[end:]}"
            self._masked = f"{self._masked[:start]} {self._masked[end:]}"
            yield found

    def one(self, pattern: re.Pattern[str], what: str) -> re.Match[str] | None:
        """The one piece that a pattern finds; there may be no other.

        Raises:
            ScheduleTimeError: there are two.
        """
        found = list(self.take(pattern))
        if len({each[0].lower() for each in found}) > 1:
            said = " and ".join(quote(each[0]) for each in found[:2])
            raise ScheduleTimeError(f"{said} are two {what}.", fix="Write one of them.")
        return found[0] if found else None


def places(left: Text, here: str | None, me: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Channels or people, and addresses."""
    emails = [found["to"] or found["email"] for found in left.take(_MAILTO)]
    channels = [found["id"] or found["bare"] for found in left.take(_SLACK)]
    for found in left.take(_HERE):
        place = me if found["me"] else here
        if place is None:
            raise SchedulePlaceError(
                f"{quote(found[0])} is nowhere from there.", fix="Name a channel or an address."
            )
        (emails if "@" in place else channels).append(place)
    for found in left.take(_NAMED):
        what = "channel" if found[0].startswith("#") else "person"
        raise SchedulePlaceError(
            f"{quote(found[0])} is no {what} that Slack knows.",
            fix="Choose it from the list that Slack shows while you type, or write its id, "
            "as C0123ABCD.",
        )
    return tuple(channels), tuple(emails)


def formats(left: Text) -> tuple[Format, ...]:
    """What is attached."""
    words = [found[0].lower() for found in left.take(_FORMAT)]
    return tuple(_FORMATS.get(word) or Format(word) for word in words)


def kind(left: Text) -> ReportKind | None:
    """Weekly or monthly; None: neither is said."""
    if other := left.one(_OTHER_KIND, "kinds of reports"):
        raise ScheduleSubjectError(
            f"{quote(other[0])}: reports are weekly or monthly.", fix="Write one of them."
        )
    kinds = {
        ReportKind.WEEKLY if found["weekly"] else ReportKind.MONTHLY: found[0]
        for found in left.take(_KIND)
    }
    if len(kinds) > 1:
        said = " and ".join(map(quote, kinds.values()))
        raise ScheduleTimeError(f"{said} are two kinds of reports.", fix="Write one of them.")
    return next(iter(kinds), None)


def business_days(left: Text) -> tuple[int, ...]:
    """The n-th of a month, or `LAST`."""
    return tuple(_nth(each) for each in left.take(_BUSINESS))


def month_days(left: Text) -> tuple[int, ...]:
    """1 and on, or `LAST`. After the time: `at 9` and `9am` are none."""
    return tuple(_nth(each) for each in left.take(_MONTH_DAY))


def unread(text: str, read: Callable[[Text], object]) -> str:
    """What a reader of pieces leaves of a text, quoted; '': it reads all of it."""
    left = Text(text)
    read(left)
    drop_stray(left)
    return quote(left.left.strip()) if left.left.strip() else ""


def days(left: Text) -> None:
    """Days of any kind, and of which kind of report they are."""
    for read in (business_days, month_days, kind, weekdays):
        read(left)


def misspelt_day(word: str) -> str | None:
    """The day of the week that a word is nearly, but isn't; else None."""
    near = get_close_matches(word.lower(), _WEEK, 1, _NEARLY)
    return near[0] if near else None


def weekdays(left: Text) -> tuple[int, ...]:
    """0 is Monday; `mon-fri` is all of them from the first to the last."""
    return tuple(day for each in left.take(_WEEKDAY) for day in _weekdays(each))


def drop_stray(left: Text) -> None:
    """Drop words that say nothing."""
    for _ in left.take(_STRAY):
        pass


def _nth(found: re.Match[str]) -> int:
    said = found.groupdict()
    if said.get("last") or (said.get("nth") or "").lower() == "last":
        return LAST
    nth = (said.get("nth") or said["number"] or "").lower()
    return _ORDINALS.get(nth) or int(re.sub(r"\D", "", nth))


def _weekdays(found: re.Match[str]) -> tuple[int, ...]:
    if found["all"]:
        return tuple(range(5))
    first, last = (
        DAYS.index(name[:3].lower()) for name in (found["day"], found["until"] or found["day"])
    )
    return tuple((first + n) % len(DAYS) for n in range((last - first) % len(DAYS) + 1))


def time_of_day(left: Text) -> time | None:
    """Whole minutes; None: none is said."""
    found = left.one(_TIME, "times")
    if found is None:
        return None
    if found["named"]:
        return _NAMED_TIMES[found["named"].lower()]
    if found["four"]:
        if int(found["four"]) in _YEARS:
            raise ScheduleTimeError(
                f"{quote(found['four'])} may be a year.",
                fix=f"Write the time as {found['four'][:2]}:{found['four'][2:]}.",
            )
        return time(int(found["four"][:2]), int(found["four"][2:]))
    hour = int(found["hour"] or found["hour24"] or found["bare"])
    minute = int(found["minute"] or found["minute24"] or 0)
    if found["half"]:
        if not 1 <= hour <= _NOON:
            raise _no_time(found[0])
        hour = hour % _NOON + _NOON * (found["half"].lower() == "p")
    if (hour, minute) == (_MIDNIGHT, 0):
        raise ScheduleTimeError(
            f"{quote(found[0])} is the next day's 00:00.", fix="Write 00:00 and that day, or 23:59."
        )
    try:
        return time(hour, minute)
    except ValueError:
        raise _no_time(found[0]) from None


def _no_time(said: str) -> ScheduleTimeError:
    return ScheduleTimeError(
        f"{quote(said)} is no time of day.", fix="Write it as 09:00, 9am or 17:30."
    )


def zone(left: Text) -> str | None:
    """The name of a time zone as it is written; None: none is said."""
    if short := next(left.take(_SHORT_ZONE), None):
        better = _COARSE[short[0]]
        raise ScheduleTimeError(
            f"{quote(short[0])} is no one place's clock all year.",
            fix=f"Write the zone as {better}.",
            suggestions=(better,),
        )
    if offset := next(left.take(_OFFSET), None):
        raise ScheduleTimeError(
            f"{quote(offset[0])} is no place's name, and knows no summer.",
            fix="Write the zone as Europe/Berlin, or UTC.",
        )
    found = left.one(_ZONE, "time zones")
    if found is None:
        return None
    known = {name.lower(): name for name in zones()}
    said = found["zone"]
    if said.lower() not in known:
        near = [known[each] for each in get_close_matches(said.lower(), known)]
        raise ScheduleTimeError(
            f"{quote(said)} is no time zone.",
            fix=f"Did you mean {near[0]}?" if near else "Write it as Europe/Berlin or UTC.",
            suggestions=near,
        )
    return known[said.lower()]
