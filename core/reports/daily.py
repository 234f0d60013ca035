"""A report's figures along time: days, layers of services, months: pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.costs.model import SERVICE, CostAnswer, Line
from core.costs.proving.model import exact
from core.money import ZERO
from core.period import Period, add_months, month_of
from core.reports.asking import HISTORY
from core.reports.rows import LISTED, name
from core.reports.sections import Day, Layer, Month

_OTHERS: Final = "others"


def by_day(lines: Sequence[Line]) -> Mapping[date, Decimal]:
    """What the lines of each day (week, month) add up to."""
    found: defaultdict[date, list[Decimal]] = defaultdict(list)
    for line in lines:
        if line.start is not None:
            found[line.start].append(line.amount)
    return {day: exact(amounts) for day, amounts in found.items()}


def days(
    period: Period, amounts: Mapping[date, Decimal], known: Period | None, lost: Collection[date]
) -> tuple[Day, ...]:
    """Every day of a period.

    Args:
        period: whose days.
        amounts: what they cost, where anything was charged.
        known: the days of which all is known; of these one without charges costs nothing.
        lost: days that a source lacks.
    """
    return tuple(_day(day, amounts, known, lost) for day in _every(period))


def _day(
    day: date, amounts: Mapping[date, Decimal], known: Period | None, lost: Collection[date]
) -> Day:
    complete = known is not None and day < known.end
    whole = known is not None and known.start <= day < known.end and day not in lost
    return Day(day, amounts.get(day, ZERO if whole else None), complete)


def _every(period: Period) -> list[date]:
    return [period.start + timedelta(n) for n in range(period.days)]


def layers(period: Period, lines: Sequence[Line]) -> tuple[Layer, ...]:
    """Days by service, those that cost most first, all others in one layer."""
    services: defaultdict[str | None, list[Line]] = defaultdict(list)
    for line in lines:
        if line.start is not None and period.start <= line.start < period.end:
            services[line.group[SERVICE]].append(line)
    ranked = sorted(services.values(), key=lambda of: -abs(exact(line.amount for line in of)))
    kept = ranked if len(ranked) == LISTED + 1 else ranked[:LISTED]
    rest = [line for of in ranked[len(kept) :] for line in of]
    made = [Layer(of[0].group[SERVICE], name(SERVICE, of[0]), _amounts(period, of)) for of in kept]
    if rest:
        made.append(Layer(None, _OTHERS, _amounts(period, rest), other=True))
    return tuple(made)


def _amounts(period: Period, lines: Sequence[Line]) -> tuple[Decimal, ...]:
    found = by_day(lines)
    return tuple(found.get(day, ZERO) for day in _every(period))


def _first(answer: CostAnswer) -> date | None:
    return min((line.start for line in answer.lines if line.start is not None), default=None)


def first_whole(answer: CostAnswer) -> date | None:
    """The first month of which all is known; None where nothing is.

    The first that has charges may have begun in its midst, unless all before it was looked at.
    """
    first = _first(answer)
    if first is None or first <= answer.query.period.start:
        return first
    return add_months(first, 1)


def months(answer: CostAnswer, currency: str) -> tuple[Month, ...]:
    """The last twelve months, each beside that of a year before.

    Months before the first that has charges are left out; that one may have begun in its midst,
    so nothing is compared with it.
    """
    amounts = by_day([line for line in answer.lines if line.currency == currency])
    first, whole_from = _first(answer), first_whole(answer)
    if first is None or whole_from is None:
        return ()
    until = answer.freshness.complete_until
    last = month_of(answer.query.period.last_day)

    def told(month: date) -> Month:
        before = add_months(month, -12)
        known = before >= whole_from
        whole = until is not None and add_months(month, 1) <= until
        past = amounts.get(before, ZERO) if known else None
        return Month(month, amounts.get(month, ZERO), past, whole)

    every = (add_months(last, n) for n in range(1 - HISTORY, 1))
    return tuple(told(month) for month in every if month >= first)
