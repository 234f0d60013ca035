"""What a report is asked for, and the questions of costs that it is made of."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from core.costs.model import (
    PROJECT,
    SERVICE,
    Basis,
    CostQuery,
    Dimension,
    Filter,
    Granularity,
    Measure,
    Versus,
)
from core.costs.question import REPORT, write, write_subject
from core.errors import InvalidError
from core.period import Period, add_months, calendar, check, last_year, month_of, previous, week_of
from core.reports.model import ReportKind

HISTORY: Final = 12
"""So many months of history, each beside that of a year before."""

_WEEK: Final = timedelta(7)
_SAME_WEEKDAYS: Final = timedelta(364)
"""A year before a week: the same weekdays, 52 weeks back."""


class ReportPeriodError(InvalidError):
    """A report is of one week or one month."""


class ReportQuestionError(InvalidError):
    """A report is of cost, net beside it, of anything but resources."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of costs; all of the same scope.

    `services` and `projects`: compared with the period before; the first gives the total.
    `last_year`: in total. `days`: by service, of the period and of the one before. `gross`, `net`:
    in total. Monthly only: `invoice`, net by invoice, and `history`, two years by month.
    """

    services: CostQuery
    projects: CostQuery
    last_year: CostQuery
    days: CostQuery
    gross: CostQuery
    net: CostQuery
    invoice: CostQuery | None = None
    history: CostQuery | None = None


def period_of(kind: ReportKind, said: Period | None, today: date) -> Period:
    """The week or month that is reported on, whole.

    Args:
        kind: which of the two.
        said: days in it; None: the last that is over.
        today: the present day.

    Raises:
        ReportPeriodError: the days are of several.
        FuturePeriodError, TooEarlyError: as `core.period.check`.
    """
    if said is None:
        return _holding(kind, _holding(kind, today).start - timedelta(1))
    found = _holding(kind, said.start)
    last = min(said.last_day, today) if said.start <= today else said.last_day
    if last >= found.end:
        one, example = (
            ("week", f"last-week or {week_of(today)}")
            if kind is ReportKind.WEEKLY
            else ("month", f"last-month or {today:%Y-%m}")
        )
        raise ReportPeriodError(
            f"A {kind} report is of one {one}, and {str(said)!r} is more.",
            fix=f"Name it, or a day of it: {example}.",
        )
    return check(found, today)


def _holding(kind: ReportKind, day: date) -> Period:
    """The week or month that a day is in."""
    if kind is ReportKind.WEEKLY:
        return Period(week_of(day), week_of(day) + _WEEK)
    return calendar(month_of(day), add_months(month_of(day), 1))


def kind_of(query: CostQuery) -> ReportKind:
    """Which of the two a question asks for: `weekly` unless it says `monthly`.

    Raises:
        ReportQuestionError: it asks for a daily one.
    """
    if query.granularity is Granularity.DAILY:
        raise ReportQuestionError("A report is weekly or monthly.", fix="Say which of the two.")
    return ReportKind(query.granularity.value) if query.granularity else ReportKind.WEEKLY


def scope(query: CostQuery, period: Period) -> CostQuery:
    """A report's own question: its period, its filters and currency, in total.

    Raises:
        ReportQuestionError: it asks for another measure, or tells resources apart.
    """
    if query.by_resource:
        raise ReportQuestionError(
            "A report tells no resources apart.", fix="Leave the resource out."
        )
    if query.measure is not Measure.COST or query.basis is not Basis.USAGE:
        said = "invoice" if query.basis is not Basis.USAGE else query.measure.value
        raise ReportQuestionError(
            f"A report is of cost, and tells what is billed beside it; {said!r} can't be chosen.",
            fix=f"Leave {said!r} out.",
        )
    return CostQuery(period, query.where, (), currency=query.currency)


def words(kind: ReportKind, query: CostQuery) -> str:
    """What asks for the same report again: `report weekly checkout 2026-11-09..2026-11-15`."""
    return f"{REPORT} {kind} {write(query, grouped=False)}"


def subject(query: CostQuery) -> str:
    """What a report is of: `all`, `checkout`, `team=payments`."""
    return write_subject(query.where)


def year_before(kind: ReportKind, period: Period) -> Period:
    """The same month a year before; of a week the same weekdays, 52 weeks back."""
    if kind is ReportKind.MONTHLY:
        return last_year(period)
    return Period(period.start - _SAME_WEEKDAYS, period.end - _SAME_WEEKDAYS)


def ahead(kind: ReportKind, period: Period) -> tuple[Period, ...]:
    """The days that a report looks ahead to: the end of its month, and the week or month after."""
    month = _holding(ReportKind.MONTHLY, period.last_day)
    return (month, _holding(kind, period.end))


def questions(kind: ReportKind, asked: CostQuery) -> Questions:
    """What a report's own question asks of costs."""
    period = asked.period
    before = replace(asked, versus=Versus("previous"))
    both = Period(previous(period).start, period.end)
    monthly = kind is ReportKind.MONTHLY
    start = add_months(month_of(period.start), 1 - 2 * HISTORY)
    return Questions(
        services=replace(before, group_by=(SERVICE,)),
        projects=replace(before, group_by=(PROJECT,)),
        last_year=replace(asked, versus=Versus("period", period=year_before(kind, period))),
        days=replace(asked, period=both, group_by=(SERVICE,), granularity=Granularity.DAILY),
        gross=replace(asked, measure=Measure.GROSS),
        net=replace(asked, measure=Measure.NET),
        invoice=replace(asked, measure=Measure.NET, basis=Basis.INVOICE) if monthly else None,
        history=replace(asked, period=Period(start, period.end), granularity=Granularity.MONTHLY)
        if monthly
        else None,
    )


def whole_month(day: date) -> date:
    """The first day of the first month that begins on a day or after it."""
    return day if day.day == 1 else add_months(month_of(day), 1)


def narrowed(asked: CostQuery, dimension: Dimension, value: str | None) -> CostQuery:
    """A report's question of one of its projects or services alone."""
    others = tuple(each for each in asked.where if each.dimension != dimension or each.negated)
    return replace(asked, where=(*others, Filter(dimension, (value,))))
