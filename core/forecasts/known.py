"""What is known, as series: answers of costs day by day, and the days that a source lost.

A day without an amount is one without spend, unless its source has lost it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.costs.listings import DailySeries
from core.costs.model import CostAnswer
from core.forecasts.model import Series
from core.money import ZERO
from core.period import Period

_MOST_LOST: Final = 9
"""Of ninety days: a source that has nothing on more of them doesn't charge every day."""


def lost_days(missing: Mapping[str, Collection[date]]) -> frozenset[date]:
    """The days that a source lacks which else charges every day; `missing`: of each source."""
    daily = (days for days in missing.values() if len(days) <= _MOST_LOST)
    return frozenset().union(*daily)


def known(
    answer: CostAnswer, start: date, lost: frozenset[date]
) -> Iterator[tuple[Series, Mapping[date, Decimal]]]:
    """By currency: the complete days, and what those that aren't have already."""
    complete = answer.freshness.complete_until or start
    for currency, amounts in by_currency(answer).items():
        missing = lost - amounts.keys()
        history = Series.of(amounts, currency, complete_until=complete, missing=missing)
        yield history, {day: amount for day, amount in amounts.items() if day >= complete}


def by_currency(answer: CostAnswer) -> dict[str, dict[date, Decimal]]:
    """The amounts of a daily answer."""
    found: defaultdict[str, dict[date, Decimal]] = defaultdict(dict)
    for line in answer.lines:
        if line.start is not None:
            days = found[line.currency]
            days[line.start] = days.get(line.start, ZERO) + line.amount
    return found


def total(period: Period, history: Series) -> Decimal | None:
    """What a period came to; None unless all of it is complete and charged since its start."""
    if not history.start <= period.start < period.end <= history.end:
        return None
    found = [amount for day, amount in history.days if period.start <= day < period.end]
    return None if None in found else sum(filter(None, found), ZERO)


def dense(
    days: Period, amounts: Mapping[date, Decimal], currency: str, lost: frozenset[date]
) -> Series:
    """Every one of some days."""
    every = (days.start + timedelta(n) for n in range(days.days))
    found = (amounts.get(day, None if day in lost else ZERO) for day in every)
    return Series(days.start, tuple(found), currency)


def complete_days(found: DailySeries, complete: date, lost: frozenset[date]) -> Series:
    """The complete days of a series; one without an amount may be one that is lost."""
    days = max((complete - found.start).days, 0)
    amounts = tuple(
        None if not amount and found.start + timedelta(n) in lost else Decimal(repr(amount))
        for n, amount in enumerate(found.amounts[:days])
    )
    return Series(found.start, amounts, found.currency)
