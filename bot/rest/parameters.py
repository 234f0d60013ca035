"""The parameters of the cost endpoints, and the one question that they make."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from bot.rest.models import Currency, Day, Limit, Paged, Parameters
from bot.rest.operations import ParameterError
from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    REGION,
    RESOURCE,
    SERVICE,
    SKU,
    TEAM,
    Basis,
    CostQuery,
    Dimension,
    Filter,
    Granularity,
    Measure,
    Versus,
    Vocabulary,
    label,
)
from core.errors import InvalidError
from core.named_period import parse_period
from core.period import Period

FILTERS = (PROJECT, TEAM, SERVICE, SKU, RESOURCE, REGION, PROVIDER, ACCOUNT, CATEGORY)
_ABSENT = ("none", "unassigned")
_MOST_DIMENSIONS = 3

Values = Annotated[
    tuple[str, ...], Field(description="Repeatable; '!' before a value excludes it.")
]
AnswerForm = Annotated[
    Literal["json", "csv", "xlsx"] | None,
    Field(description="Default: what `Accept` likes most, else json."),
]


class DaysParameters(Parameters):
    """Which days: by a period's name, or from `start` up to `end`."""

    period: str | None = Field(
        default=None,
        max_length=100,
        description="As in questions: mtd, last-7d, 2026-10, 2026-10-01..2026-10-15.",
        examples=["last-7d"],
    )
    start: Day | None = Field(default=None, description="First day; goes with `end`.")
    end: Day | None = Field(default=None, description="The day after the last; exclusive.")

    def said(self, today: date) -> Period | None:
        """The days asked for; None: nothing is said.

        Raises:
            ParameterError: they are said twice, or by half.
        """
        if self.start is None and self.end is None:
            return self.named(self.period, today) if self.period else None
        if self.period is not None:
            raise ParameterError("Give either 'period' or 'start' and 'end'.")
        if self.start is None or self.end is None:
            raise ParameterError("'start' and 'end' go together; 'end' is exclusive.")
        return Period(self.start, self.end)

    def named(self, words: str, today: date) -> Period:
        """The days of a period's name."""
        return parse_period(words, today)


class ChargeParameters(DaysParameters):
    """What all that is about charges takes: which, of which days.

    `label.KEY=value` filters by a label; `none` is what has no such label, `unassigned` the
    spend of no project. A `resource`, in summaries and trends, is an id or a name.
    """

    model_config = ConfigDict(extra="allow")
    open_prefix: ClassVar[str] = "label."
    __pydantic_extra__: dict[str, Values]

    project: Values = ()
    team: Values = ()
    service: Values = ()
    sku: Values = ()
    resource: Values = ()
    region: Values = ()
    provider: Values = ()
    account: Values = ()
    category: Values = ()
    period: str | None = Field(
        default=None,
        max_length=100,
        description="As in questions: mtd, last-7d, 2026-10, 2026-10-01..2026-10-15. Default: mtd.",
        examples=["last-7d"],
    )
    basis: Basis = Field(
        default=Basis.USAGE, description="By the day of use, or by the invoice's month."
    )

    def days(self, today: date) -> Period:
        """The days asked for; this month so far, if nothing is said."""
        return self.said(today) or self.named("mtd", today)

    def where(self, names: Vocabulary) -> tuple[Filter, ...]:
        """The filters, those of values before those that exclude."""
        given: list[tuple[Dimension, Iterable[str]]] = [
            (dimension, getattr(self, dimension.name)) for dimension in FILTERS
        ]
        extra = self.__pydantic_extra__
        given += [
            (label(name.removeprefix(self.open_prefix)), extra[name]) for name in sorted(extra)
        ]
        filters = []
        for dimension, values in given:
            kept = tuple(value_of(dimension, v, names) for v in values if not v.startswith("!"))
            left = tuple(value_of(dimension, v[1:], names) for v in values if v.startswith("!"))
            filters += [Filter(dimension, kept)] if kept else []
            filters += [Filter(dimension, left, negated=True)] if left else []
        return tuple(filters)

    def query(self, today: date, names: Vocabulary) -> CostQuery:
        """The question that these make."""
        return CostQuery(period=self.days(today), where=self.where(names), basis=self.basis)


class ExportParameters(ChargeParameters):
    """For exports: every charge as it is."""

    format: Literal["csv", "parquet"] | None = Field(
        default=None, description="Default: what `Accept` likes most, else csv."
    )


class CostParameters(ChargeParameters):
    """What every cost endpoint takes: which charges, in which measure."""

    measure: Measure = Field(
        default=Measure.COST,
        description="cost: what decisions cost; net: what will be paid; gross: before credits; "
        "list: at list prices.",
    )

    def query(self, today: date, names: Vocabulary) -> CostQuery:
        """The question that these make."""
        return replace(super().query(today, names), measure=self.measure)


class RowParameters(Paged, CostParameters):
    """For `/v1/costs`: rows, a page at a time."""

    format: AnswerForm = None


class AllRowsParameters(CostParameters):
    """For all rows at once."""

    format: Literal["csv", "xlsx", "json"] | None = Field(
        default=None, description="Default: what `Accept` likes most, else csv."
    )


class AnswerParameters(CostParameters):
    """For the summary and the trend: how to cut and compare."""

    group_by: Annotated[
        tuple[str, ...],
        Field(max_length=_MOST_DIMENSIONS, description="Repeatable; project, service, label:KEY …"),
    ] = ()
    granularity: Granularity | None = Field(default=None, description="Along time.")
    compare: str | None = Field(
        default=None, max_length=100, description="previous, last-year, a period or a project."
    )
    currency: Currency | None = Field(default=None, description="Convert to it.")
    limit: Limit | None = Field(default=None, description="Lines; the rest is 'other'.")
    format: AnswerForm = None

    def query(self, today: date, names: Vocabulary) -> CostQuery:
        """The question that these make."""
        dimensions = tuple(dimension(name) for name in self.group_by)
        if len(set(dimensions)) < len(dimensions):
            raise ParameterError("A dimension can be grouped by once.")
        return CostQuery(
            period=self.days(today),
            where=self.where(names),
            group_by=dimensions or self.unasked(),
            measure=self.measure,
            basis=self.basis,
            granularity=self.granularity,
            versus=versus(self.compare, today, names),
            top=self.limit,
            currency=self.currency,
        )

    def unasked(self) -> tuple[Dimension, ...]:
        """What is grouped by where nothing is said: the service, or nothing along time."""
        return () if self.granularity is not None else (SERVICE,)


class TrendParameters(AnswerParameters):
    """For the trend: along time, by day where nothing else is said."""

    granularity: Granularity = Field(default=Granularity.DAILY, description="Along time.")


def value_of(dimension: Dimension, text: str, names: Vocabulary) -> str | None:
    """The identity that a filter's value stands for; None: that there is none."""
    if text in _ABSENT and dimension.name in ("project", "team", "resource", "label"):
        return None
    if dimension != PROJECT or text in names.projects:
        return text
    return names.aliases.get(text) or names.accounts.get(text, ("", None))[1] or text


def dimension(name: str) -> Dimension:
    """The dimension of a name: `service`, `label:KEY` (or `label.KEY`)."""
    plain = name.replace(".", ":", 1)
    found = next((one for one in FILTERS if one.name == plain), None)
    if found is not None:
        return found
    if plain.startswith("label:") and plain != "label:":
        return label(plain.removeprefix("label:"))
    choice = ", ".join(one.name for one in FILTERS)
    raise ParameterError(f"{name!r} is nothing to group by.", fix=f"Use {choice} or label:KEY.")


def versus(words: str | None, today: date, names: Vocabulary) -> Versus | None:
    """What to compare with; None: nothing is said.

    Raises:
        ParameterError: that is nothing to compare with.
    """
    if words is None:
        return None
    if words in ("previous", "last-year"):
        return Versus(words)
    slug = words if words in names.projects else names.aliases.get(words)
    if slug is not None:
        return Versus("project", project=slug)
    try:
        return Versus("period", period=parse_period(words, today))
    except InvalidError as error:
        raise ParameterError(
            f"{words!r} is nothing to compare with.",
            fix="Use previous, last-year, a period or a project.",
        ) from error
