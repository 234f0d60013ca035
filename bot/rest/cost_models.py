"""The bodies of what something cost."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from bot.rest.models import Amount, Closed, Data, Days, Note, Query


class DimensionValue(Closed):
    """One value of a dimension; null is unassigned or absent."""

    value: str | None
    name: str


class DimensionValues(Closed):
    """The values of a dimension, a page of them."""

    items: list[DimensionValue]
    next: str | None


class CostRow(Closed):
    """A day's charges of one project, account, service, SKU, region and category.

    `amount` null: at list prices, where none is known.
    """

    date: date
    project: str | None
    provider: str
    account: str | None
    service: str | None
    sku: str | None
    region: str | None
    category: str | None
    currency: str
    amount: Amount | None


class CostRows(Closed):
    """Rows, a page of them."""

    items: list[CostRow]
    next: str | None


class Total(Closed):
    """The sum in one currency; `previous` null where there is nothing to compare with."""

    currency: str
    amount: Amount
    previous: Amount | None


class Line(BaseModel):
    """One line: identities under `group`, display names that differ under `names`."""

    group: dict[str, str | None]
    date: date | None
    currency: str
    amount: Amount
    previous: Amount | None
    share: Amount | None
    names: dict[str, str] = {}
    other: bool = Field(default=False, description="The sum of the lines that were left out.")


class TrendPoint(Closed):
    """A day, week or month, cut by the question's period; `end` is exclusive.

    `change` from `previous`, as a share of it: only of what is complete. `average`: of this one and
    those before it, as many as the window; null where one of them is incomplete or cut.
    """

    start: date
    end: date
    amount: Amount
    previous: Amount | None
    change: Amount | None
    average: Amount | None
    complete: bool


class Trend(Closed):
    """One currency along time, all groups together; `window`: points that an average is of."""

    currency: str
    window: Literal[7, 4, 3]
    points: list[TrendPoint]


class Answer(Closed):
    """An answer; the same from the summary, the trend and `cost-tracker cost --json`.

    `trend`: along time, where there is a granularity.
    """

    query: Query
    compared: Days | None
    totals: list[Total]
    lines: list[Line]
    trend: list[Trend]
    notes: list[Note]
    data: Data
