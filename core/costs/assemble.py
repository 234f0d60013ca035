"""From the rows of a statement to an answer: lines, shares, totals, what `top` leaves out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import MAX_PREC, ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any, Final, NamedTuple

from core.costs.basis import Basis
from core.costs.model import Comparable, CostQuery, Dimension, Line, Total
from core.costs.plan import Plan
from core.money import ZERO

EXACT: Final = Context(prec=1000, Emax=MAX_PREC, Emin=-MAX_PREC)
"""Adds amounts of any size without rounding."""

_SHARE: Final = Decimal("0.0001")


class Sums(NamedTuple):
    """The amounts of a line; None: there is none of that kind."""

    amount: Decimal | None = None
    previous: Decimal | None = None
    now: Decimal | None = None
    then: Decimal | None = None
    tax: Decimal | None = None
    promotion: Decimal | None = None
    unassigned: Decimal | None = None

    def __add__(self, other: tuple[Any, ...]) -> "Sums":
        """Add what there is of each kind."""
        return Sums(*map(_plus, self, other))


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other


@dataclass(frozen=True, slots=True)
class Found:
    """One row of a statement."""

    values: tuple[str | None, ...]
    names: tuple[str | None, ...]
    start: date | None
    currency: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Against:
    """What of the other period is known well enough to be shown and to be compared with."""

    previous: bool
    comparable: bool
    cut: bool

    def previous_of(self, sums: Sums) -> Decimal | None:
        """All of the other period; nothing there is zero, if it is known."""
        return (sums.previous or ZERO) if self.previous else None

    def comparable_of(self, sums: Sums) -> Comparable | None:
        """The parts of both that may be compared."""
        if not self.comparable:
            return None
        if self.cut:
            return Comparable(sums.now or ZERO, sums.then or ZERO)
        return Comparable(sums.amount or ZERO, sums.previous or ZERO)


def against(query: CostQuery, plan: Plan, basis: Basis) -> Against:
    """Judge the other period by what is held: before the first day held nothing is known.

    Another project's same days are as complete as the question's own.
    """
    other_project = query.versus is not None and query.versus.project is not None
    complete_until = basis.freshness.complete_until
    covered = basis.first_day is not None and (other_project or plan.then.start >= basis.first_day)
    complete = complete_until is not None and plan.then.end <= complete_until
    return Against(
        previous=covered and (complete or other_project),
        comparable=covered and plan.comparable is not None,
        cut=plan.cut,
    )


def read_rows(rows: Iterable[Sequence[Any]], dimensions: int) -> list[Found]:
    """The lines of a statement, its row of the basis left out."""
    names, bucket = 1 + dimensions, 1 + 2 * dimensions
    return [
        Found(
            values=tuple(row[1:names]),
            names=tuple(row[names:bucket]),
            start=row[bucket],
            currency=row[bucket + 1],
            sums=Sums(*row[bucket + 2 :]),
        )
        for row in rows
    ]


def sums_by_currency(found: Iterable[Found]) -> dict[str, Sums]:
    """What all lines of each currency add up to, exactly; currencies in order."""
    sums: defaultdict[str, Sums] = defaultdict(Sums)
    with localcontext(EXACT):
        for row in found:
            sums[row.currency] += row.sums
    return dict(sorted(sums.items()))


def totals(sums: Mapping[str, Sums], known: Against) -> tuple[Total, ...]:
    """The total of each currency that either period has charges in."""
    return tuple(
        Total(
            currency,
            total.amount or ZERO,
            known.previous_of(total),
            known.comparable_of(total),
        )
        for currency, total in sums.items()
        if total.amount is not None or known.previous_of(total)
    )


def lines(
    query: CostQuery, plan: Plan, found: Sequence[Found], sums: Mapping[str, Sums], known: Against
) -> tuple[Line, ...]:
    """The lines of an answer, in order; they add up to the totals."""
    make = _Maker(query, sums, known)
    chosen, rest = _choose(query, found)
    shown = [
        row
        for row in chosen
        if row.sums.amount is not None or (query.versus and _shows(plan, row, known))
    ]
    shown.sort(key=_order)
    others = [row for row in _added_up(rest) if row.sums.amount is not None]
    made = [(row, make(row)) for row in shown]
    made += [(row, make(row, other=True)) for row in others]
    if others or query.granularity:
        made.sort(key=lambda pair: (pair[0].start or date.min, pair[0].currency))
    return tuple(line for _, line in made)


def _shows(plan: Plan, row: Found, known: Against) -> bool:
    """Whether a line that only the other period has belongs to one of the question's days."""
    inside = row.start is None or row.start < plan.now.end
    return inside and bool(known.previous_of(row.sums))


def _order(row: Found) -> tuple[Any, ...]:
    amount = row.sums.amount or ZERO
    return (row.currency, amount.copy_negate(), [(v is None, v or "") for v in row.values])


def _choose(query: CostQuery, found: Sequence[Found]) -> tuple[Sequence[Found], list[Found]]:
    """Those that `top` and `over` choose, and the rest: by group, over all days together."""
    if query.top is None and query.over is None:
        return found, []
    groups: defaultdict[tuple[str, tuple[str | None, ...]], Sums] = defaultdict(Sums)
    with localcontext(EXACT):
        for row in found:
            groups[row.currency, row.values] += row.sums
    kept = set()
    for currency in {currency for currency, _ in groups}:
        ranked = sorted(
            (
                Found(values, (), None, of, total)
                for (of, values), total in groups.items()
                if of == currency and total.amount is not None
            ),
            key=_order,
        )
        large = [r for r in ranked if query.over is None or (r.sums.amount or ZERO) > query.over]
        kept |= {(r.currency, r.values) for r in large[: query.top]}
    chosen = [row for row in found if (row.currency, row.values) in kept]
    return chosen, [row for row in found if (row.currency, row.values) not in kept]


def _added_up(rest: Iterable[Found]) -> list[Found]:
    """What is left out, in one line for each currency and start."""
    added: defaultdict[tuple[date | None, str], Sums] = defaultdict(Sums)
    with localcontext(EXACT):
        for row in rest:
            added[row.start, row.currency] += row.sums
    return [Found((), (), start, currency, sums) for (start, currency), sums in added.items()]


class _Maker:
    """Makes lines of rows."""

    def __init__(self, query: CostQuery, sums: Mapping[str, Sums], known: Against) -> None:
        self._dimensions = query.group_by
        self._none = dict.fromkeys(query.group_by)
        self._totals = {currency: total.amount or ZERO for currency, total in sums.items()}
        self._known = known

    def __call__(self, row: Found, *, other: bool = False) -> Line:
        amount = row.sums.amount or ZERO
        return Line(
            group=self._none if other else dict(zip(self._dimensions, row.values, strict=True)),
            currency=row.currency,
            amount=amount,
            previous=self._known.previous_of(row.sums),
            share=_share(amount, self._totals[row.currency]),
            start=row.start,
            names=None if other else self._names(row),
            other=other,
            comparable=self._known.comparable_of(row.sums),
        )

    def _names(self, row: Found) -> Mapping[Dimension, str] | None:
        """Display names where they differ from the values."""
        if not any(row.names):
            return None
        named = {
            dimension: name
            for dimension, value, name in zip(self._dimensions, row.values, row.names, strict=True)
            if name and value is not None and name != value
        }
        return named or None


def _share(amount: Decimal, total: Decimal) -> Decimal | None:
    return (amount / total).quantize(_SHARE, ROUND_HALF_EVEN) if total > 0 else None
