"""Days: half-open ranges that can't be empty, and how they lie to one another.

How people name them is read in `core/named_period.py`.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.errors import InvalidError

EARLIEST: Final = date(2000, 1, 1)
MOST_DAYS: Final = 3660

_DAY: Final = timedelta(days=1)
_TO_DATE: Final = {"mtd": 1, "qtd": 3, "ytd": 12}
_COUNTED: Final = re.compile(r"last-(?:\d+[dw]|week)|wtd|since .*")


class PeriodError(InvalidError):
    """The period can't be read."""


class EmptyPeriodError(PeriodError):
    """A period needs at least one day."""


class FuturePeriodError(PeriodError):
    """The period hasn't begun."""


class TooEarlyError(PeriodError):
    """The period begins before the year 2000."""


class TooLongPeriodError(PeriodError):
    """A period holds ten years at most."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, not including, `end`.

    `name` is the period as a person would write it (`last-7d`, `mtd`, `2026-Q3`); empty for
    a written range. It is part of the value: a question keeps its relative period.
    """

    start: date
    end: date
    name: str = ""

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise EmptyPeriodError(f"The period {self.start}..{self.end} holds no day.")

    @property
    def days(self) -> int:
        """How many days it holds; at least one."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """Its last day, which it includes."""
        return self.end - _DAY

    def __str__(self) -> str:
        if self.name:
            return self.name
        if self.days == 1:
            return self.start.isoformat()
        return f"{self.start.isoformat()}..{self.last_day.isoformat()}"


def check(period: Period, today: date, *, ahead: bool = False) -> Period:
    """Give back a period that can be asked about.

    Its end may lie ahead (the present month); its start only if one may look `ahead`.

    Raises:
        FuturePeriodError, TooEarlyError, TooLongPeriodError: it can't; with the nearest.
    """
    if (period.start > today or period.name.startswith("next-")) and not ahead:
        raise FuturePeriodError(
            f"{str(period)!r} hasn't begun: today is {today}.",
            fix="Ask for days up to today, like 'mtd' or 'last-30d', or for a forecast.",
            suggestions=("mtd", "last-30d"),
        )
    if period.start < EARLIEST:
        raise TooEarlyError(
            f"{str(period)!r} begins before the year {EARLIEST.year}.",
            fix=f"Ask for later days, like {today.year} or 'ytd'.",
            suggestions=(str(today.year), "ytd"),
        )
    if period.days > MOST_DAYS:
        raise too_long(str(period))
    return period


def too_long(said: str) -> TooLongPeriodError:
    """The error for a period, as it was said, of more than ten years."""
    return TooLongPeriodError(
        f"{said!r} is longer than ten years.",
        fix="Ask for less, like 'last-12m' or 'ytd'.",
        suggestions=("last-12m", "ytd"),
    )


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same date some months on; the month's last day where it has no such date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """How many months lie between the months of two days."""
    return (end.year - start.year) * 12 + end.month - start.month


def is_whole_months(period: Period) -> bool:
    """Whether it begins and ends with a month."""
    return period.start.day == 1 and period.end.day == 1


def whole_months(period: Period) -> Period:
    """The months that it touches, whole; itself if it is whole months already."""
    if is_whole_months(period):
        return period
    return calendar(month_of(period.start), add_months(month_of(period.last_day), 1))


def to_calendar(period: Period) -> Period:
    """A to-date period as the whole month, quarter or year that it is part of; others as is."""
    unit = _TO_DATE.get(period.name)
    return calendar(period.start, add_months(period.start, unit)) if unit else period


def calendar(start: date, end: date) -> Period:
    """A period named as the calendar does (`2026-10`, `2026-Q3`, `2026`), if it does."""
    return Period(start, end, _calendar_name(start, end))


def _calendar_name(start: date, end: date) -> str:
    if start.day != 1 or end.day != 1:
        return ""
    match months_between(start, end), start.month % 3, start.month:
        case 1, _, _:
            return f"{start.year}-{start.month:02}"
        case 3, 1, _:
            return f"{start.year}-Q{start.month // 3 + 1}"
        case 12, _, 1:
            return str(start.year)
    return ""


def previous(period: Period) -> Period:
    """What a period is compared with, unless something else is asked for.

    To-date periods: the same dates of the week, month, quarter or year before, up to the
    last day that one has (`mtd` on 31 March: all of February). Whole months, named or
    written: as many months before. Anything else: as many days before. Where the period is
    named, so is its previous one if the calendar has a name for it.
    """
    if unit := _TO_DATE.get(period.name):
        return Period(add_months(period.start, -unit), _shifted_end(period, unit))
    if period.name == "wtd":
        return Period(period.start - 7 * _DAY, period.end - 7 * _DAY)
    if is_whole_months(period) and not _COUNTED.fullmatch(period.name):
        return _months_before(period, months_between(period.start, period.end))
    return Period(period.start - timedelta(days=period.days), period.start)


def last_year(period: Period) -> Period:
    """The same dates a year before; 29 February becomes the 28th, whole months stay whole."""
    if is_whole_months(period):
        return _months_before(period, 12)
    return Period(add_months(period.start, -12), _shifted_end(period, 12))


def _shifted_end(period: Period, months: int) -> date:
    """The end of the same dates some months before."""
    return add_months(period.last_day, -months) + _DAY


def _months_before(period: Period, months: int) -> Period:
    start, end = add_months(period.start, -months), add_months(period.end, -months)
    return calendar(start, end) if period.name else Period(start, end)


def buckets(period: Period, granularity: str) -> Iterator[Period]:
    """Cut a period into days, weeks from Monday or months, clipped to the period, in order.

    Args:
        period: what is cut.
        granularity: daily, weekly or monthly.
    """
    start = period.start
    while start < period.end:
        end = min(_next_bucket(start, granularity), period.end)
        yield Period(start, end)
        start = end


def _next_bucket(day: date, granularity: str) -> date:
    match granularity:
        case "daily":
            return day + _DAY
        case "weekly":
            return week_of(day) + 7 * _DAY
        case _:
            return add_months(month_of(day), 1)
