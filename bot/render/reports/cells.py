"""The figures of a report as rows for files, exact: what CSV and the sheets of a workbook hold."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from bot.render import words
from bot.render.reports.said import badge, notes
from bot.render.sentences import fresh
from bot.render.xlsx import Amount, Cell, Share
from core.forecasts.model import Band
from core.period import Period, add_months
from core.reports.model import Report, Sheet
from core.reports.sections import Against, Mover, Row, less

COLUMNS: Final = (
    "section",
    "currency",
    "first_day",
    "last_day",
    "dimension",
    "value",
    "name",
    "amount",
    "previous",
    "change",
    "share",
    "low",
    "high",
    "note",
)
"""Of the file of all figures. They stay: scripts read them."""


class Figure(NamedTuple):
    """One figure of a report.

    section: which: total, project, service, day … `dimension`, `value`, `name`: of what. `amount`
    beside `previous`: `change` is on comparable days, None where that can't be told. `share`: of
    the total. `low`, `high`: between which it lies four times out of five.
    """

    section: str
    currency: str
    days: Period | None
    amount: Decimal | None
    previous: Decimal | None = None
    change: Decimal | None = None
    share: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    dimension: str = ""
    value: str | None = None
    name: str = ""
    note: str = ""


def cells(figure: Figure) -> tuple[Cell, ...]:
    """A figure as a row of the file of all."""
    code, days = figure.currency, figure.days
    return (
        figure.section,
        code or None,
        days.start if days else None,
        days.last_day if days else None,
        figure.dimension or None,
        figure.value,
        figure.name or None,
        money(figure.amount, code),
        money(figure.previous, code),
        money(figure.change, code),
        None if figure.share is None else Share(figure.share),
        money(figure.low, code),
        money(figure.high, code),
        figure.note or None,
    )


def money(amount: Decimal | None, currency: str) -> Amount | None:
    """An amount in a cell."""
    return None if amount is None else Amount(amount, currency)


def figures(report: Report) -> Iterator[Figure]:
    """Every figure of a report, section by section; before them whether they may change."""
    yield Figure("status", "", report.period, None, name=report.status.value, note=badge(report))
    yield Figure("data", "", report.period, None, note=fresh(report.freshness))
    yield from (Figure("note", "", None, None, note=each) for each in notes(report))
    yield from summary(report)
    for sheet in report.sheets:
        yield from parts(report, sheet)
        yield from movers(report, sheet)
        yield from days(sheet)
        yield from months(sheet)
    yield from budgets(report)
    yield from anomalies(report)


def summary(report: Report) -> Iterator[Figure]:
    """What it cost, against what, what will be paid, what is expected."""
    for sheet in report.sheets:
        code, of = sheet.currency, report.period
        both = sheet.previous
        total = Figure("total", code, of, sheet.total, both.amount, both.change, both.share)
        yield total._replace(note=_compared(both))
        yield _against("previous", code, both)
        yield _against("last_year", code, sheet.last_year)
        if sheet.unassigned is not None:
            row = sheet.unassigned
            yield Figure("unassigned", code, of, row.amount, row.before, share=row.share)
        for each in sheet.forecasts:
            expected = Figure("forecast", code, each.period, each.total, note=each.refused)
            yield _between(expected, each.at80)
        bridge = sheet.bridge
        for name in ("gross", "credits", "promotions", "tax", "timing", "net"):
            yield Figure(name, code, of, getattr(bridge, name))
        yield from _billed(report, sheet)


def _billed(report: Report, sheet: Sheet) -> Iterator[Figure]:
    """Of a month: its invoice, and what it is expected to come to."""
    code, of = sheet.currency, report.period
    if (invoice := sheet.invoice) is not None:
        agrees = {None: "", True: "agrees with what finance recorded", False: "differs from it"}
        note = agrees[invoice.agrees]
        yield Figure("invoiced", code, of, invoice.invoiced, invoice.previous, note=note)
        yield Figure("used", code, of, invoice.used)
        yield Figure("invoiced_more_than_used", code, of, invoice.difference)
        yield Figure("used_elsewhere", code, of, invoice.used_elsewhere)
        yield Figure("invoiced_elsewhere", code, of, invoice.invoiced_elsewhere)
    if (accrual := sheet.accrual) is not None:
        yield Figure("known", code, of, accrual.known)
        yield Figure("still_to_come", code, of, accrual.late)
        expected = Figure("expected_in_the_end", code, of, accrual.expected)
        yield _between(expected, accrual.at)


def _against(section: str, code: str, other: Against) -> Figure:
    change, share = other.change, other.share
    note = _compared(other)
    return Figure(section, code, other.period, other.amount, change=change, share=share, note=note)


def _compared(other: Against) -> str:
    """Of which days a change is, where they aren't all."""
    if not other.cut or other.days is None:
        return ""
    here, there = map(words.days, other.days)
    return f"change on {here} against {there}"


def _between(figure: Figure, at: Band | None) -> Figure:
    low, high = at or (None, None)
    return figure._replace(low=low, high=high)


def parts(report: Report, sheet: Sheet) -> Iterator[Figure]:
    """Projects and services: each of the two adds up to the total."""
    for dimension, rows in (("project", sheet.projects), ("service", sheet.services)):
        for row in rows:
            yield _part(report, sheet, dimension, row)


def _part(report: Report, sheet: Sheet, dimension: str, row: Row) -> Figure:
    both = row.comparable
    return Figure(
        dimension,
        sheet.currency,
        report.period,
        row.amount,
        row.before,
        None if both is None else less(both.now, both.then),
        row.share,
        dimension=dimension,
        value="(other)" if row.other else row.value,
        name=row.name,
        note=f"{row.of} together" if row.other else "",
    )


def movers(report: Report, sheet: Sheet) -> Iterator[Figure]:
    """What moved most, what is new, what has stopped, and what made the difference."""
    for section, found in (
        ("mover", sheet.movers),
        ("new", sheet.new),
        ("stopped", sheet.stopped),
    ):
        yield from (_mover(report, sheet, section, each) for each in found)
    if (why := sheet.explained) is not None:
        for cause in why.causes:
            yield Figure("cause", sheet.currency, why.now, cause.amount, name=cause.where)
        if why.one_off:
            yield Figure("cause", sheet.currency, why.now, why.one_off, name="one-off charges")
        if why.rest:
            yield Figure("cause", sheet.currency, why.now, why.rest, name="everything else")


def _mover(report: Report, sheet: Sheet, section: str, each: Mover) -> Figure:
    return Figure(
        section,
        sheet.currency,
        report.period,
        each.now,
        each.then,
        each.change,
        each.share,
        dimension=str(each.dimension),
        value=each.value,
        name=each.name,
        note=each.why,
    )


def days(sheet: Sheet) -> Iterator[Figure]:
    """Each day, and each service's share in it."""
    for section, found in (("day", sheet.days), ("day_before", sheet.days_before)):
        for day in found:
            note = "" if day.complete else "more is still to come in"
            yield Figure(section, sheet.currency, one_day(day.date), day.amount, note=note)
    for layer in sheet.layers:
        for day, amount in zip(sheet.days, layer.amounts, strict=True):
            yield Figure(
                "day_service",
                sheet.currency,
                one_day(day.date),
                amount,
                dimension="service",
                value="(other)" if layer.other else layer.value,
                name=layer.name,
            )


def months(sheet: Sheet) -> Iterator[Figure]:
    """Twelve months, beside those of a year before."""
    for each in sheet.history:
        note = "" if each.complete else "more is still to come in"
        of = Period(each.month, add_months(each.month, 1))
        growth, before = each.growth, each.year_before
        yield Figure("month", sheet.currency, of, each.amount, before, share=growth, note=note)


def budgets(report: Report) -> Iterator[Figure]:
    """How far budgets are: `amount` is used, `previous` what is allowed."""
    for each in report.budgets:
        low, high = each.at80 or (None, None)
        yield Figure(
            "budget",
            each.currency,
            each.period,
            each.used,
            each.amount,
            each.expected,
            each.share,
            low,
            high,
            dimension="budget",
            value=str(each.id),
            name=each.subject,
            note=each.state.value,
        )


def anomalies(report: Report) -> Iterator[Figure]:
    """What was out of the ordinary: `previous` is what was expected."""
    for each in report.anomalies:
        yield Figure(
            "anomaly",
            each.currency,
            each.days,
            each.actual,
            each.expected,
            each.impact,
            dimension="project" if each.whole else "service",
            value=each.project if each.whole else each.service,
            name=each.project or "unassigned",
            note=each.why,
        )


def one_day(day: date) -> Period:
    """A day as a period."""
    return Period(day, day + timedelta(1))
