"""What is too old to be told apart: asked for all the same, it is refused, not told in part."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from core.costs.model import Basis, CostQuery, Note, NoteKind
from core.costs.reading.compare import on_basis
from core.costs.reading.plan import Grain, Piece, Plan, Side
from core.costs.retained import Held
from core.errors import InvalidError
from core.period import Period, add_months

_NOW: Final = (Side.NOW, Side.NOW_ONLY)
_THEN: Final = (Side.THEN, Side.THEN_ONLY)


class ChargesDroppedError(InvalidError):
    """Single charges of that age are no longer kept."""


class DaysDroppedError(InvalidError):
    """Sums by day of that age are no longer kept."""


def refuse(query: CostQuery, plan: Plan, held: Held) -> None:
    """See that a question's own period is held in the detail that it asks for.

    Raises:
        ChargesDroppedError, DaysDroppedError: it isn't.
    """
    for grain, first in _lacking(query, plan, held, _NOW):
        if grain is Grain.FACT:
            raise _charges_dropped(query, first)
        raise DaysDroppedError(
            f"Sums by day are kept from {first} on, older ones by month; {_begins(query)}.",
            fix="Ask for whole months, monthly or in one sum.",
        )


def refuse_charges(query: CostQuery, held: Held) -> None:
    """See that the single charges of a question's period are held.

    Raises:
        ChargesDroppedError: they aren't.
    """
    first = _first(held.dropped_until, query.basis)
    if first is not None and on_basis(query.period, query.basis).start < first:
        raise _charges_dropped(query, first)


def first_held(query: CostQuery, plan: Plan, held: Held) -> date | None:
    """The first day of which all is held that a question asks for; None: every day is."""
    return max((first for _, first in _kept(query, plan, held, _NOW)), default=None)


def holds_other(query: CostQuery, plan: Plan, held: Held) -> bool:
    """Whether the other period is held in the detail that a question asks for."""
    return next(_lacking(query, plan, held, _THEN), None) is None


def notes(plan: Plan, held: Held, first_day: date | None) -> Iterator[Note]:
    """What to know of a period that begins before what is kept in full.

    Args:
        plan: of the question.
        held: what is kept.
        first_day: the first of which anything is held.
    """
    start = plan.now.start
    if held.dropped_until and start < held.dropped_until and first_day is not None:
        begin, end = max(start, first_day), min(held.dropped_until, plan.now.end)
        if begin < end:
            yield Note(NoteKind.SUMS_ONLY, days=Period(begin, end))
    first = held.facts_from
    if first and start < first and (first_day is None or first_day >= first):
        yield Note(NoteKind.NOT_KEPT, days=Period(start, min(first, plan.now.end)))


def _lacking(
    query: CostQuery, plan: Plan, held: Held, sides: Collection[Side]
) -> Iterator[tuple[Grain, date]]:
    """The grains of which a side's pieces begin before the first day held, and that day."""
    for piece, first in _kept(query, plan, held, sides):
        if piece.period.start < first:
            yield piece.grain, first


def _kept(
    query: CostQuery, plan: Plan, held: Held, sides: Collection[Side]
) -> Iterator[tuple[Piece, date]]:
    """A side's pieces whose table isn't kept for ever, and the first day that it holds."""
    kept = {
        Grain.FACT: _first(held.dropped_until, query.basis),
        Grain.DAY: held.days_from,
    }
    for piece in plan.pieces:
        first = kept.get(piece.grain)
        if piece.side in sides and first is not None:
            yield piece, first


def _first(dropped_until: date | None, basis: Basis) -> date | None:
    """An invoice's month reaches back into usage of the month before."""
    if dropped_until is None or basis is Basis.USAGE:
        return dropped_until
    return add_months(dropped_until, 1)


def _charges_dropped(query: CostQuery, first: date) -> ChargesDroppedError:
    return ChargesDroppedError(
        "Single charges (their SKUs, regions and labels) are kept from"
        f" {first} on; {_begins(query)}.",
        fix="Ask for younger days, or by service, account or project: those sums are kept.",
    )


def _begins(query: CostQuery) -> str:
    return f"{str(query.period)!r} begins before"
