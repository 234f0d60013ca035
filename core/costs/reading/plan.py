"""How a question is put to the tables: which of them, for which days, on which side.

The cheapest table that has the question's dimensions answers: whole months from a month
rollup, other days from the day rollup, and the facts only where a SKU, a region or a label
is asked for. Resources have a table of their own, of young days only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from core.costs.model import CATEGORY, REGION, SERVICE, SKU, Basis, CostQuery, Granularity
from core.costs.reading.compare import Shift, alignment, complete_parts, on_basis, other_period
from core.period import Period, add_months, month_of

_OF_FACTS = {SKU.name, REGION.name, "label"}
_OF_SERVICES = {SERVICE.name, CATEGORY.name}


class Grain(StrEnum):
    """The tables, by what a row of each adds up."""

    FACT = "charge_daily"
    RESOURCE = "cost_by_day_resource"
    DAY = "cost_by_day_service"
    MONTH_SERVICE = "cost_by_month_service"
    MONTH = "cost_by_month"


class Side(IntEnum):
    """What a piece counts for: the question's period or the other, days comparable or not."""

    NOW = 0
    NOW_ONLY = 1
    THEN = 2
    THEN_ONLY = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """The days of `period`, from one table, for one side."""

    grain: Grain
    side: Side
    period: Period


@dataclass(frozen=True, slots=True)
class Plan:
    """A question's pieces; `comparable` None where nothing may be compared.

    `then_held`: the other period is read; days of which no resources are kept aren't.
    """

    now: Period
    then: Period
    pieces: tuple[Piece, ...]
    comparable: tuple[Period, Period] | None
    shift: Shift
    then_held: bool = True

    @property
    def cut(self) -> bool:
        """Whether only parts of the two periods may be compared."""
        return self.comparable is not None and (
            self.comparable[0].end < self.now.end or self.comparable[1].end < self.then.end
        )


def plan(query: CostQuery, complete_until: date | None, since: date | None = None) -> Plan:
    """Plan a question, the days before `complete_until` being complete.

    `since`: the first day of which resources are kept, where they are asked for.
    """
    then = other_period(query)
    now = on_basis(query.period, query.basis)
    held = since is None or not query.by_resource or then.start >= since
    comparable = complete_parts(now, then, complete_until, query.basis) if held else None
    return Plan(
        now=now,
        then=then,
        pieces=(
            *_side(query, now, comparable and comparable[0], Side.NOW, Side.NOW_ONLY),
            *_other_side(query, then, comparable, held=held),
        ),
        comparable=comparable,
        shift=alignment(now, then, query.granularity),
        then_held=held,
    )


def _other_side(
    query: CostQuery, then: Period, comparable: tuple[Period, Period] | None, *, held: bool
) -> Iterator[Piece]:
    if held:
        part = comparable and comparable[1]
        yield from _side(query, then, part, Side.THEN, Side.THEN_ONLY)


def _side(
    query: CostQuery, whole: Period, part: Period | None, both: Side, only: Side
) -> Iterator[Piece]:
    """The pieces of one period: of its comparable part, and of the rest."""
    if part is None:
        yield from _pieces(query, whole, only)
        return
    yield from _pieces(query, part, both)
    if part.end < whole.end:
        yield from _pieces(query, Period(part.end, whole.end), only)


def _pieces(query: CostQuery, period: Period, side: Side) -> Iterator[Piece]:
    """Whole months from a month rollup where that serves, the days at the edges apart."""
    names = dimension_names(query)
    by_month = Grain.MONTH_SERVICE if names & _OF_SERVICES else Grain.MONTH
    if query.by_resource:
        yield Piece(Grain.RESOURCE, side, period)
        return
    if names & _OF_FACTS:
        yield Piece(Grain.FACT, side, period)
        return
    if query.basis is Basis.INVOICE:
        yield Piece(by_month, side, period)
        return
    first = add_months(month_of(period.start), 0 if period.start.day == 1 else 1)
    last = month_of(period.end)
    if first >= last or query.granularity in (Granularity.DAILY, Granularity.WEEKLY):
        yield Piece(Grain.DAY, side, period)
        return
    if period.start < first:
        yield Piece(Grain.DAY, side, Period(period.start, first))
    yield Piece(by_month, side, Period(first, last))
    if last < period.end:
        yield Piece(Grain.DAY, side, Period(last, period.end))


def dimension_names(query: CostQuery) -> set[str]:
    """The dimensions that a question groups or filters by."""
    return {d.name for d in query.group_by} | {f.dimension.name for f in query.where}
