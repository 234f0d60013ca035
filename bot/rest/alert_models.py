"""The bodies of alerts."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from bot.rest.budget_models import BudgetMeasure
from bot.rest.models import Amount, Band, Closed, Paged, example

type AlertState = Literal[
    "raised", "acknowledged", "snoozed", "back", "closed", "removed", "withdrawn"
]
Version = Annotated[
    int | None,
    Field(
        ge=1,
        le=10**9,
        description="The alert's, as it was when this was decided: if it has changed since, "
        "nothing is done. Default: whatever it is now.",
    ),
]
Number = Annotated[int | None, Field(ge=1, le=10**18, description="Only of this budget.")]


class AlertCrossing(Closed):
    """A threshold that counts as crossed: `percent` of the amount, spent or expected."""

    kind: Literal["actual", "forecast"]
    percent: int
    at: datetime


class AlertCause(Closed):
    """A place that made a difference, and how much."""

    place: str
    change: Amount
    new: bool


class AlertWhy(Closed):
    """What made the difference to the same days of the month before; ends are exclusive."""

    text: str
    causes: list[AlertCause]
    start: date
    end: date
    before_start: date
    before_end: date
    question: str


class Done(Closed):
    """Who acknowledged it, and when: a Slack user id or a token's subject."""

    by: str
    at: datetime


class Silence(Closed):
    """Who silenced it, when, until when."""

    by: str
    at: datetime
    until: datetime


class Alert(Closed):
    """A budget's period in which thresholds were crossed.

    `raised`: nobody has done anything about it yet. `back`: it came back under every threshold.
    `closed`: the period is over and all of it known. Figures are those of a budget's status, as
    they were when it was evaluated last.
    """

    id: int
    version: int
    state: AlertState
    budget: int
    subject: str
    measure: BudgetMeasure
    currency: str
    start: date
    end: date
    owner: str | None
    crossed: list[AlertCrossing]
    amount: Amount
    used: Amount
    remaining: Amount
    used_complete: Amount
    planned: Amount | None
    complete_until: date
    expected: Amount | None
    at80: Band | None
    breach: date | None
    final: bool
    through: datetime | None
    matches_export: bool
    why: AlertWhy | None
    raised_at: datetime
    changed_at: datetime
    acknowledged: Done | None
    snoozed: Silence | None


class AlertList(Closed):
    """Alerts, a page of them, the newest first."""

    items: list[Alert]
    next: str | None


class Acknowledgement(Closed):
    """That somebody has seen to it."""

    model_config = example(version=2)

    version: Version = None


class NewSnooze(Closed):
    """For how long to be quiet about it: `lasting` a day or to the month's end, or `until` when."""

    model_config = example(lasting="month")

    lasting: Literal["day", "month"] | None = None
    until: AwareDatetime | None = None
    version: Version = None


class ListedAlerts(Paged):
    """Of the list."""

    budget: Number = None
    state: AlertState | None = Field(default=None, description="Only those that stand so.")
