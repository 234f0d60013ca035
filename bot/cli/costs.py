"""`cost`: the question language in a terminal."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import console
from bot.render import csv, json, text
from bot.render.charts import chart_of
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.question import parse_cost_query

app = typer.Typer()


@app.command(context_settings={"ignore_unknown_options": True})
def cost(
    question: Annotated[list[str] | None, typer.Argument(help="For example: checkout mtd.")] = None,
    *,
    as_json: console.AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, on standard output.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw the chart into this file.")] = None,
) -> None:
    """Ask what something cost: `cost-tracker cost checkout last-7d by service`."""

    async def work(services: Services) -> None:
        names = await services.costs.vocabulary(OPERATOR)
        query = parse_cost_query(" ".join(question or ()), today=services.today(), names=names)
        answer = await services.costs.answer(query, OPERATOR)
        if png is not None and (chart := chart_of(answer)) is not None:
            png.write_bytes(await services.charts.draw(chart))
        if as_json:
            console.print_json(json.cost_answer(answer))
        elif as_csv:
            sys.stdout.write(csv.cost_answer(answer).decode())
        else:
            console.out.print(text.cost_answer(answer))

    console.with_services(work)
