"""A report as one picture: its sentences, charts and tables below each other."""

from typing import Final

from bot.render.blocks.message import cut
from bot.render.blocks.tables import Table
from bot.render.charts.alt import alt
from bot.render.charts.spec import Chart, Listed, Page, Row
from bot.render.reports import charts, said
from bot.render.reports.content import Part, content, foot
from core.reports.model import Report

_COLUMNS: Final = 5
_ITEM: Final = "· "
_ITEMS: Final = 8
_LONG: Final = 240


def page(report: Report) -> Page:
    """The picture; what it says in words is in its `alt`."""
    drawn = charts.charts(report)
    parts = list(content(report))
    titled = (_plain(each) for each in drawn.values())
    tables = (_table(e, e.table) for e in parts if e.table is not None and e.key != "budgets")
    words = [said.badge(report) + "."]
    for part in parts:
        lead = f"{part.title}: " if len(part.lines) == 1 else ""
        words += [f"{part.title}:"] if len(part.lines) > 1 else []
        words += [f"{lead or _ITEM}{cut(line, _LONG)}" for line in part.lines[:_ITEMS]]
        if len(part.lines) > _ITEMS:
            words.append(f"{_ITEM}and {len(part.lines) - _ITEMS:,} more")
    figures = (
        f"{name} {text};"
        for part in parts
        if part.key.startswith("figures.") and part.table is not None
        for name, text in part.table.rows
    )
    headline = said.headline(report)
    return Page(
        title=headline.removesuffix("."),
        subtitle=said.title(report),
        footer=foot(report),
        alt=alt(headline, figures),
        parts=(*titled, *tables),
        words=tuple(words),
    )


def _plain(chart: Chart) -> Chart:
    """A chart of a page: what all of it says once needn't be said below each."""
    return Chart(chart.title, "", "", chart.alt, chart.body)


def _table(part: Part, table: Table) -> Chart:
    lines = [*table.rows, *table.totals]
    courses = [*part.courses, *[()] * (len(lines) - len(part.courses))]
    rows = [
        Row(
            row[:_COLUMNS],
            tuple(None if each is None else float(each) for each in course),
            bold=n >= len(table.rows),
        )
        for n, (row, course) in enumerate(zip(lines, courses, strict=True))
    ]
    body = Listed(table.header[:_COLUMNS], tuple(rows), "By day" if any(map(len, courses)) else "")
    return Chart(part.title, "", "", "", body)
