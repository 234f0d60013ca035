"""What the bodies of the API are made of, as pydantic models.

They check what comes in and document what goes out; the bodies of a noun are in `…_models`.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Literal, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.projects.model import SLUG

Amount = Annotated[
    str, Field(pattern=r"^-?\d+(\.\d+)?$", description="An exact decimal in plain notation.")
]
# An amount that somebody gives; what the product gives has as many digits as it needs.
Given = Annotated[str, Field(pattern=r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$", examples=["1234.56"])]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["USD"])]
type Provider = Literal["gcp", "aws", "azure"]


def _written_as(pattern: str) -> BeforeValidator:
    """Only what the document says; pydantic alone also takes ' 7 ', '1_000', 'yes', 20261122."""

    def check(value: object) -> object:
        if isinstance(value, str) and re.fullmatch(pattern, value) is None:
            raise ValueError(f"must be written as {pattern}")
        return value

    return BeforeValidator(check)


Day = Annotated[date, _written_as(r"\d{4}-\d\d-\d\d")]
Month = Annotated[
    str, Field(pattern="^[12][0-9]{3}-(0[1-9]|1[0-2])$", examples=["2026-10"], max_length=7)
]
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
Text = Annotated[str, Field(min_length=1, max_length=200)]


def example(**members: Any) -> ConfigDict:
    """The configuration of a body that is documented with an example."""
    return ConfigDict(json_schema_extra={"examples": [members]})


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

    limit: Limit = Field(default=100, description="At most so many.")
    cursor: str | None = Field(
        default=None,
        max_length=2000,
        description="`next` of the page before; empty begins.",
        json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$"},
    )


class Problem(BaseModel):
    """An error, by RFC 9457. `type` is stable; `detail` is for people."""

    model_config = example(
        type="urn:cloud-cost-tracker:problem:unknown-project",
        title="There is no such project.",
        status=404,
        detail="There is no project 'chekout'.",
        suggestions=["checkout"],
    )

    type: str
    title: str
    status: int
    detail: str
    suggestions: list[str] = Field(default=[], description="What would have worked, nearest first.")


class Band(Closed):
    """Between which amounts, both included, it is expected to lie."""

    lower: Amount
    upper: Amount


class Days(Closed):
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date


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
