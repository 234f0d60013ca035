"""A schedule as people type it: `weekly mon 09:00 #finance`, `monthly checkout last-day csv`.

    SCHEDULE = (KIND | DAYS | TIME | ZONE | PLACE | FORMAT | QUESTION) …    in any order
    KIND     = weekly | monthly, also every week, each month
    DAYS     = mon,thu | mon-fri | weekdays | 1st | day 15 | last-day | 2nd-business-day
    TIME     = 09:00 | 9:00 | 0900 | 9am | 9:30 pm | at 9 | noon
    ZONE     = Europe/Berlin | UTC
    PLACE    = #channel | @person | ada@example.com | here | to me
    FORMAT   = csv | xlsx | png | json

What is left is the question, which names no days: a schedule reports on the last week or month.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Final

from core.costs.language.text import clean, quote
from core.costs.model import Asker, CostQuery, Vocabulary
from core.costs.question import parse_cost_query, write_subject
from core.errors import CostTrackerError
from core.reports.model import ReportKind
from core.schedules import pieces
from core.schedules.model import Format, ScheduleSubjectError, Terms
from core.schedules.timing import ScheduleTimeError, When
from core.schedules.written import ordinal

NINE: Final = time(9)
"""When a schedule is due that says no time."""

_NOBODY: Final = Asker()
_NUMBER: Final = re.compile(r"(?<!\S)(?:[1-9]|[12]\d|3[01])(?!\S)")
"""By itself: people mean a day of the month."""


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
    left = pieces.Text(text)
    channels, emails = pieces.places(left, here, me)
    formats = pieces.formats(left)
    zone = pieces.zone(left)
    business = pieces.business_days(left)
    at = pieces.time_of_day(left)
    days = pieces.month_days(left)
    kind = pieces.kind(left)
    weekdays = pieces.weekdays(left)
    pieces.drop_stray(left)
    asks = left.left.strip()
    try:
        query = parse_cost_query(asks, today=today, names=names, asker=asker)
    except CostTrackerError as error:
        raise _meant(asks, error).within(clean(text), asks) from error
    plain = parse_cost_query(asks, today=today, names=names)
    if query.period.name != "mtd":
        raise ScheduleSubjectError(
            f"{quote(str(query.period))}: a schedule reports on the last whole week or month.",
            fix="Leave the days out; /cost report shows any week or month.",
        )
    said = bool(plain.where) or bool(re.search(r"\b(?:all|everything)\b", asks.lower()))
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


def _meant(left: str, error: CostTrackerError) -> CostTrackerError:
    """What to say of words that are no question: they could be a day, in another writing."""
    if day := pieces.misspelt_day(left):
        return ScheduleTimeError(f"{quote(left)} is no day of the week.", suggestions=[day])
    if found := _NUMBER.search(left):
        written = f"{left[: found.start()]}{ordinal(int(found[0]))}{left[found.end() :]}"
        return ScheduleTimeError(
            f"{quote(found[0])} may be a day of the month.",
            fix="Write one as 1st to 31st, or last-day.",
            suggestions=[written],
        )
    return error


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
