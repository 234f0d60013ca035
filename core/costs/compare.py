"""Which days a question is compared with, and which of them may be compared."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from core.costs.model import Basis, CostQuery, Granularity
from core.period import Period

_TO_DATE = {"wtd": None, "mtd": 1, "qtd": 3, "ytd": 12}
_WHOLE_DAYS = ("d", "w")


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the other period's days are moved to lie on the question's own."""

    days: int = 0
    months: int = 0


def other_period(query: CostQuery) -> Period:
    """The period that a question is compared with, asked for or not."""
    versus = query.versus
    if versus is None or versus.kind == "previous":
        return _previous(on_basis(query.period, query.basis), query.basis)
    if versus.kind == "last-year":
        return _last_year(on_basis(query.period, query.basis))
    if versus.period is not None:
        return on_basis(versus.period, query.basis)
    return on_basis(query.period, query.basis)


def on_basis(period: Period, basis: Basis) -> Period:
    """On the invoice basis a period takes in every month that it touches."""
    if basis is Basis.USAGE:
        return period
    return Period(month_of(period.start), add_months(month_of(period.last_day), 1), period.name)


def _previous(period: Period, basis: Basis) -> Period:
    if basis is Basis.USAGE and period.name in _TO_DATE:
        return _to_date_before(period)
    if basis is Basis.INVOICE or _is_calendar(period):
        months = months_between(period.start, period.end)
        if period.name in _TO_DATE and (unit := _TO_DATE[period.name]):
            months = unit
        return Period(add_months(period.start, -months), add_months(period.end, -months))
    return Period(period.start - timedelta(period.days), period.start)


def _to_date_before(period: Period) -> Period:
    """The same dates of the week, month, quarter or year before."""
    months = _TO_DATE[period.name]
    if months is None:
        return Period(period.start - timedelta(7), period.end - timedelta(7))
    last_day = add_months(period.last_day, -months)
    return Period(add_months(period.start, -months), last_day + timedelta(1))


def _is_calendar(period: Period) -> bool:
    """Whether it is a whole number of months, and not named as a number of days."""
    counted = period.name[:-1].removeprefix("last-").isdigit() and period.name.endswith(_WHOLE_DAYS)
    return period.start.day == 1 and period.end.day == 1 and not counted


def _last_year(period: Period) -> Period:
    return Period(add_months(period.start, -12), add_months(period.end, -12))


def complete_parts(
    now: Period, then: Period, complete_until: date | None, basis: Basis
) -> tuple[Period, Period] | None:
    """Cut both periods to the days (on the invoice basis: months) complete on both sides.

    Whole periods stay whole, however many days each has (October and September); else the
    same number of days from the start of each is kept.

    Returns:
        What is left of both, None where nothing is.
    """
    if complete_until is None:
        return None
    if max(now.end, then.end) <= complete_until:
        return now, then
    if basis is Basis.INVOICE:
        return _complete_months(now, then, month_of(complete_until))
    days = min(now.days, (complete_until - now.start).days, (complete_until - then.start).days)
    if days <= 0:
        return None
    whole = days == now.days
    then_end = then.end if whole else min(then.end, then.start + timedelta(days))
    return (
        Period(now.start, now.start + timedelta(days), now.name if whole else ""),
        Period(then.start, min(then_end, complete_until)),
    )


def _complete_months(now: Period, then: Period, until: date) -> tuple[Period, Period] | None:
    months = min(months_between(period.start, min(period.end, until)) for period in (now, then))
    if months <= 0:
        return None
    return (
        Period(now.start, add_months(now.start, months)),
        Period(then.start, add_months(then.start, months)),
    )


def alignment(now: Period, then: Period, granularity: Granularity | None) -> Shift:
    """How to lay the other period's days on the question's own: by months where both begin one."""
    if granularity is Granularity.MONTHLY and now.start.day == then.start.day == 1:
        return Shift(months=months_between(then.start, now.start))
    return Shift(days=(now.start - then.start).days)


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The same date some months on; the month's last day where it has no such date."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """How many months lie between the months of two days."""
    return (end.year - start.year) * 12 + end.month - start.month
