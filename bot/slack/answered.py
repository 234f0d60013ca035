"""Everything that is asked in Slack and answered with figures, alike for those who show it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.render import blocks, budgeting, csv
from bot.render.blocks import Look, Message
from bot.render.blocks import budgets as shown
from bot.render.charts import chart_of, course_of, outgo_of, waterfall_of
from bot.render.charts.spec import Chart
from bot.services import Services
from core.access.model import Viewer
from core.budgets.model import Cycle
from core.costs.model import CostQuery, Measure
from core.costs.question import BUDGET, COST, FORECAST, WHY, write_subject
from core.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that can be shown: in a message, as a picture, as a file with a name.

    `text`: the words that ask it again; what buttons and the addresses of pictures hold.
    `drawn` None: a picture would say no more than its words.
    """

    text: str
    drawn: Chart | None
    message: Callable[[Look], Message]
    csv: Callable[[], tuple[str, bytes]]


type Ask = Callable[[Services, CostQuery, Viewer], Awaitable[Answered]]


async def cost(services: Services, query: CostQuery, viewer: Viewer) -> Answered:
    """What it cost."""
    answer = await services.costs.answer(query, viewer)
    drawn = chart_of(answer)
    return Answered(
        answer.text,
        drawn,
        lambda look: blocks.cost_answer(answer, look, drawn=drawn),
        lambda: (csv.file_name(answer), csv.cost_answer(answer)),
    )


async def forecast(services: Services, query: CostQuery, viewer: Viewer) -> Answered:
    """What it is expected to cost."""
    answer = await services.forecasts.forecast(query, viewer)
    drawn = course_of(answer)
    held = [
        budgeting.beside(told)
        for told in await services.budgets.statuses(viewer, where=query.where)
        if budgeting.is_of(told, answer.query.period)
    ]
    return Answered(
        answer.text,
        drawn,
        lambda look: blocks.forecast(answer, look, drawn=drawn, more=held),
        lambda: (csv.forecast_name(answer), csv.forecast(answer)),
    )


async def why(services: Services, query: CostQuery, viewer: Viewer) -> Answered:
    """What made it cost more or less than before."""
    told = await services.drivers.why(query, viewer)
    drawn = waterfall_of(told)
    return Answered(
        told.text,
        drawn,
        lambda look: blocks.why(told, look, drawn=drawn),
        lambda: (csv.why_name(told), csv.why(told)),
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
            fix=f"Set one: {services.settings.slack_command} {BUDGET} {asked} 8000 monthly.",
        )
    first, *also = sorted(found, key=lambda each: list(Cycle).index(each.terms.cycle))
    told = await services.budgets.status(first.id, viewer)
    text = f"{BUDGET} {asked}"
    drawn = outgo_of(told, text)
    return Answered(
        text,
        drawn,
        lambda look: shown.budget(told, text, look, drawn=drawn, also=also),
        lambda: (csv.budget_name(told), csv.budget(told)),
    )


ASKED: Final[Mapping[str, Ask]] = {COST: cost, FORECAST: forecast, WHY: why, BUDGET: budget}
"""Who answers, by sub-command; each takes a question of costs."""
