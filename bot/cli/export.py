"""`export`: charges as a file that other tools read."""

from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from bot import asking, exporting
from bot.cli import console, files
from bot.render import charges, words
from bot.render import focus as render
from bot.render.charges import Format as Rows
from bot.render.focus import Format
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.model import CostQuery
from core.costs.question import EXPORT, parse_command
from core.errors import InvalidError

app = typer.Typer(help="Write charges into files that other tools read.", no_args_is_help=True)


class UnknownFormatError(InvalidError):
    """The name of a file says what kind of file it is."""


class NotInExportsError(InvalidError):
    """An export takes a period and filters."""


@app.command()
def focus(
    period: Annotated[
        list[str],
        typer.Argument(help="As in questions, with filters: 2026-10 provider=aws invoice."),
    ],
    *,
    out: Annotated[
        Path, typer.Option(help="The file: .csv, .csv.gz or .parquet; - is standard output.")
    ],
    form: Annotated[
        Format | None, typer.Option("--format", help="What kind of file; else its name says.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
) -> None:
    """Write the charges of a period as FOCUS 1.2 has them, a day's charge a row."""
    kind = form or format_of(out, Format)

    async def work(services: Services) -> None:
        names = await services.costs.vocabulary(OPERATOR)
        asked = parse_command(f"{EXPORT} {' '.join(period)}", today=services.today(), names=names)
        query = asked.query
        assert query is not None  # noqa: S101 - or the question were refused
        refuse_more(query, cut=asked.cut)
        with files.written(out, force=force) as file:
            async with services.costs.export(query, OPERATOR) as export:
                rows = export.survey.rows
                with progress_of(rows) as progress:
                    async for part in render.written(export, kind, progress=progress):
                        file.write(part)
        console.err.print(f"{words.plural(rows, 'charge')} written.")

    console.with_services(work)


@app.command(context_settings={"ignore_unknown_options": True})
def costs(
    question: Annotated[list[str], typer.Argument(help="As in questions: checkout last-month.")],
    *,
    out: Annotated[
        Path, typer.Option(help="The file: .csv, .xlsx or .json; - is standard output.")
    ],
    form: Annotated[
        Rows | None, typer.Option("--format", help="What kind of file; else its name says.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
) -> None:
    """Write the charges of a question by day; the lines of its answer, if it says by what."""
    kind = form or format_of(out, Rows)

    async def work(services: Services) -> None:
        names = await services.costs.vocabulary(OPERATOR)
        asked = parse_command(f"{EXPORT} {' '.join(question)}", today=services.today(), names=names)
        query = asked.query
        assert query is not None  # noqa: S101 - or the question were refused
        with files.written(out, force=force) as file:
            if exporting.has_lines(asked):
                file.write((await asking.cost(services, query, OPERATOR)).file(kind)[1])
                return
            rows = await services.costs.count_rows(query, OPERATOR)
            with progress_of(rows) as progress:
                async with (
                    services.costs.export_rows(query, OPERATOR) as export,
                    aclosing(charges.written(export, kind, progress=progress)) as parts,
                ):
                    async for part in parts:
                        file.write(part)
        console.err.print(f"{words.plural(export.rows, 'row')} written.")

    console.with_services(work)


def format_of[F: StrEnum](path: Path, formats: type[F]) -> F:
    """What kind of file a name stands for; CSV on standard output.

    Raises:
        UnknownFormatError: none.
    """
    if path == files.STANDARD_OUTPUT:
        return formats("csv")
    found = next((f for f in formats if path.name.lower().endswith(f".{f}")), None)
    if found is None:
        *known, last = [f".{each}" for each in formats]
        raise UnknownFormatError(
            f"{path.name!r} doesn't say what kind of file it is.",
            fix=f"Let its name end in {', '.join(known)} or {last}, or give --format.",
        )
    return found


def refuse_more(query: CostQuery, *, cut: bool) -> None:
    """Refuse what would change nothing: an export has every charge as it is.

    Args:
        query: what is asked.
        cut: it says how the lines of an answer are made; `by service`, where nothing else does.

    Raises:
        NotInExportsError: naming it.
    """
    said = {
        "a comparison": query.versus,
        "daily, weekly or monthly": query.granularity,
        "top": query.top,
        "over": query.over,
        "a currency to convert to": query.currency,
        "table, chart or csv": query.form,
    }
    found = [what for what, value in said.items() if value is not None]
    if cut and not found:
        found = ["'by'"]
    if found:
        raise NotInExportsError(
            f"An export has every charge as it is: it doesn't take {words.listing(found)}.",
            fix="It takes a period, filters and 'invoice': 2026-10 provider=aws invoice.",
        )


@contextmanager
def progress_of(rows: int) -> Iterator[Callable[[int], None]]:
    """A bar of so many rows, where there is a terminal; what it gives moves it on."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console.err, disable=not console.err.is_terminal) as bar:
        task = bar.add_task("rows", total=rows)
        yield lambda more: bar.advance(task, more)
