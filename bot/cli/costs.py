"""`cost`: the question language in a terminal."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import ConsoleRenderable

from bot.cli import console
from bot.render import csv, foresight_json, json, text
from bot.render.charts import chart_of, course_of, waterfall_of
from bot.render.charts.spec import Chart
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.model import CostQuery
from core.costs.question import COST, FORECAST, WHY, parse_command, parse_cost_query

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class _Told:
    """An answer in every form that a terminal takes."""

    text: ConsoleRenderable
    json: Callable[[], dict[str, Any]]
    csv: Callable[[], bytes]
    chart: Callable[[], Chart | None]


async def _cost(services: Services, query: CostQuery) -> _Told:
    answer = await services.costs.answer(query, OPERATOR)
    return _Told(
        text.cost_answer(answer),
        lambda: json.cost_answer(answer),
        lambda: csv.cost_answer(answer),
        lambda: chart_of(answer),
    )


async def _forecast(services: Services, query: CostQuery) -> _Told:
    answer = await services.forecasts.forecast(query, OPERATOR)
    return _Told(
        text.forecast(answer),
        lambda: foresight_json.forecast(answer),
        lambda: csv.forecast(answer),
        lambda: course_of(answer),
    )


async def _why(services: Services, query: CostQuery) -> _Told:
    told = await services.drivers.why(query, OPERATOR)
    return _Told(
        text.why(told),
        lambda: foresight_json.why(told),
        lambda: csv.why(told),
        lambda: waterfall_of(told),
    )


_ASKED: Final[Mapping[str, Callable[[Services, CostQuery], Awaitable[_Told]]]] = {
    COST: _cost,
    FORECAST: _forecast,
    WHY: _why,
}


@app.command(context_settings={"ignore_unknown_options": True})
def cost(
    question: Annotated[list[str] | None, typer.Argument(help="For example: checkout mtd.")] = None,
    *,
    as_json: console.AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, on standard output.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw the chart into this file.")] = None,
) -> None:
    """Ask what something cost, or will: `cost-tracker cost forecast checkout`."""

    async def work(services: Services) -> None:
        words, today = " ".join(question or ()), services.today()
        names = await services.costs.vocabulary(OPERATOR)
        asked = parse_command(words, today=today, names=names)
        ask, query = _ASKED.get(asked.verb), asked.query
        if ask is None or query is None:
            ask, query = _cost, parse_cost_query(words, today=today, names=names)
        told = await ask(services, query)
        if png is not None and (chart := told.chart()) is not None:
            png.write_bytes(await services.charts.draw(chart))
        if as_json:
            console.print_json(told.json())
        elif as_csv:
            sys.stdout.write(told.csv().decode())
        else:
            console.out.print(told.text)

    console.with_services(work)
