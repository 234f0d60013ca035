"""A report in a terminal: the same words and figures as everywhere."""

from collections.abc import Iterator

from rich.console import ConsoleRenderable, Group, RenderableType
from rich.text import Text

from bot.render.reports import said
from bot.render.reports.content import Part, content, foot
from bot.render.text import table_in
from core.reports.model import Report


def report(value: Report) -> ConsoleRenderable:
    """All of a report, part by part; what a table says its sentences don't say again."""
    parts: list[RenderableType] = [
        Text(said.headline(value), style="bold"),
        Text(said.badge(value), style="dim"),
    ]
    for part in content(value):
        parts += _part(part)
    return Group(*parts, Text(""), Text(foot(value), style="dim"))


def _part(part: Part) -> Iterator[RenderableType]:
    yield Text("")
    if part.table is None or part.title != part.table.header[0]:
        yield Text(part.title, style="bold")
    if part.table is not None:
        yield table_in(part.table)
    else:
        yield from (Text(f"- {line}") for line in part.lines)
