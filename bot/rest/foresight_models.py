"""The bodies of forecasts and of reasons."""

from datetime import date
from typing import Literal

from pydantic import Field

from bot.rest.budget_models import BudgetStatus
from bot.rest.models import Amount, Band, Closed, Data, Days, Note, Query


class ForecastDay(Closed):
    """A day that isn't known yet: what is expected of it."""

    date: date
    expected: Amount
    at80: Band | None
    at95: Band | None


class ForecastNote(Closed):
    """Something to know; `days`: how many it is about."""

    kind: Literal["short_history", "no_band", "intermittent", "ended", "missing_days", "far_ahead"]
    days: int


class Accuracy(Closed):
    """How good earlier forecasts of the same were.

    `error`: the middle of what totals were off by, as a share; `within`: the share of totals
    that lay in their band of 80%.
    """

    forecasts: int
    error: Amount | None
    within: Amount | None


class Outlook(Closed):
    """One currency's forecast: `total` is `spent`, exact, and what is expected `ahead`.

    Bands are of the total: `at80` holds it four times out of five. `previous`: what the period
    before came to, where all of it is known.
    """

    currency: str
    method: Literal["blend", "naive", "run_rate", "intermittent", "ended"]
    made_from: int = Field(description="Days of history.")
    complete_until: date = Field(description="The first day that isn't complete; exclusive.")
    spent: Amount
    ahead: Amount
    total: Amount
    at80: Band | None
    at95: Band | None
    previous: Amount | None
    days: list[ForecastDay]
    notes: list[ForecastNote]
    past: Accuracy | None


class Refused(Closed):
    """A currency of which there is too little history."""

    currency: str
    reason: str


class Forecast(Closed):
    """What is to come of a question's costs; `budgets`: how far those of the same days are."""

    query: Query
    forecasts: list[Outlook]
    refused: list[Refused]
    budgets: list[BudgetStatus]
    notes: list[Note]
    data: Data


class Difference(Closed):
    """What both periods cost, and the difference."""

    before: Amount
    after: Amount
    change: Amount


class Driver(Difference):
    """One place that made a difference: identities under `where`, null for none.

    `by_usage` and `by_price`: the change taken apart, where quantities are known.
    """

    where: dict[str, str | None]
    names: dict[str, str]
    new: bool
    vanished: bool
    by_usage: Amount | None
    by_price: Amount | None


class Drivers(Closed):
    """What made the difference in one currency: `causes`, `one_off` and `rest` add up to it."""

    currency: str
    sentence: str
    total: Difference
    one_off: Difference
    main: Driver | None
    causes: list[Driver]
    rest: Amount
    new: list[Driver]
    vanished: list[Driver]
    one_offs: list[Driver]


class Why(Closed):
    """What made the difference between the days of `now` and of `then`."""

    query: Query
    now: Days
    then: Days
    drivers: list[Drivers]
    notes: list[Note]
    data: Data
