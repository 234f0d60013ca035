"""What a report says, part by part: every rendering for people shows these, each in its own way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.render import sentences, words
from bot.render.blocks.tables import Table
from bot.render.reports import charts, said
from bot.render.sentences import Mark
from bot.render.sparks import spark
from core.money import display
from core.reports.model import Report, Sheet
from core.reports.rounding import rounded_parts
from core.reports.sections import Explained, Row

BUDGETS: Final = ("Budget of", "Period", "Budget", "Used", "Expected", "State")
ROUNDING: Final = "rounding"

type Course = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what it is about, its sentences, a table, and the pictures that go with it.

    `key` tells parts apart in a message; `main`: what the report would be nothing without.
    `courses`: along the days, of each row of the table and its total, where they are known.
    """

    key: str
    title: str = ""
    lines: tuple[str, ...] = ()
    table: Table | None = None
    pictures: tuple[str, ...] = ()
    main: bool = False
    courses: tuple[Course, ...] = ()


def content(report: Report, mark: Mark = str) -> Iterator[Part]:
    """All that a report says, the most important first.

    Args:
        report: the report.
        mark: makes names stand out in sentences, and makes them safe where they are written.
    """
    for n, sheet in enumerate(report.sheets):
        yield from _sheet(report, sheet, mark, first=n == 0)
    if report.budgets:
        rows = tuple(said.budget(each) for each in report.budgets)
        lines = tuple(said.budget_line(each, mark) for each in report.budgets)
        yield Part("budgets", "Budgets", lines, Table(BUDGETS, rows, (), 2))
    if report.anomalies:
        lines = tuple(said.anomaly(each, mark) for each in report.anomalies)
        yield Part("anomalies", "Out of the ordinary", lines)
    notes = tuple(said.notes(report))
    if notes:
        yield Part("notes", "Notes", notes, main=True)


def foot(report: Report) -> str:
    """How far the data reaches, and whether the figures may change."""
    return sentences.fresh(report.freshness)


def _sheet(report: Report, sheet: Sheet, mark: Mark, *, first: bool) -> Iterator[Part]:
    code, of = sheet.currency, f", {sheet.currency}" if len(report.sheets) > 1 else ""
    figures = tuple(said.figures(report, sheet))
    period = said.period(report)
    table = Table((f"{period}{of}", "Amount"), figures, (), 1)
    pictures: tuple[str, ...] = (charts.DAYS,) if first else ()
    yield Part(f"figures.{code}", f"Figures{of}", (), table, pictures, main=True)
    yield from _changes(sheet, mark, of, first=first)
    sparks = {layer.value: layer.amounts for layer in sheet.layers if not layer.other}
    if sheet.projects:
        projects = rows_table("Project", sheet, sheet.projects, {})
        pictures = (charts.PROJECTS,) if first else ()
        yield Part(f"projects.{code}", f"Projects{of}", (), projects, pictures)
    if sheet.services:
        services = rows_table("Service", sheet, sheet.services, sparks)
        pictures = (charts.SERVICES,) if first and not sheet.projects else ()
        courses = _courses(sheet, services, sparks)
        yield Part(f"services.{code}", f"Services{of}", (), services, pictures, courses=courses)
    if sheet.history:
        pictures = (charts.YEAR,) if first else ()
        yield Part(f"year.{code}", f"The last 12 months{of}", (), _months(sheet), pictures)


def _changes(sheet: Sheet, mark: Mark, of: str, *, first: bool) -> Iterator[Part]:
    """What made the difference, what moved most, what is new and what has stopped."""
    code, pictures = sheet.currency, (charts.CHANGE,) if first else ()
    if sheet.explained is not None:
        title = f"What made the difference{of}"
        why, table = (sheet.explained.sentence,), _explained(sheet, sheet.explained)
        yield Part(f"why.{code}", title, why, table, pictures)
    if sheet.movers:
        lines = tuple(said.mover(each, code, mark) for each in sheet.movers)
        yield Part(f"movers.{code}", f"Biggest changes{of}", lines)
    lines = tuple(
        f"{name}: {words.listing([said.appeared(each, code, mark) for each in found], most=5)}"
        for name, found in (("New", sheet.new), ("Stopped", sheet.stopped))
        if found
    )
    if lines:
        yield Part(f"appeared.{code}", f"New and stopped{of}", lines)


def rows_table(
    head: str, sheet: Sheet, rows: Sequence[Row], sparks: Mapping[str | None, Sequence[Decimal]]
) -> Table:
    """Projects or services: the parts of the total, and what rounding leaves between them."""
    code = sheet.currency
    trend = any(row.value in sparks for row in rows)
    shown = [
        (
            charts.name(row),
            display(row.amount, code),
            "" if row.before is None else display(row.before, code),
            words.change(row.comparable, code),
            words.share(row.share),
            *((spark(sparks.get(row.value, ())) if not row.other else "",) if trend else ()),
        )
        for row in rows
    ]
    shown += _rounding(rows, code, width=6 if trend else 5)
    both = sheet.previous.comparable
    total = (
        "Total",
        display(sheet.total, code),
        "" if sheet.previous.amount is None else display(sheet.previous.amount, code),
        words.change(both, code),
        words.share(Decimal(1)) if sheet.total > 0 else "",
        *((spark([day.amount for day in sheet.days]),) if trend else ()),
    )
    of = sheet.previous.days if sheet.previous.cut else None
    change = f"Change, {words.days(of[0])}" if of else "Change"
    names = (head, "Amount", "Before", change, "Share", *(("By day",) if trend else ()))
    return Table(names, tuple(shown), (total,), 1)


def _courses(
    sheet: Sheet, table: Table, sparks: Mapping[str | None, Sequence[Decimal]]
) -> tuple[Course, ...]:
    of = [sparks.get(row.value, ()) if not row.other else () for row in sheet.services]
    of += [()] * (len(table.rows) - len(of))
    return (*of, [day.amount for day in sheet.days])


def _rounding(rows: Sequence[Row], code: str, *, width: int) -> list[tuple[str, ...]]:
    """A line for what the rounded amounts, now and before, are short of their totals."""
    now = rounded_parts((row.amount for row in rows), code).rounding
    befores = [row.before for row in rows if row.before is not None]
    known = len(befores) == len(rows)
    before = rounded_parts(befores, code).rounding if known else Decimal(0)
    if not now and not before:
        return []
    cells = (ROUNDING, _cents(now, code), _cents(before, code) if known else "")
    return [(*cells, *[""] * (width - 3))]


def _cents(amount: Decimal, code: str) -> str:
    return words.signed(amount, code) if amount else ""


def _explained(sheet: Sheet, why: Explained) -> Table:
    code = sheet.currency
    steps = [(name, by) for name, by, _ in charts.why_steps(why)]
    amounts = [why.before, *(by for _, by in steps)]
    rows = [(words.days(why.then), display(why.before, code))]
    rows += [(name, words.signed(by, code)) for name, by in steps]
    if rounding := rounded_parts(amounts, code).rounding:
        rows.append((ROUNDING, words.signed(rounding, code)))
    total = (words.days(why.now), display(why.after, code))
    return Table(("What made the difference", "Amount"), tuple(rows), (total,), 1)


def _months(sheet: Sheet) -> Table:
    code = sheet.currency
    rows = tuple(
        (
            words.month(each.month) + ("" if each.complete else " (so far)"),
            display(each.amount, code),
            "" if each.year_before is None else display(each.year_before, code),
            "" if each.growth is None else words.percent(each.growth),
        )
        for each in sheet.history
    )
    return Table(("Month", "Amount", "A year before", "Change"), rows, (), 1)
