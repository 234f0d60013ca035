"""The lines of answers as rows of a report, and what moved most among them."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from core.costs.model import PROJECT, SERVICE, Comparable, CostAnswer, Dimension, Line
from core.costs.proving.model import exact
from core.reports.sections import Mover, Row

LISTED: Final = 10
"""So many projects and services are rows; the others are added up."""
MOVERS: Final = 5
LEAST: Final = Decimal(1)
"""What moved by less than a unit of its currency is no mover."""
APPEARED: Final = 5
"""So many new and stopped things are told, each of projects and of services."""

_NAMELESS: Final = {PROJECT: "unassigned"}
_SHARE: Final = Decimal("0.0001")


def of_currency(answer: CostAnswer, currency: str) -> tuple[Line, ...]:
    """The lines of an answer in one currency, in their order."""
    return tuple(line for line in answer.lines if line.currency == currency)


def name(dimension: Dimension, line: Line) -> str:
    """What people call what a line is of."""
    value = line.group[dimension]
    named = (line.names or {}).get(dimension)
    return named or value or _NAMELESS.get(dimension, f"no {dimension}")


def rows(dimension: Dimension, lines: Sequence[Line], total: Decimal) -> tuple[Row, ...]:
    """The largest, and all others in one row: together the total, exactly.

    Args:
        dimension: whose values they are.
        lines: in one currency, the largest first.
        total: what they add up to.
    """
    spent = [line for line in lines if line.amount]
    listed = spent if len(spent) == LISTED + 1 else spent[:LISTED]
    kept = {id(line) for line in listed}
    rest = [line for line in lines if id(line) not in kept]
    made = [_row(dimension, line, total) for line in listed]
    return (*made, _other(rest, total)) if rest else tuple(made)


def unassigned(lines: Iterable[Line], total: Decimal) -> Row | None:
    """What is of no project; None where nothing is."""
    found = (line for line in lines if line.group[PROJECT] is None and line.amount)
    return next((_row(PROJECT, line, total) for line in found), None)


def _row(dimension: Dimension, line: Line, total: Decimal) -> Row:
    return Row(
        value=line.group[dimension],
        name=name(dimension, line),
        amount=line.amount,
        share=_share(line.amount, total),
        before=line.previous,
        comparable=line.comparable,
    )


def _other(rest: Sequence[Line], total: Decimal) -> Row:
    amount = exact(line.amount for line in rest)
    return Row(
        value=None,
        name="others",
        amount=amount,
        share=_share(amount, total),
        before=_added([line.previous for line in rest]),
        comparable=_both([line.comparable for line in rest]),
        of=len(rest),
    )


def _share(amount: Decimal, total: Decimal) -> Decimal | None:
    return (amount / total).quantize(_SHARE, ROUND_HALF_EVEN) if total > 0 else None


def _added(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return exact(known) if len(known) == len(amounts) else None


def _both(pairs: Sequence[Comparable | None]) -> Comparable | None:
    known = [pair for pair in pairs if pair is not None]
    if len(known) < len(pairs):
        return None
    return Comparable(exact(pair.now for pair in known), exact(pair.then for pair in known))


def changed(dimension: Dimension, lines: Iterable[Line]) -> Iterator[Mover]:
    """Every line whose cost changed between days complete on both sides."""
    for line in lines:
        both = line.comparable
        if both is not None and both.now != both.then:
            value = line.group[dimension]
            yield Mover(dimension, value, name(dimension, line), both.now, both.then)


def movers(projects: Sequence[Line], services: Sequence[Line]) -> list[Mover]:
    """The biggest changes, of projects where there are several, else of services."""
    several = len({line.group[PROJECT] for line in projects}) > 1
    of, lines = (PROJECT, projects) if several else (SERVICE, services)
    moved = (each for each in changed(of, lines) if abs(each.change) >= LEAST)
    return sorted(moved, key=lambda each: -abs(each.change))[:MOVERS]


def appeared(
    projects: Sequence[Line], services: Sequence[Line]
) -> tuple[tuple[Mover, ...], tuple[Mover, ...]]:
    """What is new and what has stopped: projects where there are several, and services."""
    several = len({line.group[PROJECT] for line in projects}) > 1
    every = [*(changed(PROJECT, projects) if several else ()), *changed(SERVICE, services)]
    return (
        _largest(each for each in every if each.new),
        _largest(each for each in every if each.stopped),
    )


def _largest(found: Iterable[Mover]) -> tuple[Mover, ...]:
    """The largest of projects and of services, together in order."""
    ordered = sorted(found, key=lambda each: -abs(each.change))
    of = (PROJECT, SERVICE)
    kept = [
        [each for each in ordered if each.dimension == dimension][:APPEARED] for dimension in of
    ]
    return tuple(sorted((each for group in kept for each in group), key=lambda e: -abs(e.change)))
