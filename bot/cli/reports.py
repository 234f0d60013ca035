"""`report`: a week or a month in a terminal, or as a file."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.asking import Reported, report
from bot.cli import console, files
from bot.render.charges import Format
from bot.render.enclosed import Picture
from bot.render.reports.charts import charts
from bot.render.reports.mail import web
from bot.render.reports.page import page
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.question import REPORT, QuestionError, parse_command
from core.reports.model import ReportKind

app = typer.Typer()

type _Make = Callable[[Services, Reported], Awaitable[bytes]]


@app.command(name="report")
def tell(
    kind: Annotated[ReportKind, typer.Argument(help="weekly or monthly.")],
    question: Annotated[
        list[str] | None, typer.Argument(help="Of what: checkout, team=payments; all of it.")
    ] = None,
    *,
    period: Annotated[
        str | None, typer.Option(help="last-week, 2026-11-09, 2026-10; the last that is over.")
    ] = None,
    as_json: console.AsJson = False,
    csv: Annotated[Path | None, typer.Option(help="Write the figures into this file.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook into this file.")] = None,
    png: Annotated[Path | None, typer.Option(help="Draw all of it into this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as a page into this file.")] = None,
) -> None:
    """Report on a week or a month: what it cost, against what, why, and what is to come."""
    wanted = {"csv": csv, "xlsx": xlsx, "png": png, "html": html}

    async def work(services: Services) -> None:
        told = await _report(services, kind, [*(question or ()), *([period] if period else ())])
        for form, path in wanted.items():
            if path is not None:
                content = await _FORMS[form](services, told)
                with files.written(path, force=True) as file:
                    file.write(content)
        if files.STANDARD_OUTPUT in wanted.values():
            return
        if as_json:
            console.print_json(told.json())
        else:
            console.out.print(told.printed())

    console.with_services(work)


async def _report(services: Services, kind: ReportKind, words: list[str]) -> Reported:
    names = await services.costs.vocabulary(OPERATOR)
    said = " ".join((REPORT, kind, *words))
    asked = parse_command(said, today=services.today(), names=names)
    if asked.query is None:
        raise asked.problem or QuestionError
    return await report(services, asked.query, OPERATOR)


async def _csv(_: Services, told: Reported) -> bytes:
    return told.file(Format.CSV)[1]


async def _xlsx(_: Services, told: Reported) -> bytes:
    return (await asyncio.to_thread(told.file, Format.XLSX))[1]


async def _png(services: Services, told: Reported) -> bytes:
    return await services.charts.draw(page(told.report))


async def _html(services: Services, told: Reported) -> bytes:
    named = charts(told.report).items()
    pictures = [Picture(name, each.alt, await services.charts.draw(each)) for name, each in named]
    return web(told.report, {each.name: each for each in pictures}).encode()


_FORMS: Final[Mapping[str, _Make]] = {"csv": _csv, "xlsx": _xlsx, "png": _png, "html": _html}
