"""`run`, `migrate`, `sync`: the product itself."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from bot.app import RunRole, open_database, serve
from bot.cli import console
from bot.cli.progress import SyncProgress
from bot.services import Services

app = typer.Typer()


@app.command()
def run(
    role: Annotated[
        list[RunRole] | None,
        typer.Option(help="Take on this part only; repeatable. Default: all of them."),
    ] = None,
) -> None:
    """Run the product: Slack, REST, the scheduler and delivery."""
    asyncio.run(serve(console.read_settings(), frozenset(role or RunRole)))


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date; safe to run by several at once."""

    async def work() -> None:
        async with open_database(console.read_settings()):
            console.out.print("The schema is up to date.")

    asyncio.run(work())


@app.command()
def sync(
    source: Annotated[str | None, typer.Argument(help="One source; default: all.")] = None,
    *,
    full: Annotated[bool, typer.Option(help="Look at every slice, however old.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Look at slices from this day on.")
    ] = None,
    as_json: console.AsJson = False,
) -> None:
    """Read what changed in the billing sources."""

    async def work(services: Services) -> bool:
        with SyncProgress(console.err) as progress:
            reports = await services.ingest.sync(
                source, full=full, since=since.date() if since else None, progress=progress
            )
        if as_json:
            console.print_json([report.as_dict() for report in reports])
        else:
            for report in reports:
                console.out.print(str(report), markup=False)
        return all(report.error is None for report in reports)

    if not console.with_services(work):
        raise typer.Exit(console.FAILURE)
