"""The answer in a terminal: the same words and figures as in Slack."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    Group,
    JustifyMethod,
    RenderableType,
)
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from bot.render import budgeting, foresight, reasons, sentences
from bot.render.blocks.tables import ACROSS, table_of
from bot.render.blocks.tables import Table as Content
from core.budgets.model import Budget
from core.budgets.status import Status
from core.costs.drivers.service import Why
from core.costs.model import CostAnswer
from core.forecasts.service import ForecastAnswer

_SIDES: Final[tuple[JustifyMethod, ...]] = ("left", "right", "right", "right", "left")


def cost_answer(answer: CostAnswer) -> ConsoleRenderable:
    """A sentence, a table of all lines, notes and how fresh the data is."""
    notes = [Text(f"- {sentences.note(note)}") for note in answer.notes]
    parts: list[RenderableType] = [Text(sentences.headline(answer), style="bold")]
    if answer.lines:
        parts += [Text(""), _Fitting(answer), Text("")]
    return Group(*parts, *notes, Text(sentences.fresh(answer.freshness), style="dim"))


def forecast(answer: ForecastAnswer, *, more: Sequence[str] = ()) -> ConsoleRenderable:
    """A sentence, the figures, notes and how fresh the data is.

    Args:
        answer: what is expected.
        more: what is to be said of the same besides, such as its budget.
    """
    notes = (*more, *foresight.notes(answer))
    fresh = sentences.fresh(answer.freshness)
    return _named(foresight.headline(answer), foresight.figures(answer), notes, fresh)


def budget(told: Status, *, also: Sequence[Budget] = ()) -> ConsoleRenderable:
    """How far a budget is: a sentence, the figures, notes and how fresh the data is."""
    notes = (*budgeting.notes(told), *map(budgeting.another, also))
    fresh = sentences.fresh(told.freshness)
    return _named(budgeting.headline(told), budgeting.figures(told), notes, fresh)


def _named(
    headline: str, figures: Iterable[tuple[str, str]], notes: Iterable[str], fresh: str
) -> ConsoleRenderable:
    """Figures, each with its name before it."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right", overflow="fold")
    for row in figures:
        table.add_row(*map(Text, row))
    parts: list[RenderableType] = [Text(headline, style="bold")]
    if table.rows:
        parts += [Text(""), table, Text("")]
    return Group(*parts, *(Text(f"- {each}") for each in notes), Text(fresh, style="dim"))


def why(told: Why) -> ConsoleRenderable:
    """A sentence, each step of the change, notes and how fresh the data is."""
    parts: list[RenderableType] = [
        Text(reasons.headline(told), style="bold"),
        Text(reasons.compared(told), style="dim"),
    ]
    for drivers in told.drivers:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name, justify in zip(("", "Before", "Now", "Change", "How"), _SIDES, strict=True):
            table.add_column(name, justify=justify, overflow="fold")
        for row in reasons.rows(told, drivers):
            table.add_row(*map(Text, row))
        table.add_row(*map(Text, reasons.total(drivers)), style="bold")
        parts += [Text(""), table]
    notes = [Text(f"- {each}") for each in reasons.notes(told)]
    fresh = Text(sentences.fresh(told.freshness), style="dim")
    return Group(*parts, Text(""), *notes, fresh)


class _Fitting:
    """A table with as many columns of groups as the terminal has room for."""

    def __init__(self, answer: CostAnswer) -> None:
        self._answer = answer

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        tables = (_table(self._answer, across) for across in range(ACROSS, 0, -1))
        for table in tables:
            if Measurement.get(console, options.update(width=1000), table).maximum <= (
                options.max_width
            ):
                break
        yield table


def _table(answer: CostAnswer, across: int) -> Table:
    return table_in(table_of(answer, across=across))


def table_in(content: Content) -> Table:
    """A table as a terminal shows it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for position, name in enumerate(content.header):
        figures = position >= content.names
        # A figure is never cut: where there is no room at all it goes on in the next line.
        table.add_column(Text(name), justify="right" if figures else "left", overflow="fold")
    for row in content.rows:
        table.add_row(*map(Text, row))
    for row in content.totals:
        table.add_row(*map(Text, row), style="bold")
    return table
