"""`cost`: the question language in a terminal."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.asking import ASKED, Answered
from bot.cli import console, files
from bot.render.charges import Format
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.question import COST, parse_command, parse_cost_query
from core.errors import NotFoundError

app = typer.Typer()


class NoChartError(NotFoundError):
    """There is no chart of that: it would say no more than its words."""


@app.command(context_settings={"ignore_unknown_options": True})
def cost(
    question: Annotated[list[str] | None, typer.Argument(help="For example: checkout mtd.")] = None,
    *,
    as_json: console.AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, on standard output.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw the chart into this file.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the figures into this file.")] = None,
) -> None:
    """Ask what something cost, or will: `cost-tracker cost forecast checkout`."""

    async def work(services: Services) -> None:
        answer = await _asked(services, " ".join(question or ()))
        if files.STANDARD_OUTPUT not in (png, xlsx):
            _print(answer, as_json=as_json, as_csv=as_csv)
        if xlsx is not None:
            _write(xlsx, answer.file(Format.XLSX)[1])
        if png is not None:
            if answer.drawn is None:
                raise NoChartError(f"There is no chart of {answer.text!r}: its words say it all.")
            _write(png, await services.charts.draw(answer.drawn))

    console.with_services(work)


async def _asked(services: Services, words: str) -> Answered:
    today, names = services.today(), await services.costs.vocabulary(OPERATOR)
    asked = parse_command(words, today=today, names=names)
    ask, query = ASKED.get(asked.verb), asked.query
    if ask is None:
        ask, query = ASKED[COST], parse_cost_query(words, today=today, names=names)
    elif query is None:
        query = parse_cost_query(asked.rest, today=today, names=names)
    return await ask(services, query, OPERATOR)


def _print(answer: Answered, *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        console.print_json(answer.json())
    elif as_csv:
        sys.stdout.write(answer.file(Format.CSV)[1].decode())
    else:
        console.out.print(answer.printed())


def _write(path: Path, content: bytes) -> None:
    with files.written(path, force=True) as file:
        file.write(content)
