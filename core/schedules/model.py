"""What a schedule is: which report, when, where to, as which files; and what its runs came to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.access.model import Maker
from core.addresses import is_email
from core.costs.model import CostQuery
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, UnavailableError
from core.outbox.model import Undelivered
from core.period import Period
from core.reports.correcting import Corrections
from core.reports.model import Report, ReportKind, ReportStatus
from core.schedules.timing import When
from core.schedules.timing import check as check_when

POSTING: Final = "report"
"""The kind of messages that carry a report; their values are a `Posting`."""

WAITS: Final = timedelta(days=5)
"""So long after it was due a monthly report waits for its days to be complete."""
MOST_PLACES: Final = 20
_WEEK: Final = 7


class ScheduleError(InvalidError):
    """A schedule can't be so."""


class SchedulePlaceError(ScheduleError):
    """A schedule posts to Slack channels, people or e-mail addresses."""


class ScheduleSubjectError(ScheduleError):
    """A schedule is of a weekly or monthly report of any question."""


class UnknownScheduleError(NotFoundError):
    """There is no such schedule."""


class ScheduleDaysError(ScheduleSubjectError):
    """A weekly report is due on days of the week, a monthly one on days of the month."""


class ScheduleTakenError(ConflictError):
    """There is such a schedule already."""


class RunUnderWayError(ConflictError):
    """A run of that schedule is under way."""


class RunDiedError(UnavailableError):
    """The process that made the report died each time it was tried."""


class ScheduleChangedError(ConflictError):
    """The schedule was changed while its report was made."""


class OwnerGoneError(ForbiddenError):
    """Whoever set the schedule has no access to costs any more."""


class Format(StrEnum):
    """What is attached to a post as a file, beside what it says."""

    CSV = "csv"
    XLSX = "xlsx"
    PNG = "png"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Terms:
    """What people set of a schedule.

    Attributes:
        kind: weekly: of the last whole week when it is due. monthly: of the last whole month.
        subject: what it is of, in the question language: `checkout`, `team=payments`, `all`.
        when: days, time and zone; a weekly one is on weekdays, a monthly one on days of months.
        channels: ids of Slack channels, or of people: a direct message.
        emails: addresses.
        formats: attached as files.
        currency: that it is converted to; None: each as it is billed.
    """

    kind: ReportKind
    subject: str
    when: When
    channels: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ()
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as it is kept.

    Attributes:
        id: its number.
        terms: what was set.
        owner: by whom, last: its reports are made with their rights.
        created_by: by whom, first.
        next_at: when it is due next (paused ones too: those runs are skipped).
        paused_at: since when it is paused; None: it isn't.
        paused_by: by whom; '' where it was by itself.
        paused_why: why, where it was by itself.
        query: asks for what it is of; None where its subject can't be read any more.
        projects: of which it is, as they are called now; none: of more than projects.
        latest: its latest run.
    """

    id: int
    terms: Terms
    owner: Maker
    created_by: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    next_at: datetime | None = None
    paused_at: datetime | None = None
    paused_by: str = ""
    paused_why: str = ""
    query: CostQuery | None = None
    projects: tuple[str, ...] = ()
    latest: "Run | None" = None


class RunState(StrEnum):
    """Where a run stands.

    queued: due, or to be tried again. running. waiting: for complete data. posted: its messages
    are in the outbox. failed: given up. skipped: paused, or missed while nothing ran.
    """

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    POSTED = "posted"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Run:
    """One time a schedule was due, or was run by hand.

    Attributes:
        id: its number.
        schedule: that of its schedule.
        due_at: when it was due; by hand: when that was asked for.
        state: where it stands.
        period: what the report is of.
        by: who had it run now; '' where nobody did.
        reason: why it waits, failed or was skipped.
        try_at: when it is tried again.
        attempts: how often it was begun.
        posted_at: when its messages were written.
        version: of what it posted: 1, and one more for each correction.
        corrected_at: when it was corrected last.
        final: the report that it posted last is final.
        data_version: of the data that it was held against last.
        worker: who has it, where it is running; fences off one that lost its lease.
        undelivered: where what it posted can't be delivered.
    """

    id: int
    schedule: int
    due_at: datetime
    state: RunState
    period: Period
    by: str = ""
    reason: str = ""
    try_at: datetime | None = None
    attempts: int = 0
    posted_at: datetime | None = None
    version: int = 0
    corrected_at: datetime | None = None
    final: bool = False
    data_version: int = 0
    worker: str = ""
    undelivered: tuple[Undelivered, ...] = ()

    @property
    def kind(self) -> ReportKind:
        """Which report it is of."""
        return ReportKind.WEEKLY if self.period.days == _WEEK else ReportKind.MONTHLY


@dataclass(frozen=True, slots=True)
class Posting:
    """What a report's messages carry, as they are kept in the outbox.

    The parent (post, then update) always shows `report` as it is now. A reply says what changed:
    `corrections`. A file is the report as `file`. By mail there is one message each time, with
    all `formats` attached: the post, then replies that carry the whole report again.

    Attributes:
        schedule: its number.
        run: its number; the thread is `report:<run>`.
        version: 1, and one more for each correction.
        said: the schedule in the words that would set it again.
        report: all figures.
        formats: what is attached.
        waited: it was posted since it had waited long enough; some of its days are incomplete.
        by: who had it run now; '' where it was due.
        corrections: what is different from the version before; None: nothing to tell.
        corrected: the thread tells what was corrected, of this version or one before.
        file: which of the formats this message is; None: it isn't a file.
    """

    schedule: int
    run: int
    version: int
    said: str
    report: Report
    formats: tuple[Format, ...] = ()
    waited: bool = False
    by: str = ""
    corrections: Corrections | None = None
    corrected: bool = False
    file: Format | None = None

    @property
    def final(self) -> bool:
        """Whether its figures are final."""
        return self.report.status is ReportStatus.FINAL


def check(terms: Terms) -> Terms:
    """Give back terms that a schedule can have.

    Raises:
        ScheduleError, ScheduleTimeError: it can't.
    """
    when = check_when(terms.when)
    weekly = terms.kind is ReportKind.WEEKLY
    if weekly != bool(when.weekdays):
        raise ScheduleDaysError(fix="Write weekly mon, or monthly 2nd-business-day.")
    _check_places(terms)
    return replace(
        terms,
        when=when,
        channels=tuple(dict.fromkeys(terms.channels)),
        emails=tuple(dict.fromkeys(terms.emails)),
        formats=tuple(each for each in Format if each in terms.formats),
    )


def _check_places(terms: Terms) -> None:
    places = (*terms.channels, *terms.emails)
    if not 1 <= len(places) <= MOST_PLACES:
        raise SchedulePlaceError(
            f"A schedule posts to 1 to {MOST_PLACES} places, and this one has {len(places)}.",
            fix="Name channels or e-mail addresses.",
        )
    for channel in terms.channels:
        if not (channel.isascii() and channel.isalnum()):
            raise SchedulePlaceError(
                f"{channel!r} is no id of a Slack channel or person.", fix="Write it as C0123ABCD."
            )
    for email in terms.emails:
        if not is_email(email):
            raise SchedulePlaceError(
                f"{email!r} is no e-mail address.", fix="Write it as ada@example.com."
            )
