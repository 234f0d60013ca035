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
_TESTED: Final = "checkout"
_LEFT_RUNNING: Final = 3.0
_OF_A_MONTH: Final = (5, 10, 15)
_SHARE_OF_A_MONTH: Final = 0.3


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


def late_in_month(through: date, now: datetime) -> list[Charge]:
    """Make late usage of last month, of what costs most: about a hundredth of that month.

    The last whole week has none of it, also on the first: the report of a week stays as it was.

    Args:
        through: the last day of the sample that they come after: yesterday.
        now: when they are exported.
    """
    random = Random("late month")
    today = through + timedelta(1)
    before = today - timedelta(today.day)
    largest = sorted(range(len(DAILY)), key=lambda line: -DAILY[line].base)[:_LINES]
    return [
        _charge(line, before.replace(day=day), now, random, _SHARE_OF_A_MONTH)
        for day in _OF_A_MONTH
        for line in largest
    ]


def left_running(through: date, now: datetime) -> list[Charge]:
    """Make what a load test cost that nobody stopped: two days on which checkout costs far more.

    Args:
        through: the last day of the sample.
        now: when they are exported.
    """
    random = Random("left running")
    costly = max(_of(_TESTED), key=lambda line: DAILY[line].base)
    days = (through - timedelta(2), through - timedelta(1))
    return [_charge(costly, day, now, random, _LEFT_RUNNING) for day in days]


def _of(project: str) -> list[int]:
    """A project's lines."""
    return [
        number
        for number, line in enumerate(DAILY)
        if line.project is not None and line.project.name == project
    ]


def _usage(day: date, now: datetime, random: Random) -> Iterator[Charge]:
    for line in random.sample(range(len(DAILY)), _LINES):
        yield _charge(line, day, now, random, _SHARE)


def _charge(line: int, day: date, now: datetime, random: Random, share: float) -> Charge:
    amount = int(DAILY[line].base * share * (0.5 + random.random()) * MICRO)
    hour = midnight(day) + random.randrange(20) * HOUR
    span = hour, hour + HOUR
    return Charge(line, day, *span, instant(now), month_of(now.date()), "regular", amount, amount)
