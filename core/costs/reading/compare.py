"""Which days a question is compared with, and which of them may be compared."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.costs.model import Basis, CostQuery, Granularity
from core.period import (
    Period,
    add_months,
    last_year,
    month_of,
    months_between,
    previous,
    to_calendar,
    whole_months,
)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the other period's days are moved to lie on the question's own."""

    days: int = 0
    months: int = 0


def on_basis(period: Period, basis: Basis) -> Period:
    """The period as it is, or on the invoice basis the months that it touches."""
    return period if basis is Basis.USAGE else whole_months(to_calendar(period))


def other_period(query: CostQuery) -> Period:
    """The period that a question is compared with, asked for or not."""
    period, versus = on_basis(query.period, query.basis), query.versus
    if versus is None or versus.kind == "previous":
        return previous(period)
    if versus.kind == "last-year":
        return last_year(period)
    return period if versus.period is None else on_basis(versus.period, query.basis)


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
