"""The bodies of reports."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from bot.rest.models import Amount, Band, Closed, Data, Days, Note


class Comparable(Closed):
    """What both periods cost on the days complete on both sides; `cut`: not all of their days."""

    now: Amount
    then: Amount
    cut: bool


class Against(Days):
    """The total beside another period's; `share` is the only honest percentage, null without."""

    amount: Amount | None
    comparable: Comparable | None
    change: Amount | None
    share: Amount | None


class ReportRow(Closed):
    """A project or service. `others`: how many it adds up, 0 for a row of its own."""

    value: str | None
    name: str
    amount: Amount
    share: Amount | None
    previous: Amount | None
    change: Amount | None = Field(description="On days complete on both sides.")
    others: int


class Mover(Closed):
    """A project or service that cost more or less; `text` asks why."""

    dimension: Literal["project", "service"]
    value: str | None
    name: str
    now: Amount
    then: Amount
    change: Amount
    share: Amount | None
    why: str
    text: str


class ReportCause(Closed):
    """A place that explains a part of the change."""

    where: str
    amount: Amount
    new: bool
    stopped: bool


class Explained(Closed):
    """What made the difference: causes, `one_off` and `rest` add up to `change`."""

    now: Days
    then: Days
    before: Amount
    after: Amount
    change: Amount
    sentence: str
    causes: list[ReportCause]
    one_off: Amount
    rest: Amount


class Expected(Days):
    """What days to come are expected to cost; `total` null where `refused` says why."""

    total: Amount | None
    spent: Amount
    at80: Band | None
    at95: Band | None
    previous: Amount | None
    error: Amount | None
    within: Amount | None
    refused: str


class Bridge(Closed):
    """From cost to what will be paid: cost + tax + promotions + timing = net.

    `credits` are in the cost already: gross + credits + promotions = net.
    """

    cost: Amount
    tax: Amount
    promotions: Amount
    timing: Amount
    net: Amount
    gross: Amount
    credits: Amount


class Invoiced(Closed):
    """The month by invoice beside by use: difference = used_elsewhere - invoiced_elsewhere."""

    invoiced: Amount
    used: Amount
    difference: Amount
    used_elsewhere: Amount | None
    invoiced_elsewhere: Amount | None
    previous: Amount | None
    agrees: bool | None = Field(description="With recorded invoices; null: none, or not all.")


class Accrual(Closed):
    """What a closed month is expected to come to in the end.

    `between`: the least and the most by which `months` past months grew from this `age` (days
    after the month's end) on; `holds`: how often the next lies there.
    """

    known: Amount
    expected: Amount
    late: Amount
    between: Band
    holds: Amount
    months: int
    age: int


class ReportDay(Closed):
    """A day; `amount` null: nothing of it is in yet."""

    date: date
    amount: Amount | None
    complete: bool


class Layer(Closed):
    """A service day by day, from the period's first day."""

    value: str | None
    name: str
    other: bool
    amounts: list[Amount]


class HistoryMonth(Closed):
    """A month, by day of use, beside that of a year before."""

    month: date
    amount: Amount
    year_before: Amount | None
    growth: Amount | None
    complete: bool


class ReportCurrency(Closed):
    """All that a report says in one currency; projects and services each add up to `total`."""

    currency: str
    total: Amount
    previous: Against
    last_year: Against
    projects: list[ReportRow]
    services: list[ReportRow]
    unassigned: ReportRow | None
    movers: list[Mover]
    new: list[Mover]
    stopped: list[Mover]
    explained: Explained | None
    forecasts: list[Expected]
    bridge: Bridge
    invoice: Invoiced | None
    accrual: Accrual | None
    days: list[ReportDay]
    days_before: list[ReportDay]
    by_service: list[Layer]
    history: list[HistoryMonth]


class ReportBudget(Days):
    """How far a budget of the scope is."""

    budget: int
    subject: str
    cycle: Literal["monthly", "quarterly", "yearly", "custom"]
    measure: Literal["cost", "net"]
    currency: str
    state: Literal["over", "heading_over", "ahead", "on_plan", "no_amount", "not_begun"]
    amount: Amount | None
    used: Amount
    expected: Amount | None
    at80: Band | None
    breach: date | None


class ReportAnomaly(Days):
    """Days that cost something else than expected; `why`: against the same days weeks before.

    `provisional`: charges of its days are still to come, and `why` is of its complete ones.
    """

    anomaly: int
    project: str | None
    service: str | None
    whole_project: bool
    currency: str
    expected: Amount
    actual: Amount
    impact: Amount
    ongoing: bool
    provisional: bool
    why: str
    verdict: Literal["expected", "planned", "not_useful"] | None


class Untold(Closed):
    """A part that can't be told, and why; `currency` null: of all."""

    section: Literal["drivers", "forecast", "budgets", "anomalies", "invoice", "accrual", "history"]
    reason: str
    currency: str | None


class Report(Days):
    """A week or a month; `status` says whether its figures may still change, `reason` why.

    `partial`: the figures are of the projects that the caller may see.
    """

    kind: Literal["weekly", "monthly"]
    text: str
    subject: str
    made_at: datetime
    status: Literal["provisional", "final"]
    reason: Literal["incomplete", "mismatch", "behind", "open", "settled"]
    complete: bool
    partial: bool
    currencies: list[ReportCurrency]
    budgets: list[ReportBudget]
    anomalies: list[ReportAnomaly]
    untold: list[Untold]
    notes: list[Note]
    data: Data
