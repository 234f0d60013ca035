"""Rows that come late: what a provider adds to days that everybody has already seen."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sandbox.sample.charge import HOUR, MICRO, Charge, instant, midnight, month_of
from sandbox.sample.company import DAILY

_DAYS_BACK: Final = (3, 5, 9)
_LINES: Final = 4
_SHARE: Final = 0.12


def late(through: date, now: datetime, *, number: int) -> list[Charge]:
    """Make late usage of three past days, and take back some of what the oldest had cost.

    Args:
        through: the last day of the sample that they come after.
        now: when they are exported.
        number: seeds them, so that every time there are others.
    """
    random = Random(f"late:{number}")
    days = [through - timedelta(back) for back in _DAYS_BACK]
    made = [charge for day in days for charge in _usage(day, now, random)]
    wrong = made[-1]
    return [*made, wrong._replace(cost=-2 * wrong.cost, listed=-2 * wrong.listed, adjustment=0)]


def _usage(day: date, now: datetime, random: Random) -> Iterator[Charge]:
    begins = midnight(day)
    for line in random.sample(range(len(DAILY)), _LINES):
        amount = int(DAILY[line].base * _SHARE * (0.5 + random.random()) * MICRO)
        hour = begins + random.randrange(20) * HOUR
        span = hour, hour + HOUR
        yield Charge(
            line, day, *span, instant(now), month_of(now.date()), "regular", amount, amount
        )
