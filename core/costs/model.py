"""What is asked about costs, and what is answered. Names follow FOCUS where it has one.

The journey of every question, wherever it comes from: words or parameters become one
`CostQuery`, `CostService.answer` turns it into one `CostAnswer`, a surface renders that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from core.period import Period


class Measure(StrEnum):
    """Which amount of a charge counts, and which charges.

    cost: EffectiveCost of every category but Tax, promotional credits left out.
    net: BilledCost of every category: what will be paid.
    gross: BilledCost before credits (Google's fee offsets count as price, not as credit).
    list: ListCost, at list prices.
    """

    COST = "cost"
    NET = "net"
    GROSS = "gross"
    LIST = "list"


class Basis(StrEnum):
    """Which day a charge belongs to: that of its usage, or its invoice's month."""

    USAGE = "usage"
    INVOICE = "invoice"


class Granularity(StrEnum):
    """How an answer is cut along time; weeks begin on Monday."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Form(StrEnum):
    """How the asker wants it: shown, both table and chart if nothing is said; or as a file."""

    TABLE = "table"
    CHART = "chart"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


# What answers hold by the thousand is a tuple: a frozen dataclass takes five times as long to make
# and, as a key, to look up.
class Dimension(NamedTuple):
    """Something to group or filter by; `key` only for labels: `label:team`."""

    name: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.key}" if self.key else self.name


PROJECT: Final = Dimension("project")
TEAM: Final = Dimension("team")
SERVICE: Final = Dimension("service")
SKU: Final = Dimension("sku")
RESOURCE: Final = Dimension("resource")
REGION: Final = Dimension("region")
PROVIDER: Final = Dimension("provider")
ACCOUNT: Final = Dimension("account")
CATEGORY: Final = Dimension("category")
DIMENSIONS: Final = (PROJECT, TEAM, SERVICE, SKU, RESOURCE, REGION, PROVIDER, ACCOUNT, CATEGORY)


def label(key: str) -> Dimension:
    """The dimension of one label key."""
    return Dimension("label", key)


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep the charges whose value is one of `values` (or, negated, is none of them).

    Values are identities: project slug, team, ServiceName, SkuId, ResourceId, RegionId, provider,
    SubAccountId, ServiceCategory, tag value. None is unassigned or absent.
    """

    dimension: Dimension
    values: tuple[str | None, ...]
    negated: bool = False


def alike(one: Iterable[Filter], other: Iterable[Filter]) -> bool:
    """Whether filters keep the same, in whichever order they stand."""
    return meant(one) == meant(other)


def meant(where: Iterable[Filter]) -> frozenset[object]:
    """What filters keep, whatever their order and that of their values."""
    return frozenset((each.dimension, frozenset(each.values), each.negated) for each in where)


@dataclass(frozen=True, slots=True)
class Versus:
    """What to compare with: the days `previous` or `last-year`, a `period`, or a `project`.

    Exactly one is meant: `period` and `project` are set only for their own kind.
    """

    kind: str = "previous"
    period: Period | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class CostQuery:
    """A question, fully understood; the same value from Slack, REST and the command line.

    `where`: filters of different dimensions restrict each other; `WHERE project` is a
    filter like any other. `versus` None: compared with the previous period, without having
    been asked to. `top` and `over` choose lines; what they leave out is summed in one line
    `other`, so lines always add up to the total. `currency`: convert to it.
    """

    period: Period
    where: tuple[Filter, ...] = ()
    group_by: tuple[Dimension, ...] = (SERVICE,)
    measure: Measure = Measure.COST
    basis: Basis = Basis.USAGE
    granularity: Granularity | None = None
    versus: Versus | None = None
    top: int | None = None
    over: Decimal | None = None
    currency: str | None = None
    form: Form | None = None

    @property
    def by_resource(self) -> bool:
        """Whether resources are told apart, by grouping or by a filter."""
        return RESOURCE in self.group_by or any(f.dimension == RESOURCE for f in self.where)

    @property
    def projects(self) -> tuple[str, ...]:
        """The slugs asked for; empty: all, or unassigned."""
        return tuple(
            v
            for f in self.where
            if f.dimension == PROJECT and not f.negated
            for v in f.values
            if v is not None
        )

    @property
    def confined(self) -> tuple[str, ...]:
        """The projects that it is confined to; none where it is of more than them."""
        chosen = [f for f in self.where if f.dimension == PROJECT and not f.negated]
        return () if any(None in f.values for f in chosen) else self.projects


class Comparable(NamedTuple):
    """Two amounts of which a percentage may be taken: days complete on both sides, no others."""

    now: Decimal
    then: Decimal

    @property
    def change(self) -> Decimal | None:
        """What `now` is more than `then`, as a share of it; None where `then` is not positive."""
        return (self.now - self.then) / self.then if self.then > 0 else None


class Line(NamedTuple):
    """One line of an answer.

    `group`: identity per dimension of the question (None: unassigned or absent); `names`:
    display names where they differ from the identity. `start`: first day of its day, week
    or month, None without a granularity. `share`: of its currency's total, None where that
    is not positive. `previous`: all of the other period, None where it has incomplete or no
    data. `comparable`: both sides cut to days complete on both; what a percentage is taken
    of, None where there are no such days. `other`: it sums the lines that `top` or `over`
    left out.
    """

    group: Mapping[Dimension, str | None]
    currency: str
    amount: Decimal
    previous: Decimal | None = None
    share: Decimal | None = None
    start: date | None = None
    names: Mapping[Dimension, str] | None = None
    other: bool = False
    comparable: Comparable | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The sum in one currency, exact, and that of the period compared with, as in `Line`."""

    currency: str
    amount: Decimal
    previous: Decimal | None = None
    comparable: Comparable | None = None


class NoteKind(StrEnum):
    """What an answer must say beside its figures."""

    TAX_EXCLUDED = "tax_excluded"
    PROMOTION_EXCLUDED = "promotion_excluded"
    INCOMPLETE_DAYS = "incomplete_days"
    MISSING_DAYS = "missing_days"
    PARTIAL_ACCESS = "partial_access"
    UNASSIGNED = "unassigned"
    CONVERTED = "converted"
    LIST_UNKNOWN = "list_unknown"
    BEHIND_EXPORT = "behind_export"
    MISMATCH = "mismatch"
    INVOICE_MATCHES = "invoice_matches"
    INVOICE_DIFFERS = "invoice_differs"
    SUMS_ONLY = "sums_only"
    NOT_KEPT = "not_kept"
    RESOURCES_OTHER = "resources_other"
    RESOURCES_UNKNOWN = "resources_unknown"
    RESOURCES_LEFT_OUT = "resources_left_out"


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know. `amount` and `currency` where it is about money; `days` half-open."""

    kind: NoteKind
    amount: Decimal | None = None
    currency: str | None = None
    days: Period | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the data behind an answer reaches; the oldest of the sources it draws on.

    through: instant of the newest charge exported (UTC), None before the first sync.
    complete_until: first day that is not complete yet (half-open), None likewise.
    matches_export: the stored totals of every billing period touched equal the export's.
    final: no later charge is expected in any of them.
    """

    through: datetime | None = None
    complete_until: date | None = None
    matches_export: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True)
class CostAnswer:
    """What a question's answer says; `text` is the question as understood.

    `compared` is the other period (or the other project's same period), None where there
    is nothing to compare with. `comparable` are the days, of this period and of the other,
    that the totals' and lines' `comparable` are of. `resources`: it can be asked by resource, too.
    Lines are ordered by amount, largest first, or, with a granularity, by start and then amount;
    currencies never mix.
    """

    query: CostQuery
    text: str
    totals: tuple[Total, ...]
    lines: tuple[Line, ...]
    compared: Period | None = None
    notes: tuple[Note, ...] = ()
    freshness: Freshness = Freshness()
    data_version: int = 0
    comparable: tuple[Period, Period] | None = None
    resources: bool = False


@dataclass(frozen=True, slots=True)
class CostRow:
    """One day's charges of one project, account, service, SKU, region and category.

    `date` is the charge's day on either basis; `category` is the ServiceCategory. `amount` None:
    asked for at list prices, and none is known.
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
    amount: Decimal | None


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Vocabulary:
    """The names that a question can mention: what the parser matches words against.

    Mappings go from an identity to its display name ('' where there is none other).
    `aliases`: former slugs to present ones. `accounts`: SubAccountId to (name, slug).
    `channels`: Slack channel id to its projects' slugs. `labels`: key to its values.
    """

    projects: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    teams: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    skus: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    providers: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a question was typed, for what it leaves unsaid.

    `here`: the channel's projects; `mine`: the asker's own. Both may be empty.
    """

    here: tuple[str, ...] = ()
    mine: tuple[str, ...] = ()


PROMOTION: Final = "PROMOTION"
FEE_OFFSET: Final = "FEE_UTILIZATION_OFFSET"


def in_cost(charge_category: str, source_type: str) -> bool:
    """Whether charges of a kind count in the measure `cost`."""
    return charge_category != "Tax" and not (
        charge_category == "Credit" and source_type == PROMOTION
    )


def in_gross(charge_category: str, source_type: str) -> bool:
    """Whether charges of a kind count in the measure `gross`."""
    return charge_category != "Credit" or source_type == FEE_OFFSET
