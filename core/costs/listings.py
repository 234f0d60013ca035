"""What can be listed beside an answer: rows, values, the state of the data, restatements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from core.costs.left_out import LeftOut
from core.costs.model import CostRow


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows of a question, in order of their day; `next` finds those after, None at the end."""

    items: tuple[CostRow, ...]
    next: str | None = None


class DailySeries(NamedTuple):
    """What one group costs day by day, for statistics: floating point, not money.

    `group`: the values of the question's dimensions, in their order (None: unassigned or absent).
    `amounts`: one a day from `start`, the first day with a charge, to the end of the question's
    period; 0 where nothing was charged. Which of the days are complete the data's state says.
    `exact`: what those days cost, where it was asked for: as money.
    """

    group: tuple[str | None, ...]
    currency: str
    start: date
    amounts: tuple[float, ...]
    exact: Mapping[date, Decimal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """One value of a dimension: its identity, and its display name ('' where there is none other).

    `value` None: unassigned or absent.
    """

    value: str | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Late:
    """What came of months after they were over: the measure `cost`.

    `since`: since when every source has been watched, None where that isn't known: nothing is
    known to have come late before. `amounts`: by month (its first day) and currency, what was
    added later than a given age; negative where it was taken off.
    """

    since: datetime | None
    amounts: Mapping[tuple[date, str], Decimal]


@dataclass(frozen=True, slots=True)
class BillingPeriodState:
    """What is known of one billing period (`month`: its first day) of a source."""

    month: date
    matches_export: bool
    final: bool


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A slice whose newest state can't be read yet: why, and since when that is known."""

    key: str
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Archived:
    """What vanished at a source and is kept here, and counted, until it is pruned.

    since: when the first of it was missed.
    lines: how many of the source's lines it holds. months: their billing periods, oldest first.
    """

    slices: int
    since: datetime
    lines: int
    months: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far one source's data reaches, and whether it is proved.

    through: instant of the newest charge exported (UTC), None before the first sync.
    complete_until: first day that is not complete yet (half-open).
    synced_at: when it was last read, changed or not.
    matches_export: every billing period's stored totals equal the export's.
    behind: slices that moved at the source since they were read.
    unfinished: what is still being written there, and so was left as it is stored.
    archived: what vanished there and is kept, None if nothing did.
    left_out: lines that are not among the charges, or could not be mapped; newest period first.
    billing_periods: newest first. currencies: those its totals are in, sorted.
    """

    name: str
    kind: str
    provider: str
    through: datetime | None = None
    complete_until: date | None = None
    synced_at: datetime | None = None
    matches_export: bool = False
    behind: int = 0
    billing_periods: tuple[BillingPeriodState, ...] = ()
    currencies: tuple[str, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    archived: Archived | None = None


@dataclass(frozen=True, slots=True)
class Restatement:
    """A day that was published already and changed: the measure `cost`, before and after.

    `project` None: unassigned; `account` None: a whole billing account's charges.
    """

    id: int
    recorded_at: datetime
    source: str
    day: date
    project: str | None
    account: str | None
    service: str | None
    currency: str
    before: Decimal
    after: Decimal
