"""From the rows of a statement to an answer: lines, shares, totals, what `top` leaves out.

A company has thousands of accounts, so rows stay as the driver gives them and are looked at by
position; `Layout` knows which is which.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from operator import itemgetter
from typing import Any, Final, NamedTuple

from core.costs.model import (
    ACCOUNT,
    PROJECT,
    RESOURCE,
    SKU,
    Comparable,
    CostQuery,
    Dimension,
    Line,
    Total,
)
from core.costs.reading.basis import Basis
from core.costs.reading.plan import Plan
from core.costs.resources import OTHERS
from core.money import EXACT, ZERO

_LAST: Final = "\U0010ffff"
_SHARE: Final = Decimal("0.0001")
_NAMED: Final = frozenset({PROJECT, ACCOUNT, SKU, RESOURCE})

type Row = Sequence[Any]
"""A row of `core.costs.reading.sql.summary`: basis, values, names, start, currency, sums."""


class Sums(NamedTuple):
    """The amounts of a row, in order; None: there is none of that kind."""

    amount: Decimal | None = None
    previous: Decimal | None = None
    now: Decimal | None = None
    then: Decimal | None = None
    tax: Decimal | None = None
    promotion: Decimal | None = None
    unassigned: Decimal | None = None
    unlisted: Decimal | None = None
    unknown: Decimal | None = None


class Layout:
    """Where in a row of so many dimensions what is."""

    def __init__(self, dimensions: int) -> None:
        self.names = 1 + dimensions
        self.start = 1 + 2 * dimensions
        self.currency = self.start + 1
        self.amount = self.start + 2
        self.width = self.amount + len(Sums._fields)

    def values(self, row: Row) -> tuple[str | None, ...]:
        """The value of each dimension."""
        return tuple(row[1 : self.names])

    def sums(self, rows: Sequence[Row]) -> Sums:
        """What rows add up to; exact where the context is."""
        return Sums(*(_sum(map(itemgetter(at), rows)) for at in range(self.amount, self.width)))


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known else None


@dataclass(frozen=True, slots=True)
class Against:
    """What of the other period is known well enough to be shown and to be compared with."""

    previous: bool
    comparable: bool
    cut: bool

    def previous_of(self, amount: Decimal | None) -> Decimal | None:
        """All of the other period; nothing there is zero, if it is known."""
        return (ZERO if amount is None else amount) if self.previous else None

    def comparable_of(self, sums: Sequence[Decimal | None]) -> Comparable | None:
        """The parts of both that may be compared."""
        if not self.comparable:
            return None
        at = 2 if self.cut else 0
        return Comparable(sums[at] or ZERO, sums[at + 1] or ZERO)


def against(query: CostQuery, plan: Plan, basis: Basis, *, held: bool = True) -> Against:
    """Judge the other period by what is held: before the first day held nothing is known.

    `held`: in the detail that is asked for; of what is older, sums by month alone.

    Another project's same days are as complete as the question's own.
    """
    other_project = query.versus is not None and query.versus.project is not None
    complete_until = basis.freshness.complete_until
    covered = (
        held
        and basis.first_day is not None
        and (other_project or plan.then.start >= basis.first_day)
    )
    complete = complete_until is not None and plan.then.end <= complete_until
    converted = all(rate.converted is not None for rate in basis.rates)
    return Against(
        previous=covered and converted and plan.then_held and (complete or other_project),
        comparable=covered and converted and plan.comparable is not None,
        cut=plan.cut,
    )


def sums_by_currency(layout: Layout, rows: Iterable[Row]) -> dict[str, Sums]:
    """What all rows of each currency add up to, exactly; currencies in order."""
    of_currency: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_currency[row[layout.currency]].append(row)
    with localcontext(EXACT):
        return {currency: layout.sums(of_currency[currency]) for currency in sorted(of_currency)}


def totals(sums: Mapping[str, Sums], known: Against) -> tuple[Total, ...]:
    """The total of each currency that either period has charges in."""
    return tuple(
        Total(
            currency,
            total.amount or ZERO,
            known.previous_of(total.previous),
            known.comparable_of(total),
        )
        for currency, total in sums.items()
        if total.amount is not None or known.previous_of(total.previous)
    )


def lines(
    query: CostQuery, plan: Plan, rows: Sequence[Row], sums: Mapping[str, Sums], known: Against
) -> tuple[Line, ...]:
    """The lines of an answer, in order; they add up to the totals."""
    layout = Layout(len(query.group_by))
    chosen, rest = _choose(query, layout, rows)
    amount = layout.amount
    shown = [
        row for row in chosen if row[amount] is not None or _shows(query, plan, layout, row, known)
    ]
    _sort(layout, shown)
    others = [row for row in _added_up(layout, rest) if row[layout.amount] is not None]
    maker = _Maker(query, layout, sums, known)
    made = [*maker.lines(shown), *maker.lines(others, other=True)]
    if rest or query.granularity:
        made.sort(key=lambda line: (line.start or date.min, line.currency))
    return tuple(made)


def _shows(query: CostQuery, plan: Plan, layout: Layout, row: Row, known: Against) -> bool:
    """Whether charges of the other period alone are a line: those were asked for."""
    inside = row[layout.start] is None or row[layout.start] < plan.now.end
    previous = known.previous_of(row[layout.amount + 1])
    return query.versus is not None and inside and bool(previous)


def _sort(layout: Layout, rows: list[Row]) -> None:
    """Put the largest of each currency first; equal ones by value, none last."""
    names, amount, currency = layout.names, layout.amount, layout.currency
    if names == 2:  # noqa: PLR2004 - one dimension: no tuple needed
        rows.sort(key=lambda row: row[1] or _LAST)
    else:
        rows.sort(key=lambda row: tuple([value or _LAST for value in row[1:names]]))
    rows.sort(key=lambda row: row[amount] or ZERO, reverse=True)
    rows.sort(key=itemgetter(currency))


def _choose(
    query: CostQuery, layout: Layout, rows: Sequence[Row]
) -> tuple[Sequence[Row], list[Row]]:
    """Those that `top` and `over` choose, and the rest: by group, over all days together.

    Resources that aren't told apart are of the rest in any case.
    """
    rows, others = _apart(query, rows)
    if query.top is None and query.over is None:
        return rows, others
    ranked = _ranked(query, layout, rows)
    kept: set[Any] = set()
    taken: Counter[str] = Counter()
    for row in ranked:
        currency = row[layout.currency]
        large = query.over is None or row[layout.amount] > query.over
        if large and (query.top is None or taken[currency] < query.top):
            kept.add((currency, layout.values(row)))
            taken[currency] += 1
    is_kept = [(row[layout.currency], layout.values(row)) in kept for row in rows]
    return (
        [row for row, keep in zip(rows, is_kept, strict=True) if keep],
        [*(row for row, keep in zip(rows, is_kept, strict=True) if not keep), *others],
    )


def _ranked(query: CostQuery, layout: Layout, rows: Sequence[Row]) -> list[Row]:
    """A row for each group with an amount, the largest first."""
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    if query.granularity is not None:
        for row in rows:
            groups[row[layout.currency], layout.values(row)].append(row)
    with localcontext(EXACT):
        added = [
            _row(layout, currency, layout.sums(group), values)
            for (currency, values), group in groups.items()
        ]
    # Without a granularity each row is a group already.
    whole = rows if query.granularity is None else added
    ranked = [row for row in whole if row[layout.amount] is not None]
    _sort(layout, ranked)
    return ranked


def _apart(query: CostQuery, rows: Sequence[Row]) -> tuple[Sequence[Row], list[Row]]:
    """Rows, and those of resources that aren't told apart."""
    if RESOURCE not in query.group_by:
        return rows, []
    at = 1 + query.group_by.index(RESOURCE)
    return [row for row in rows if row[at] != OTHERS], [row for row in rows if row[at] == OTHERS]


def _row(
    layout: Layout,
    currency: str,
    sums: Sums,
    values: tuple[str | None, ...] | None = None,
    start: date | None = None,
) -> Row:
    """A row such as statements give, of several added up."""
    nothing = (None,) * (layout.names - 1)
    return (None, *(nothing if values is None else values), *nothing, start, currency, *sums)


def _added_up(layout: Layout, rest: Iterable[Row]) -> list[Row]:
    """What is left out, in one row for each start and currency."""
    added: defaultdict[tuple[date | None, str], list[Row]] = defaultdict(list)
    for row in rest:
        added[row[layout.start], row[layout.currency]].append(row)
    with localcontext(EXACT):
        return [
            _row(layout, currency, layout.sums(rows), start=start)
            for (start, currency), rows in added.items()
        ]


class _Maker:
    """Makes lines of rows; there may be thousands, so each costs as little as it can."""

    def __init__(
        self, query: CostQuery, layout: Layout, sums: Mapping[str, Sums], known: Against
    ) -> None:
        self._valued = [(dimension, 1 + index) for index, dimension in enumerate(query.group_by)]
        self._layout = layout
        self._totals = {currency: total.amount or ZERO for currency, total in sums.items()}
        self._known = known
        self._named = [
            (dimension, value, value + len(query.group_by))
            for dimension, value in self._valued
            if dimension in _NAMED
        ]

    def lines(self, rows: Iterable[Row], *, other: bool = False) -> list[Line]:
        """A line of each row; `other`: of what was left out, which has no values."""
        valued, at = self._valued, self._layout.amount
        given, compared = self._known.previous, self._known.comparable
        part = at + 2 if self._known.cut else at
        made = []
        for row in rows:
            amount, currency = row[at] or ZERO, row[at - 1]
            total = self._totals[currency]
            made.append(
                Line(
                    {dimension: row[value] for dimension, value in valued},
                    currency,
                    amount,
                    (row[at + 1] or ZERO) if given else None,
                    (amount / total).quantize(_SHARE, ROUND_HALF_EVEN) if total > 0 else None,
                    row[at - 2],
                    self._names(row) if self._named else None,
                    other,
                    Comparable(row[part] or ZERO, row[part + 1] or ZERO) if compared else None,
                )
            )
        return made

    def _names(self, row: Row) -> Mapping[Dimension, str] | None:
        """Display names where they differ from the values."""
        named = {}
        for dimension, value, of in self._named:
            if (name := row[of]) and row[value] is not None and name != row[value]:
                named[dimension] = name
        return named or None
