"""The axes of a shape along time: round amounts, and the days worth naming."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date

from bot.render import words
from bot.render.charts.spec import Scale
from core.costs.model import Granularity

_TICKS: Final = 4
_DAYS_BY_NAME: Final = 8
_DAYS_BY_DATE: Final = 16
_DAYS_BY_WEEK: Final = 75


def scale(amounts: Iterable[float], currency: str) -> Scale:
    """An axis that holds zero and these amounts, marked at four or so round ones."""
    reach = [0.0, *amounts]
    low, high = min(reach), max(reach)
    step = _step((high - low or 1.0) / _TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(
        (i * step, words.tick(Decimal(repr(step)) * i, currency)) for i in range(first, last + 1)
    )
    return Scale(first * step, last * step, ticks)


def _step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, … that isn't less."""
    size = 10.0 ** math.floor(math.log10(least))
    return next(step * size for step in (1, 2, 5, 10) if step * size >= least * 0.999)


def marks(slots: Sequence[date], granularity: Granularity | None) -> Iterator[tuple[float, str]]:
    """Names of slots worth naming; drawing leaves out those that don't fit."""
    by_month = granularity == Granularity.MONTHLY or (
        granularity == Granularity.DAILY and len(slots) > _DAYS_BY_WEEK
    )
    for i, start in enumerate(slots):
        if by_month:
            if start.day == 1:
                year = i == 0 or start.month == 1
                yield i, format_date(start, "MMM y" if year else "MMM", locale="en_US")
        elif granularity == Granularity.DAILY and len(slots) <= _DAYS_BY_NAME:
            yield i, format_date(start, "EEE d", locale="en_US")
        elif (
            granularity == Granularity.WEEKLY or len(slots) <= _DAYS_BY_DATE or start.weekday() == 0
        ):
            yield i, words.day(start)
