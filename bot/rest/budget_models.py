"""The bodies of budgets."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.rest.models import (
    Amount,
    Band,
    Closed,
    Currency,
    Data,
    Day,
    Paged,
    Parameters,
    Text,
    example,
)
from core.budgets.model import FORECAST_THRESHOLDS, THRESHOLDS

type Cycle = Literal["monthly", "quarterly", "yearly", "custom"]
type BudgetMeasure = Literal["cost", "net"]
Sum = Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,6})?$", examples=["8000"])]
Months = Annotated[
    dict[Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")], Sum],
    Field(description="Amounts of single months; they go before `amount`.", max_length=240),
]
Subject = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="What it is of, in the question language.",
        examples=["checkout", "team=payments", "all service=BigQuery"],
    ),
]
Thresholds = Annotated[
    list[Annotated[int, Field(ge=1, le=1000)]], Field(max_length=20, description="Per cent.")
]
People = Annotated[list[Text], Field(max_length=50)]


class Budget(Closed):
    """What may be spent on something: `amount` in each period, `months` in single ones.

    `start` and `end` (exclusive): of a custom budget. `amount` null and no months: a team's
    budget that adds up those of its projects.
    """

    id: int
    subject: str
    cycle: Cycle
    amount: Amount | None
    months: dict[str, Amount]
    start: date | None
    end: date | None
    measure: BudgetMeasure
    currency: str
    thresholds: list[int]
    forecast_thresholds: list[int]
    owner: str | None
    channels: list[str]
    emails: list[str]
    created_by: str
    created_at: datetime | None
    changed_at: datetime | None


class BudgetList(Closed):
    """Budgets, a page of them, by number."""

    items: list[Budget]
    next: str | None


class NewBudget(Closed):
    """What is needed to make a budget; `currency` null: that of new budgets here."""

    model_config = example(
        subject="checkout", amount="8000", cycle="monthly", currency="USD", channels=["C0123ABCD"]
    )

    subject: Subject
    cycle: Cycle = "monthly"
    amount: Sum | None = None
    months: Months = Field(default={})
    start: date | None = None
    end: date | None = None
    measure: BudgetMeasure = "cost"
    currency: Currency | None = None
    thresholds: Thresholds = Field(default=[*THRESHOLDS])
    forecast_thresholds: Thresholds = Field(default=[*FORECAST_THRESHOLDS])
    owner: Text | None = None
    channels: People = Field(default=[])
    emails: People = Field(default=[])


class BudgetChange(Closed):
    """What to change of a budget; what isn't mentioned stays, null clears what can be without."""

    model_config = example(amount="9000", months={"2026-12": "12000"})

    subject: Subject | None = None
    cycle: Cycle | None = None
    amount: Sum | None = None
    months: Months | None = None
    start: date | None = None
    end: date | None = None
    measure: BudgetMeasure | None = None
    currency: Currency | None = None
    thresholds: Thresholds | None = None
    forecast_thresholds: Thresholds | None = None
    owner: Text | None = None
    channels: People | None = None
    emails: People | None = None


class BudgetStatus(Closed):
    """How far a budget is in a period.

    `used` is of all days, `used_complete` of the complete ones (up to `complete_until`,
    exclusive), for which `planned` is what the plan has. `expected`: at the end of the period;
    once it is `final`, what it came to. `breach`: the day on which the amount was, or is
    expected to be, exceeded. `allotted`: what the budgets of a team's projects have.
    `others`: spent in other currencies, not counted.
    """

    budget: int
    subject: str
    start: date
    end: date
    currency: str
    state: Literal["over", "heading_over", "ahead", "on_plan", "no_amount", "not_begun"]
    amount: Amount | None
    used: Amount
    remaining: Amount | None
    planned: Amount | None
    used_complete: Amount
    complete_until: date
    expected: Amount | None
    at80: Band | None
    breach: date | None
    final: bool
    allotted: Amount | None
    others: dict[str, Amount]
    data: Data


class RecordedChange(Closed):
    """Who changed a budget, when; `before` null: it was made, `after` null: removed."""

    at: datetime
    by: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Changes(Closed):
    """Every change of a budget, the latest first."""

    items: list[RecordedChange]
    next: None


class ListedBudgets(Paged):
    """Of the list."""

    subject: str | None = Field(
        default=None, max_length=1000, description="Only those of exactly this."
    )


class StatusParameters(Parameters):
    """Of which period."""

    on: Day | None = Field(default=None, description="A day of the period. Default: today.")
