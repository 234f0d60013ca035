"""What an answer along time says slot by slot: complete or not, compared, and on average."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from core.costs.model import CostAnswer, Granularity, Line
from core.money import EXACT, ZERO
from core.period import Period, buckets, is_whole_months

WINDOWS: Final[Mapping[Granularity, int]] = {
    Granularity.DAILY: 7,
    Granularity.WEEKLY: 4,
    Granularity.MONTHLY: 3,
}
"""How many days, weeks or months a moving average is of."""

_SHARE: Final = Decimal("0.0001")
_AVERAGE: Final = Decimal("0.000001")
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Point:
    """One day, week or month of one currency, all groups together.

    days: those of the question's period. complete: no charge of them is still to come.
    previous: of the period compared with, None where that isn't known.
    change: from that, as a share of it; only of complete slots.
    average: of this slot and those before it, `WINDOWS` many; None where one of them is incomplete,
        cut by the question's period, or before it.
    """

    days: Period
    amount: Decimal
    complete: bool
    previous: Decimal | None = None
    change: Decimal | None = None
    average: Decimal | None = None


def points(answer: CostAnswer, currency: str) -> tuple[Point, ...]:
    """The course of one currency, slot by slot; none where the answer isn't cut along time."""
    granularity = answer.query.granularity
    if granularity is None:
        return ()
    slots = tuple(buckets(answer.query.period, granularity))
    lines = _by_slot(slots, (line for line in answer.lines if line.currency == currency))
    until = answer.freshness.complete_until
    with localcontext(EXACT):
        amounts = [sum((line.amount for line in of), ZERO) for of in lines]
        before = [_previous(of) for of in lines]
        complete = [until is not None and slot.end <= until for slot in slots]
    usable = [
        amount if done and _is_whole(slot, granularity) else None
        for slot, amount, done in zip(slots, amounts, complete, strict=True)
    ]
    averages = _averages(usable, WINDOWS[granularity])
    return tuple(
        Point(slot, amount, done, previous, _change(amount, previous) if done else None, average)
        for slot, amount, done, previous, average in zip(
            slots, amounts, complete, before, averages, strict=True
        )
    )


def at(points: Sequence[Point], day: date) -> Point:
    """The point that a day is in; of one before the first of them, the first."""
    return points[_place([point.days.start for point in points], day)]


def _place(starts: Sequence[date], day: date) -> int:
    """Which slot; a first week or month begins before the period that cuts it."""
    return max(bisect_right(starts, day) - 1, 0)


def _by_slot(slots: Sequence[Period], lines: Iterator[Line]) -> list[list[Line]]:
    starts = [slot.start for slot in slots]
    found: list[list[Line]] = [[] for _ in slots]
    for line in lines:
        found[_place(starts, line.start or date.min)].append(line)
    return found


def _previous(lines: Sequence[Line]) -> Decimal | None:
    known = [line.previous for line in lines if line.previous is not None]
    return sum(known, ZERO) if known and len(known) == len(lines) else None


def _is_whole(slot: Period, granularity: Granularity) -> bool:
    match granularity:
        case Granularity.WEEKLY:
            return slot.days == _WEEK
        case Granularity.MONTHLY:
            return is_whole_months(slot)
    return True


def _averages(amounts: Sequence[Decimal | None], window: int) -> Iterator[Decimal | None]:
    for end in range(1, len(amounts) + 1):
        known = [each for each in amounts[max(0, end - window) : end] if each is not None]
        if len(known) < window:
            yield None
            continue
        with localcontext(EXACT):
            total = sum(known, ZERO)
        yield _rounded(total, Decimal(window), _AVERAGE)


def _change(amount: Decimal, previous: Decimal | None) -> Decimal | None:
    if previous is None or previous <= 0:
        return None
    with localcontext(EXACT):
        more = amount - previous
    return _rounded(more, previous, _SHARE)


def _rounded(amount: Decimal, by: Decimal, places: Decimal) -> Decimal:
    with localcontext(EXACT):
        return (amount / by).quantize(places, ROUND_HALF_EVEN)
