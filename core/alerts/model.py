"""What an alert is and says: one for each budget and period, from its first crossing on."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from core.costs.model import Measure
from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from core.money import ZERO
from core.period import Period, add_months, month_of

ALERT: Final = "alert"
"""The kind of the messages that tell of one alert; their values are a `Telling`."""
ALERTS: Final = "alerts"
"""The kind of the messages that tell of several at once; their values are a `Roundup`."""


class UnknownAlertError(NotFoundError):
    """There is no such alert."""


class AlertChangedError(ConflictError):
    """The alert has changed meanwhile."""


class NotToldError(ForbiddenError):
    """Neither its budget nor a subscription of somebody who may see it names that place now."""


class SnoozeError(InvalidError):
    """A snooze lasts until an instant to come."""


class Kind(StrEnum):
    """What a threshold is held against: what is spent, or what is expected at the end."""

    ACTUAL = "actual"
    FORECAST = "forecast"


class AlertState(StrEnum):
    """How an alert stands.

    raised: nobody has done anything about it yet. acknowledged, snoozed: somebody has.
    back: figures came back under every threshold. closed: the period is over, all is known.
    removed: there is no such budget any more. withdrawn: nothing is held against its days any
    more, because the budget says no amount of them, has others, or can't be read.
    """

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    BACK = "back"
    CLOSED = "closed"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


class Occasion(StrEnum):
    """Why there is a message.

    crossed: a threshold was, just now. set: a budget is new or was changed, and much is crossed
    at once. late: days that had been complete cost more than they did (a backfill). record: the
    period is over; what it came to is told for the record, quietly. waited: it was crossed while
    the alert was snoozed, and still is. reminder: to the owner, of 100% that nobody has
    acknowledged. state: the message that began the thread shows how things are now.
    left: so does it for the last time, as its place is told of the budget no more.
    digest: a channel that wants one message a day.
    """

    CROSSED = "crossed"
    SET = "set"
    LATE = "late"
    RECORD = "record"
    WAITED = "waited"
    REMINDER = "reminder"
    STATE = "state"
    LEFT = "left"
    DIGEST = "digest"


class Snooze(StrEnum):
    """For how long an alert can be snoozed."""

    DAY = "day"
    MONTH = "month"

    def until(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The instant at which it ends: in a day, or with the month in the reports' time zone."""
        if self is Snooze.DAY:
            return now + timedelta(days=1)
        first = add_months(month_of(now.astimezone(zone).date()), 1)
        return datetime.combine(first, time(), zone).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Per cent of a budget's amount, of what is spent or of what is expected."""

    kind: Kind
    percent: int

    @property
    def severity(self) -> tuple[int, bool]:
        """What is crossed together is told as the one with the most; spent goes before expected."""
        return self.percent, self.kind is Kind.ACTUAL


@dataclass(frozen=True, slots=True)
class Crossing:
    """That a threshold was crossed, and when that was found."""

    threshold: Threshold
    at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Which budget in which period: what a message calls it.

    `subject`: what the budget is of, in the question language. `owner`: a Slack user id or an
    e-mail address. `period`: as of the budget; `cycle`: monthly, quarterly, yearly or custom.
    """

    budget: int
    subject: str
    currency: str
    measure: Measure
    cycle: str
    period: Period
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a budget is. Amounts are in its currency.

    amount: what may be spent. used: what is. used_complete: by the complete days.
    planned: what the plan has for the complete days.
    expected: at the end; what it came to once all is known; None where that can't be told.
    lower, upper: between which it will lie four times out of five; None likewise.
    breach: the day on which the amount was, or is expected to be, exceeded.
    complete_until: the first day of the period that isn't complete; its end if all are.
    final: all days of the period are complete.
    through: the instant of the newest charge behind this.
    matches_export: the data behind this is what the sources say.
    """

    amount: Decimal
    used: Decimal
    complete_until: date
    used_complete: Decimal = ZERO
    planned: Decimal | None = None
    expected: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    breach: date | None = None
    final: bool = False
    through: datetime | None = None
    matches_export: bool = True

    @property
    def remaining(self) -> Decimal:
        """What is left of the amount; negative once it is exceeded."""
        return self.amount - self.used

    @property
    def share(self) -> Decimal | None:
        """What is spent, as a share of the amount."""
        return self.used / self.amount if self.amount else None

    @property
    def pace(self) -> Decimal | None:
        """What the complete days cost, as a share of what the plan has for them."""
        return self.used_complete / self.planned if self.planned else None

    @property
    def expected_share(self) -> Decimal | None:
        """What is expected at the end, as a share of the amount."""
        if self.expected is None or not self.amount:
            return None
        return self.expected / self.amount


@dataclass(frozen=True, slots=True)
class Cause:
    """A place that made a difference, in words, and how much more it cost; negative: less."""

    place: str
    change: Decimal
    new: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """What made the difference between complete days and the same days of the month before.

    `text` says it in a sentence; `causes`: the main one first, three at most.
    `question` asks for more, as `why checkout 2026-11-01..2026-11-20`.
    """

    text: str
    causes: tuple[Cause, ...]
    now: Period
    then: Period
    question: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did something about an alert, and when. `by`: a Slack user id, a token's subject."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Who silenced an alert, when and until when. `over`: the highest per cent spent by then.

    What is spent beyond that is told nevertheless.
    """

    by: str
    at: datetime
    until: datetime
    over: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """A budget's period in which thresholds were crossed.

    `version` changes with whatever people may want to know before they act: a further crossing,
    an acknowledgement, a snooze and its end. `crossed`: the thresholds that count as crossed, the
    most severe first; `reached`: whether the figures reach any now.
    """

    id: int
    version: int
    subject: Subject
    figures: Figures
    crossed: tuple[Crossing, ...]
    raised_at: datetime
    changed_at: datetime
    reached: bool = True
    acknowledged: Deed | None = None
    snoozed: Snoozed | None = None
    why: Why | None = None
    removed: bool = False
    withdrawn: bool = False

    @property
    def state(self) -> AlertState:
        """How it stands."""
        if self.removed:
            return AlertState.REMOVED
        if self.withdrawn:
            return AlertState.WITHDRAWN
        if self.figures.final:
            return AlertState.CLOSED
        if not self.reached:
            return AlertState.BACK
        if self.snoozed is not None:
            return AlertState.SNOOZED
        return AlertState.RAISED if self.acknowledged is None else AlertState.ACKNOWLEDGED

    @property
    def worst(self) -> Threshold | None:
        """The most severe threshold that counts as crossed."""
        return self.crossed[0].threshold if self.crossed else None


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message says: an alert as it is now, and why there is a message.

    `crossed`: the thresholds that it is about, the most severe first; none for `state`.
    `before`: what the amount was, where the budget was changed; what it is, where more than the
    amount was. `by`: who set it.
    """

    occasion: Occasion
    alert: Alert
    crossed: tuple[Threshold, ...] = ()
    before: Decimal | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Roundup:
    """Several alerts of one destination in one message, the most severe first.

    `occasion`: set, late, record or digest. `more`: how many there are beyond those told.
    """

    occasion: Occasion
    tellings: tuple[Telling, ...] = field(default_factory=tuple)
    more: int = 0
