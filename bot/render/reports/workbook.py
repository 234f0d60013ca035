"""A report as a workbook: a sheet a subject, figures as numbers, days as days."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.render.budgeting import STATES
from bot.render.reports import cells, said
from bot.render.reports.cells import money
from bot.render.reports.content import foot
from bot.render.xlsx import Amount, Book, Cell, Share, Total, fits
from core.costs.proving.model import exact
from core.money import ZERO
from core.reports.model import Report, Sheet
from core.reports.sections import Row

_FACTS: Final = {
    "total": "Total",
    "previous": "The period before",
    "last_year": "A year before",
    "unassigned": "Of no project",
    "forecast": "Expected",
    "gross": "Before credits",
    "credits": "Discounts",
    "promotions": "Promotional credits",
    "tax": "Tax",
    "timing": "Billed in other days than used",
    "net": "Net, as billed",
    "invoiced": "On its invoice, net",
    "used": "By day of use, net",
    "invoiced_more_than_used": "On the invoice more than used",
    "used_elsewhere": "Invoiced for other months' use",
    "invoiced_elsewhere": "Used, on other invoices",
    "known": "Known by now",
    "still_to_come": "Accrual, still to come",
    "expected_in_the_end": "Expected final cost",
}
_MOVED: Final = {
    "mover": "moved most",
    "new": "new",
    "stopped": "stopped",
    "cause": "what made the difference",
}

type Line = Sequence[Cell] | Total


def workbook(report: Report) -> bytes:
    """The file; it takes a while, so not in the event loop."""
    file = io.BytesIO()
    with Book(file, title=said.title(report)) as book:
        for name, columns, lines in _sheets(report):
            rows = list(lines)
            book.sheet(name, columns, in_full=_long(columns, rows)).write(rows)
    return file.getvalue()


def _long(columns: Sequence[str], rows: Iterable[Line]) -> list[str]:
    """Columns with an amount that a number doesn't hold."""
    found = {
        at
        for row in rows
        for at, cell in enumerate(row.cells if isinstance(row, Total) else row)
        if isinstance(cell, Amount) and not fits(cell.value)
    }
    return [columns[at] for at in sorted(found)]


def _sheets(report: Report) -> Iterator[tuple[str, Sequence[str], Iterable[Line]]]:
    yield (
        "Summary",
        ("Figure", "Value", "Currency", *_SPAN, *_BESIDE, "Low", "High", "Note"),
        _summary(report),
    )
    head = ("Currency", "Amount", "Before", "Change", "Share", "Note")
    yield "Projects", ("Project", "Name", *head), _parts(report, "project")
    yield "Services", ("Service", "Name", *head), _parts(report, "service")
    yield "Movers", _MOVERS, _movers(report)
    yield "Daily", *_daily(report)
    if any(sheet.history for sheet in report.sheets):
        yield (
            "Months",
            ("Month", "Currency", "Amount", "A year before", "Change", "Note"),
            _months(report),
        )
    yield "Budgets", _BUDGETS, _budgets(report)
    yield "Anomalies", _ANOMALIES, _anomalies(report)


_SPAN: Final = ("First day", "Last day")
_BESIDE: Final = ("Before", "Change", "Change, %")
_CHANGING: Final = frozenset({"total", "previous", "last_year"})
"""Figures whose share is that of their change."""
_MOVERS: Final = ("What", "Kind", "Name", "Currency", "Now", "Before", "Change", "Change, %", "Why")
_BUDGETS: Final = (
    "Budget of",
    *_SPAN,
    "Currency",
    "Budget",
    "Used",
    "Used, %",
    "Expected",
    "Low",
    "High",
    "State",
)
_ANOMALIES: Final = (
    "Project",
    "Service",
    *_SPAN,
    "Currency",
    "Cost",
    "Expected",
    "Difference",
    "Going on",
    "Why",
)


def _summary(report: Report) -> Iterator[Line]:
    """In words what it is, then its figures, then what must be said beside them."""
    yield "Report", said.title(report)
    yield "State", said.badge(report)
    yield "Data", foot(report)
    for each in cells.summary(report):
        code = each.currency
        if each.amount is None and not each.note:
            continue
        span = (each.days.start, each.days.last_day) if each.days else (None, None)
        beside = (money(each.previous, code), money(each.change, code))
        change = each.share if each.section in _CHANGING else None
        bounds = (money(each.low, code), money(each.high, code))
        yield (
            _FACTS[each.section],
            money(each.amount, code),
            code,
            *span,
            *beside,
            None if change is None else Share(change),
            *bounds,
            each.note or None,
        )
    for note in said.notes(report):
        yield "Note", note


def _parts(report: Report, dimension: str) -> Iterator[Line]:
    for sheet in report.sheets:
        code = sheet.currency
        rows = sheet.projects if dimension == "project" else sheet.services
        found = (each for each in cells.parts(report, sheet) if each.section == dimension)
        for each in found:
            amounts = (each.amount, each.previous, each.change)
            share = None if each.share is None else Share(each.share)
            moneys = (money(amount, code) for amount in amounts)
            yield each.value, each.name, code, *moneys, share, each.note or None
        if rows:
            yield _total(sheet, rows)


def _total(sheet: Sheet, rows: Sequence[Row]) -> Total:
    code, before = sheet.currency, sheet.previous.amount
    change = money(sheet.previous.change, code)
    total = money(exact(row.amount for row in rows), code)
    return Total(("Total", None, code, total, money(before, code), change, None, None))


def _movers(report: Report) -> Iterator[Line]:
    for sheet in report.sheets:
        for each in cells.movers(report, sheet):
            kind, code = _MOVED[each.section], each.currency
            if each.section == "cause":
                yield kind, None, each.name, code, None, None, money(each.amount, code), None, None
                continue
            amounts = (money(one, code) for one in (each.amount, each.previous, each.change))
            share = None if each.share is None else Share(each.share)
            yield kind, each.dimension, each.name, code, *amounts, share, each.note or None


def _daily(report: Report) -> tuple[Sequence[str], Iterable[Line]]:
    """A row a day; beside it the same day of the period before, and each service."""
    names = list(dict.fromkeys(each.name for sheet in report.sheets for each in sheet.layers))
    head = ("Day", "Currency", "Amount", "Day before", "Amount before", "Complete")
    return (*head, *names), _each_day(report, names)


def _each_day(report: Report, names: Sequence[str]) -> Iterator[Line]:
    for sheet in report.sheets:
        code = sheet.currency
        for at, day in enumerate(sheet.days):
            before = sheet.days_before[at] if at < len(sheet.days_before) else None
            of_services = (
                exact(each.amounts[at] for each in sheet.layers if each.name == name)
                if any(each.name == name for each in sheet.layers)
                else None
                for name in names
            )
            yield (
                day.date,
                code,
                money(day.amount, code),
                before.date if before else None,
                money(before.amount, code) if before else None,
                "yes" if day.complete else "no",
                *(money(amount, code) for amount in of_services),
            )
        total = money(exact(day.amount or ZERO for day in sheet.days), code)
        yield Total(("Total", code, total, None, money(sheet.previous.amount, code)))


def _months(report: Report) -> Iterator[Line]:
    for sheet in report.sheets:
        for each in cells.months(sheet):
            amounts = (money(each.amount, each.currency), money(each.previous, each.currency))
            share = None if each.share is None else Share(each.share)
            first = each.days.start if each.days else None
            yield first, each.currency, *amounts, share, each.note or None


def _budgets(report: Report) -> Iterator[Line]:
    for each in report.budgets:
        low, high = each.at80 or (None, None)
        amounts = (money(one, each.currency) for one in (each.amount, each.used))
        ahead = (money(one, each.currency) for one in (each.expected, low, high))
        share = None if each.share is None else Share(each.share)
        span = (each.period.start, each.period.last_day)
        yield each.subject, *span, each.currency, *amounts, share, *ahead, STATES[each.state]


def _anomalies(report: Report) -> Iterator[Line]:
    for each in report.anomalies:
        amounts = (money(one, each.currency) for one in (each.actual, each.expected, each.impact))
        service = None if each.whole else each.service or "no service"
        span = (each.days.start, each.days.last_day)
        going = "yes" if each.ongoing else "no"
        project = each.project or "unassigned"
        yield project, service, *span, each.currency, *amounts, going, each.why or None
