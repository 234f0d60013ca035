"""The bodies of the API as pydantic models: they check what comes in and document what goes out."""

import re
from datetime import date, datetime
from typing import Annotated, ClassVar, Final, Literal, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from core.projects.model import SLUG

Amount = Annotated[
    str, Field(pattern=r"^-?\d+(\.\d+)?$", description="An exact decimal in plain notation.")
]


def _written_as(pattern: str) -> BeforeValidator:
    """Only what the document says; pydantic alone also takes ' 7 ', '1_000', 'yes', 20261122."""

    def check(value: object) -> object:
        if isinstance(value, str) and re.fullmatch(pattern, value) is None:
            raise ValueError(f"must be written as {pattern}")
        return value

    return BeforeValidator(check)


Day = Annotated[date, _written_as(r"\d{4}-\d\d-\d\d")]
Flag = Annotated[bool, _written_as("true|false")]
Limit = Annotated[int, Field(ge=1, le=1000), _written_as("[0-9]{1,4}")]
# The domain says what is wrong with a slug, and which would do: here its rule is only told.
SLUG_RULE: Final = f"^{SLUG.pattern}$"
Slug = Annotated[
    str,
    Field(
        min_length=1,
        max_length=63,
        examples=["checkout"],
        json_schema_extra={"pattern": SLUG_RULE},
    ),
]


class Closed(BaseModel):
    """A body that has these members and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameters(Closed):
    """The parameters of a query: these, and those whose name begins with `open_prefix`."""

    open_prefix: ClassVar[str] = ""

    @classmethod
    def knows(cls, name: str) -> bool:
        """Whether there is such a parameter."""
        prefix = cls.open_prefix
        return name in cls.model_fields or bool(
            prefix and name.removeprefix(prefix) not in ("", name)
        )

    @classmethod
    def repeats(cls, name: str) -> bool:
        """Whether it may be given several times."""
        field = cls.model_fields.get(name)
        return field is None or get_origin(field.annotation) is tuple


class Paged(Parameters):
    """Of a list: how much of it, from where."""

    limit: Limit = 100
    cursor: str | None = Field(
        default=None,
        max_length=2000,
        description="`next` of the page before; empty begins.",
        json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$"},
    )


class Problem(BaseModel):
    """An error, by RFC 9457. `type` is stable; `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    suggestions: list[str] = Field(default=[], description="What would have worked, nearest first.")


class Band(Closed):
    """Between which amounts, both included, it is expected to lie."""

    lower: Amount
    upper: Amount


class Account(Closed):
    """A provider's sub-account."""

    provider: Literal["gcp", "aws", "azure"]
    id: str = Field(min_length=1, max_length=200)
    name: str = ""


class Rule(Closed):
    """A label that defines a project: the first that matches a charge, by place, wins.

    `provider` and `account` null: of any. `since`: the first day it holds; null: ever.
    """

    id: int
    place: int
    key: str
    value: str
    provider: str | None
    account: str | None
    project: str
    since: date | None


class Project(Closed):
    """A project, and the labels and accounts that define it; labels go before accounts.

    `aliases` are slugs that it used to have.
    """

    slug: str
    name: str
    owner: str | None
    team: str | None
    cost_center: str | None
    channel: str | None
    archived: bool
    accounts: list[Account]
    labels: list[Rule]
    aliases: list[str]


class ProjectList(Closed):
    """Projects, a page of them."""

    items: list[Project]
    next: str | None


Text = Annotated[str, Field(min_length=1, max_length=200)]


class NewProject(Closed):
    """What is needed to make a project."""

    slug: Slug
    name: str = Field(default="", max_length=200)
    owner: Text | None = None
    team: Text | None = None
    cost_center: Text | None = None
    channel: Text | None = None


class ProjectChange(Closed):
    """What to change of a project; null clears; `slug` renames."""

    slug: Slug | None = None
    name: Text | None = None
    owner: Text | None = None
    team: Text | None = None
    cost_center: Text | None = None
    channel: Text | None = None
    archived: bool | None = None


class Label(Closed):
    """A label's key and value; the key is one that `sources.toml` lists."""

    key: Text = Field(examples=["team"])
    value: Text = Field(examples=["payments"])


class NewLabel(Closed):
    """A label to link: the charges with it, of a provider or one of its accounts, or of any.

    `history`: in closed months too, with restatements. `move` takes it from the project that it
    defines.
    """

    label: Label
    provider: Literal["gcp", "aws", "azure"] | None = None
    account: Annotated[str | None, Field(max_length=200)] = None
    history: bool = False
    move: bool = False


class NewAccount(Closed):
    """An account to link; `move` takes it from the project that holds it."""

    provider: Literal["gcp", "aws", "azure"]
    id: str = Field(min_length=1, max_length=200)
    move: bool = False


class NewLink(RootModel[NewAccount | NewLabel]):
    """An account, or a label."""

    model_config = ConfigDict(frozen=True)


class Place(Closed):
    """Where a rule shall stand: 1 is first, past the end is last. `history`: closed months too."""

    place: int = Field(ge=1, le=10_000)
    history: bool = False


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


class Query(Closed):
    """The question as understood; `end` is exclusive."""

    text: str
    projects: list[str]
    start: date
    end: date
    measure: Literal["cost", "net", "gross", "list"]
    basis: Literal["usage", "invoice"]
    group_by: list[str]
    granularity: Literal["daily", "weekly", "monthly"] | None


class Days(Closed):
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date


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


class Note(BaseModel):
    """Something to know beside the figures."""

    kind: str
    currency: str | None = None
    amount: Amount | None = None
    days: Days | None = None
    text: str = ""


class Data(Closed):
    """How far the data reaches, and whether it is proved against its source."""

    through: datetime | None
    complete_until: date | None
    matches_export: bool
    final: bool


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


class Health(BaseModel):
    """Whether this process is up."""

    status: str
