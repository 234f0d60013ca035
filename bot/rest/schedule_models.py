"""The bodies of schedules."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from bot.rest.budget_models import People, Subject
from bot.rest.models import Closed, Currency, example

type ReportKind = Literal["weekly", "monthly"]
type Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
type Format = Literal["csv", "xlsx", "png", "json"]
type RunState = Literal["queued", "running", "waiting", "posted", "failed", "skipped"]
Weekdays = Annotated[
    list[Weekday], Field(max_length=7, description="Of a weekly one. Default: Monday.")
]
MonthDays = Annotated[
    list[Annotated[int, Field(ge=-1, le=31)]],
    Field(max_length=31, description="Of a monthly one: 1 to 31, -1 is the last day."),
]
BusinessDays = Annotated[
    list[Annotated[int, Field(ge=-1, le=20)]],
    Field(
        max_length=21,
        description="Of a monthly one: the n-th Monday to Friday, -1 is the last. Default: 2.",
    ),
]
Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["09:00"])]
Zone = Annotated[
    str, Field(min_length=1, max_length=64, description="IANA's.", examples=["Europe/Berlin"])
]
Formats = Annotated[list[Format], Field(max_length=4, description="Attached as files.")]
Channels = Annotated[
    People, Field(description="Ids of Slack channels, or of people: a direct message.")
]


class Paused(Closed):
    """Since when it is paused, by whom; `by` null: by itself, `why` says why."""

    at: datetime
    by: str | None
    why: str | None


class Undelivered(Closed):
    """Where a report can't be delivered, and why: `channel` is slack or mail, `to` an id there."""

    to: str
    channel: Literal["slack", "mail"]
    reason: str


class Run(Closed):
    """One time a schedule was due; `by`: who had it run by hand.

    `start` and `end` (exclusive) are what its report is of. `waiting`: for complete data, tried
    again at `try_at`. `version`: of what is posted, 1 and one more for each correction. `final`:
    its figures don't change any more.
    """

    id: int
    schedule: int
    due_at: datetime
    state: RunState
    by: str | None
    start: date
    end: date
    reason: str | None
    try_at: datetime | None
    posted_at: datetime | None
    version: int
    corrected_at: datetime | None
    final: bool
    undelivered: list[Undelivered]


class Schedule(Closed):
    """Which report is posted, when, where and as which files.

    `text`: what and when in the words that set it. Its reports are made with the rights that
    `owner`, who set it last, has at the time. `next_at`: null while it is paused.
    """

    id: int
    text: str
    kind: ReportKind
    subject: str
    currency: str | None
    weekdays: list[Weekday]
    month_days: list[int]
    business_days: list[int]
    time: str
    zone: str
    channels: list[str]
    emails: list[str]
    formats: list[Format]
    owner: str
    created_by: str
    created_at: datetime | None
    changed_at: datetime | None
    next_at: datetime | None
    paused: Paused | None
    latest: Run | None


class ScheduleList(Closed):
    """Schedules, a page of them, by number."""

    items: list[Schedule]
    next: str | None


class RunList(Closed):
    """Runs of a schedule, a page of them, the latest first."""

    items: list[Run]
    next: str | None


class NewSchedule(Closed):
    """What is needed to make a schedule; `zone` null: that of reports here."""

    model_config = example(
        kind="weekly", subject="checkout", weekdays=["mon"], time="09:00", channels=["C0123ABCD"]
    )

    kind: ReportKind
    subject: Subject = "all"
    currency: Currency | None = None
    weekdays: Weekdays = Field(default=[])
    month_days: MonthDays = Field(default=[])
    business_days: BusinessDays = Field(default=[])
    time: Time = "09:00"
    zone: Zone | None = None
    channels: Channels = Field(default=[])
    emails: People = Field(default=[])
    formats: Formats = Field(default=[])


class ScheduleChange(Closed):
    """What to change of a schedule; what isn't mentioned stays, but for days: one kind of them."""

    model_config = example(time="08:30", formats=["xlsx"])

    kind: ReportKind | None = None
    subject: Subject | None = None
    currency: Currency | None = None
    weekdays: Weekdays | None = None
    month_days: MonthDays | None = None
    business_days: BusinessDays | None = None
    time: Time | None = None
    zone: Zone | None = None
    channels: Channels | None = None
    emails: People | None = None
    formats: Formats | None = None
