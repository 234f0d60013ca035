"""Everything that is asked and answered with figures, alike for those who show it.

Slack, the command line and REST take the same answers from here, each in its own form.
"""

import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import orjson
from rich.console import ConsoleRenderable

from bot.render import (
    blocks,
    budget_json,
    budgeting,
    csv,
    figures,
    foresight_json,
    json,
    report_json,
    text,
)
from bot.render.blocks import Look, Message
from bot.render.blocks import budgets as shown
from bot.render.charges import Format
from bot.render.charts import chart_of, course_of, outgo_of, waterfall_of
from bot.render.charts.spec import Chart
from bot.render.figures import Figures
from bot.render.reports import charts as pictures
from bot.render.reports import files, post
from bot.render.reports import text as printed
from bot.render.xlsx import Amount, Book, Cell, fits
from bot.services import Services
from core.access.model import Viewer
from core.budgets.model import Budget, Cycle
from core.costs.model import CostQuery, Measure
from core.costs.question import BUDGET, COST, FORECAST, REPORT, WHY, write_subject
from core.errors import NotFoundError
from core.reports.asking import kind_of
from core.reports.model import Report
from core.schedules.model import Format as FileFormat


@dataclass(frozen=True)
class Answered:
    """An answer in every form that somebody may want it in, each made when it is wanted.

    `text`: the words that ask it again; what buttons and the addresses of pictures hold.
    `printed`: for a terminal. `figures`: for a file.
    """

    text: str
    draw: Callable[[], Chart | None]
    write: Callable[[Look, Chart | None], Message]
    printed: Callable[[], ConsoleRenderable]
    json: Callable[[], dict[str, Any]]
    figures: Callable[[], Figures]

    @cached_property
    def drawn(self) -> Chart | None:
        """Its picture; None: that would say no more than its words."""
        return self.draw()

    def message(self, look: Look) -> Message:
        """The answer as a message of Slack's."""
        return self.write(look, self.drawn)

    def file(self, form: Format) -> tuple[str, bytes]:
        """A file's name, and what is in it; a workbook takes a while."""
        made = self.figures()
        match form:
            case Format.CSV:
                content = csv.written(made)
            case Format.XLSX:
                content = _book(made, self.text)
            case Format.JSON:
                content = orjson.dumps(self.json())
        return f"{made.name}.{form}", content


def _book(made: Figures, title: str) -> bytes:
    rows, file = list(made.rows), io.BytesIO()
    long = {at for row in rows for at, cell in enumerate(row) if _is_long(cell)}
    with Book(file, title=title) as book:
        book.sheet("Figures", made.columns, in_full=[made.columns[at] for at in long]).write(rows)
    return file.getvalue()


def _is_long(cell: Cell) -> bool:
    return isinstance(cell, Amount) and not fits(cell.value)


type Ask = Callable[[Services, CostQuery, Viewer], Awaitable[Answered]]


async def cost(services: Services, query: CostQuery, viewer: Viewer) -> Answered:
    """What it cost."""
    answer = await services.costs.answer(query, viewer)
    return Answered(
        answer.text,
        lambda: chart_of(answer),
        lambda look, drawn: blocks.cost_answer(answer, look, drawn=drawn),
        lambda: text.cost_answer(answer),
        lambda: json.cost_answer(answer),
        lambda: figures.cost_answer(answer),
    )


async def forecast(services: Services, query: CostQuery, viewer: Viewer) -> Answered:
    """What it is expected to cost, and what its budgets say to that."""
    answer = await services.forecasts.forecast(query, viewer)
    held = [
        await services.budgets.with_steps(told)
        for told in await services.budgets.statuses(viewer, where=query.where)
        if budgeting.is_of(told, answer.query.period)
    ]
    more = [budgeting.beside(told) for told in held]
    return Answered(
        answer.text,
        lambda: course_of(answer, held),
        lambda look, drawn: blocks.forecast(answer, look, drawn=drawn, more=more),
        lambda: text.forecast(answer, more=more),
        lambda: foresight_json.forecast(answer) | {"budgets": [*map(budget_json.status, held)]},
        lambda: figures.forecast(answer),
    )


async def why(services: Services, query: CostQuery, viewer: Viewer) -> Answered:
    """What made it cost more or less than before."""
    told = await services.drivers.why(query, viewer)
    return Answered(
        told.text,
        lambda: waterfall_of(told),
        lambda look, drawn: blocks.why(told, look, drawn=drawn),
        lambda: text.why(told),
        lambda: foresight_json.why(told),
        lambda: figures.why(told),
    )


class NoBudgetError(NotFoundError):
    """There is no budget of that."""


async def budget(services: Services, query: CostQuery, viewer: Viewer) -> Answered:
    """How far its budget is.

    Raises:
        NoBudgetError: there is none, or not for this viewer.
    """
    measured = "" if query.measure is Measure.COST else f" {query.measure}"
    asked = f"{write_subject(query.where)}{measured}"
    found = [
        each
        for each in await services.budgets.list(viewer, where=query.where)
        if each.terms.measure is query.measure
    ]
    if not found:
        raise NoBudgetError(
            f"There is no budget of {asked!r} that you may see.",
            fix=f"Set one: {services.settings.slack_command} {BUDGET} {asked} 8000 monthly. "
            f"In a terminal: cost-tracker budgets set {asked} 8000 monthly.",
        )
    first, *also = sorted(found, key=lambda each: list(Cycle).index(each.terms.cycle))
    return await budget_of(services, first.id, viewer, also=also)


async def budget_of(
    services: Services,
    number: int,
    viewer: Viewer,
    *,
    on: date | None = None,
    also: Sequence[Budget] = (),
) -> Answered:
    """How far one budget is, in its present period or in that of a day.

    Args:
        services: the verbs.
        number: the budget's.
        viewer: who asks.
        on: a day of the period.
        also: other budgets of the same.

    Raises:
        UnknownBudgetError: there is none of that number, or not for this viewer.
    """
    told = await services.budgets.status(number, viewer, on=on)
    terms = told.budget.terms
    measured = "" if terms.measure is Measure.COST else f" {terms.measure}"
    said = f"{BUDGET} {terms.subject}{measured}"
    return Answered(
        said,
        lambda: outgo_of(told, said),
        lambda look, drawn: shown.budget(told, said, look, drawn=drawn, also=also),
        lambda: text.budget(told, also=also),
        lambda: budget_json.status(told),
        lambda: figures.budget(told),
    )


@dataclass(frozen=True)
class Reported(Answered):
    """A report, whose files have more to them than one table."""

    report: Report

    def file(self, form: Format) -> tuple[str, bytes]:
        """A file's name, and what is in it; a workbook takes a while."""
        made = files.file(self.report, FileFormat(form))
        return made.name, made.content


async def report(services: Services, query: CostQuery, viewer: Viewer) -> Reported:
    """All there is to tell of a week or a month.

    Raises:
        ReportQuestionError: it asks for a daily one, or as `ReportService.report`.
    """
    kind = kind_of(query)
    about = replace(query, granularity=None)
    return reported(await services.reports.report(kind, about, viewer, period=query.period))


def reported(told: Report) -> Reported:
    """A report in every form."""
    return Reported(
        told.text,
        lambda: pictures.charts(told).get(pictures.DAYS),
        lambda look, drawn: post.answer(told, look, drawn=drawn),
        lambda: printed.report(told),
        lambda: report_json.report(told),
        lambda: files.figures(told),
        told,
    )


ASKED: Final[Mapping[str, Ask]] = {
    COST: cost,
    FORECAST: forecast,
    WHY: why,
    BUDGET: budget,
    REPORT: report,
}
"""Who answers, by sub-command; each takes a question of costs."""
