"""A schedule as people type it: `weekly mon 09:00 #finance`, `monthly checkout last-day csv`.

    SCHEDULE = (KIND | DAYS | TIME | ZONE | PLACE | FORMAT | QUESTION) …    in any order
    KIND     = weekly | monthly, also every week, each month
    DAYS     = mon,thu | weekdays | 1st | day 15 | last-day | 2nd-business-day | last business day
    TIME     = 09:00 | 9:00 | 0900 | 9am | 9:30 pm | at 9 | noon
    ZONE     = Europe/Berlin | UTC
    PLACE    = #channel | @person | ada@example.com | here | to me
    FORMAT   = csv | xlsx | png | json

What is left is the question, which names no days: a schedule reports on the last week or month.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from difflib import get_close_matches
from typing import Final

from core.costs.language.text import Kind, clean, quote, tokens
from core.costs.model import Asker, CostQuery, Vocabulary
from core.costs.question import parse_cost_query, write_subject
from core.reports.model import ReportKind
from core.schedules.model import (
    Format,
    SchedulePlaceError,
    ScheduleSubjectError,
    Terms,
)
from core.schedules.timing import LAST, ScheduleTimeError, When, zones
from core.schedules.written import DAYS

NINE: Final = time(9)
"""When a schedule is due that says no time."""

_NOBODY: Final = Asker()
_ORDINALS: Final = {
    name: number
    for number, name in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
         "tenth"),
        start=1,
    )
}  # fmt: skip
_COARSE: Final = {
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MDT": "America/Denver",
    "CST": "America/Chicago", "CDT": "America/Chicago", "EST": "America/New_York",
    "EDT": "America/New_York", "BST": "Europe/London", "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
}  # fmt: skip
"""What people write for a time zone that isn't one: it knows no other half of the year."""
_FORMATS: Final = {"excel": Format.XLSX, "picture": Format.PNG}
_NTH: Final = rf"\d{{1,2}}(?:st|nd|rd|th)|last|{'|'.join(_ORDINALS)}"
_OF_MONTH: Final = r"(?:\s+of\s+(?:the|each|every|a)?\s*months?)?"
_EMAIL: Final = r"[^\s<>,;@|:]+@[^\s<>,;@|]+\.[^\s<>,;@|.]+"


def _whole(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """What stands between spaces or commas."""
    return re.compile(rf"(?<![^\s,;])(?:{pattern})(?![^\s,;])", flags)


_MAILTO: Final = _whole(rf"<mailto:(?P<to>[^|>]+)(?:\|[^>]*)?>|(?P<email>{_EMAIL})")
_SLACK: Final = _whole(r"<[#@](?P<id>[A-Z0-9]+)(?:\|[^>]*)?>|#?(?P<bare>[CDGUW][A-Z0-9]{7,})", 0)
_HERE: Final = _whole(r"(?:(?:to|in)\s+)?here|(?:to\s+)(?P<me>me)")
_NAMED: Final = _whole(r"[#@][^\s,;]+")
_FORMAT: Final = _whole("csv|xlsx|excel|png|picture|json")
_KIND: Final = _whole(
    r"(?P<weekly>weekly|(?:every|each|per|a)[\s-]week)"
    r"|(?P<monthly>monthly|(?:every|each|per|a)[\s-]month)"
)
_OTHER_KIND: Final = _whole(r"daily|hourly|quarterly|yearly|annual(?:ly)?|every[\s-]?day")
_BUSINESS: Final = _whole(
    rf"(?:the\s+)?(?P<nth>{_NTH})[\s-]+(?:business|working|work)[\s-]?days?{_OF_MONTH}"
    rf"|(?:business|working)[\s-]?day[\s-]+(?P<number>\d{{1,2}}){_OF_MONTH}"
)
_MONTH_DAY: Final = _whole(
    rf"(?:the\s+)?(?P<nth>\d{{1,2}}(?:st|nd|rd|th)|first)(?:[\s-]day)?{_OF_MONTH}"
    rf"|(?:the\s+)?(?P<last>last)[\s-]day{_OF_MONTH}|day[\s-](?P<number>\d{{1,2}}){_OF_MONTH}"
)
_WEEKDAY: Final = _whole(
    r"(?P<day>mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:s|nesdays?)?|thu(?:r(?:s(?:days?)?)?)?"
    r"|fri(?:days?)?|sat(?:urdays?)?|sun(?:days?)?)|(?P<all>week[\s-]?days)"
)
_TIME: Final = _whole(
    r"(?:at\s+)?(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s?(?P<half>[ap])\.?m\.?"
    r"|(?:at\s+)?(?P<hour24>\d{1,2})[:.h](?P<minute24>\d{2})(?:\s?h)?"
    r"|(?:at\s+)?(?P<four>[01]\d[0-5]\d|2[0-3][0-5]\d)|at\s+(?P<bare>\d{1,2})"
    r"|(?:at\s+)?(?P<named>noon|midday|midnight)"
)
_NAMED_TIMES: Final = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_ZONE: Final = _whole(r"(?:in\s+)?(?P<zone>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+|UTC|GMT)")
_SHORT_ZONE: Final = _whole("|".join(_COARSE), 0)
_STRAY: Final = _whole(r"reports?|schedules?|post|send|every|each|at|on|to|as|with|and|the")
_COMMA_AFTER: Final = re.compile(r"\s*[,;]")
_COMMA_BEFORE: Final = re.compile(r"[,;]\s*$")
_YEARS: Final = range(2000, 2100)
_NOON: Final = 12


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a schedule; None, or nothing, where nothing was.

    `query`: what it is of, with what is meant where nothing is said; `subject` None then.
    """

    query: CostQuery
    subject: str | None = None
    kind: ReportKind | None = None
    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    business_days: tuple[int, ...] = ()
    at: time | None = None
    zone: str | None = None
    channels: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ()

    @property
    def is_set(self) -> bool:
        """Whether anything is said that sets a schedule, and doesn't only ask what it is of."""
        return replace(self, subject=None) != Said(self.query)


class _Text:
    """A text that is read piece by piece; quotes and values are left to the question."""

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
        if len(found) > 1:
            said = " and ".join(quote(each[0]) for each in found[:2])
            raise ScheduleTimeError(f"{said} are two {what}.", fix="Write one of them.")
        return found[0] if found else None


def parse_schedule(
    text: str,
    *,
    today: date,
    names: Vocabulary,
    asker: Asker = _NOBODY,
    here: str | None = None,
    me: str | None = None,
) -> Said:
    """Read what somebody typed after `schedule`.

    Args:
        text: that.
        today: the present day.
        names: what they may mention.
        asker: what is meant where the text says no project.
        here: the id of the channel where it was typed.
        me: their own id in Slack, or their address.

    Raises:
        ScheduleTimeError, SchedulePlaceError, ScheduleSubjectError: a part can't be read.
        CostTrackerError: what is left is no question.
    """
    left = _Text(text)
    channels, emails = _places(left, here, me)
    formats = tuple(_format(found[0].lower()) for found in left.take(_FORMAT))
    zone = _zone(left)
    kind = _kind(left)
    business = tuple(_nth(each) for each in left.take(_BUSINESS))
    at = _time(left)
    days = tuple(_nth(each) for each in left.take(_MONTH_DAY))
    weekdays = tuple(day for each in left.take(_WEEKDAY) for day in _weekdays(each))
    for _ in left.take(_STRAY):
        pass
    query = parse_cost_query(left.left, today=today, names=names, asker=asker)
    plain = parse_cost_query(left.left, today=today, names=names)
    if query.period.name != "mtd":
        raise ScheduleSubjectError(
            f"{quote(str(query.period))}: a schedule reports on the last whole week or month.",
            fix="Leave the days out; /cost report shows any week or month.",
        )
    said = bool(plain.where) or bool(re.search(r"\b(?:all|everything)\b", left.left.lower()))
    return Said(
        query,
        write_subject(query.where) if said else None,
        kind,
        weekdays,
        days,
        business,
        at,
        zone,
        channels,
        emails,
        formats,
    )


def terms_of(said: Said, *, zone: str, here: str | None = None) -> Terms:
    """A new schedule's terms, with what is usual where nothing is said.

    Args:
        said: what was said.
        zone: the time zone, if none is.
        here: where it posts, if no place is said.

    Raises:
        ScheduleSubjectError: neither weekly nor monthly is said, nor any days.
    """
    kind = said.kind or _kind_of_days(said)
    if kind is None:
        raise ScheduleSubjectError(
            "A schedule is weekly or monthly.",
            fix="Write one of them, as weekly mon 09:00 or monthly 2nd-business-day.",
        )
    when = When(
        said.zone or zone, said.at or NINE, said.weekdays, said.month_days, said.business_days
    )
    if not (said.weekdays or said.month_days or said.business_days):
        when = usual(kind, when)
    nowhere = not (said.channels or said.emails)
    return Terms(
        kind,
        write_subject(said.query.where),
        when,
        (here,) if nowhere and here else said.channels,
        said.emails,
        said.formats,
        said.query.currency,
    )


def usual(kind: ReportKind, when: When) -> When:
    """The time and zone on the days that are usual: Mondays, second business days of months."""
    if kind is ReportKind.WEEKLY:
        return When(when.zone, when.at, weekdays=(0,))
    return When(when.zone, when.at, business_days=(2,))


def changed(terms: Terms, said: Said) -> Terms:
    """Terms with what was said of them; the rest stays."""
    when = terms.when
    if said.weekdays or said.month_days or said.business_days:
        when = replace(
            when,
            weekdays=said.weekdays,
            month_days=said.month_days,
            business_days=said.business_days,
        )
    kind = said.kind or _kind_of_days(said) or terms.kind
    if kind is not terms.kind and when == terms.when:
        when = usual(kind, when)
    placed = said.channels or said.emails
    return replace(
        terms,
        kind=kind,
        subject=said.subject or terms.subject,
        when=replace(when, at=said.at or when.at, zone=said.zone or when.zone),
        channels=said.channels if placed else terms.channels,
        emails=said.emails if placed else terms.emails,
        formats=said.formats or terms.formats,
        currency=said.query.currency or terms.currency,
    )


def _kind_of_days(said: Said) -> ReportKind | None:
    if said.weekdays:
        return ReportKind.WEEKLY
    return ReportKind.MONTHLY if said.month_days or said.business_days else None


def _places(
    left: _Text, here: str | None, me: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
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


def _format(word: str) -> Format:
    return _FORMATS.get(word) or Format(word)


def _kind(left: _Text) -> ReportKind | None:
    if other := left.one(_OTHER_KIND, "kinds of reports"):
        raise ScheduleSubjectError(
            f"{quote(other[0])}: reports are weekly or monthly.", fix="Write one of them."
        )
    found = left.one(_KIND, "kinds of reports")
    if found is None:
        return None
    return ReportKind.WEEKLY if found["weekly"] else ReportKind.MONTHLY


def _nth(found: re.Match[str]) -> int:
    said = found.groupdict()
    if said.get("last") or (said.get("nth") or "").lower() == "last":
        return LAST
    nth = (said.get("nth") or said["number"] or "").lower()
    return _ORDINALS.get(nth) or int(re.sub(r"\D", "", nth))


def _weekdays(found: re.Match[str]) -> tuple[int, ...]:
    return tuple(range(5)) if found["all"] else (DAYS.index(found["day"][:3].lower()),)


def _time(left: _Text) -> time | None:
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
    try:
        return time(hour, minute)
    except ValueError:
        raise _no_time(found[0]) from None


def _no_time(said: str) -> ScheduleTimeError:
    return ScheduleTimeError(
        f"{quote(said)} is no time of day.", fix="Write it as 09:00, 9am or 17:30."
    )


def _zone(left: _Text) -> str | None:
    if short := next(left.take(_SHORT_ZONE), None):
        better = _COARSE[short[0]]
        raise ScheduleTimeError(
            f"{quote(short[0])} knows no daylight saving time, or not only one place's.",
            fix=f"Write the zone as {better}.",
            suggestions=(better,),
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
