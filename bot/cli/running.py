"""`run`, `migrate`, `sync`: the product itself."""

import asyncio
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from bot import after_sync
from bot.cli import console
from bot.cli.progress import SyncProgress
from bot.opening import open_database
from bot.process import RunRole
from bot.render import words
from bot.scheduler import syncing
from bot.services import Services
from core.jobs.model import Job

app = typer.Typer()


@app.command()
def run(
    role: Annotated[
        list[RunRole] | None,
        typer.Option(help="Take on this part only; repeatable. Default: all of them."),
    ] = None,
) -> None:
    """Run the product: Slack, REST, the scheduler and delivery."""
    from bot.app import serve  # noqa: PLC0415  # on use: 0.2 s

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
    prune: Annotated[
        bool, typer.Option("--prune", help="Then delete what vanished at the source; asks first.")
    ] = False,
    take_over: Annotated[
        str | None,
        typer.Option(
            metavar="OLD",
            help="Let SOURCE succeed OLD, another export of the same bill; asks first.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do so without asking.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Read what changed in the billing sources."""
    if take_over is not None and source is None:
        raise typer.BadParameter("name the source that is to take over", param_hint="SOURCE")

    async def work(services: Services) -> bool:
        if take_over is not None and source is not None:
            return await _take_over(services, source, take_over, yes=yes, as_json=as_json)
        if prune and source in await services.ingest.retired():
            await _prune(services, source, yes=yes)
            return True
        with SyncProgress(console.err) as progress:
            synced = await syncing.by_hand(
                services,
                source,
                full=full or prune,
                since=since.date() if since else None,
                progress=progress,
                waiting=_wait,
            )
        if as_json:
            console.print_json([report.as_dict() for report in synced.reports])
        else:
            for report in synced.reports:
                console.out.print(str(report), markup=False, soft_wrap=True)
        done = all(report.error is None for report in synced.reports)
        if prune and done:
            await _prune(services, source, yes=yes)
        if not synced.counts:
            await _follow(services)
        return done and not any(report.mismatched for report in synced.reports)

    if not console.with_services(work):
        raise typer.Exit(console.FAILURE)


def _wait(running: Job) -> None:
    console.err.print(
        f"Waiting for the sync that {running.worker} began at {running.started_at:%H:%M} UTC …",
        markup=False,
        soft_wrap=True,
    )


@app.command()
def trim(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Drop charges older than they are kept for; sums by month stay.

    The scheduler does so daily.
    """

    async def work(services: Services) -> None:
        retention = services.retention
        months, held = await retention.due()
        facts = days = 0
        if not dry_run:
            done = await retention.trim()
            held, facts, days = done.held, done.facts, done.days
        if as_json:
            console.print_json(
                {
                    "months": list(months),
                    "charges": facts,
                    "days": days,
                    "dropped": not dry_run,
                    **{name: value and value.isoformat() for name, value in asdict(held).items()},
                }
            )
            return
        verb = "To be dropped" if dry_run else "Dropped"
        listed = f"charges of {', '.join(months)}" if months else "no charges"
        console.out.print(f"{verb}: {listed}.", markup=False, soft_wrap=True)
        if facts or days:
            counted = f"{words.plural(facts, 'charge')}, {words.plural(days, 'sum')} of days"
            console.out.print(f"  {counted}", markup=False)
        since = words.day(held.facts_from, year=True) if held.facts_from else "the beginning"
        console.out.print(f"Single charges are kept from {since} on.", markup=False)

    console.with_services(work)


async def _follow(services: Services) -> None:
    """Do what the scheduler does after its syncs; what is printed by then can be read."""
    sys.stdout.flush()
    if console.err.is_terminal:
        console.err.print("Holding budgets, anomalies and reports against it …")
    await after_sync.follow(services)


async def _take_over(services: Services, new: str, old: str, *, yes: bool, as_json: bool) -> bool:
    """Say what is about to move and, if that is wanted, move it; whether all went well."""
    held = await services.ingest.held(old)
    months = words.listing([f"{month:%Y-%m}" for month in held], most=len(held)) or "no month"
    console.err.print(
        f"{old} holds {months}. Each moves to {new}, as a whole, once that has all of its days; "
        "amounts that differ are kept as restatements.",
        markup=False,
        soft_wrap=True,
    )
    question = f"Change over from {old} to {new}?"
    if not yes and not await asyncio.to_thread(typer.confirm, question, err=True):
        console.err.print("Nothing was changed.")
        return True
    with SyncProgress(console.err) as progress:
        report = await services.ingest.take_over(new, old, progress=progress)
    if as_json:
        console.print_json(report.as_dict())
    else:
        console.out.print(str(report), markup=False, soft_wrap=True)
    await _follow(services)
    return report.sync.error is None and not report.sync.mismatched


async def _prune(services: Services, source: str | None, *, yes: bool) -> None:
    """List what has vanished at the sources and, if that is wanted, delete it."""
    vanished = await services.ingest.vanished(source)
    if not vanished:
        console.err.print("Nothing has vanished at the source.")
        return
    retired = await services.ingest.retired()
    for name, keys in vanished.items():
        console.err.print(
            f"{name}: no longer in sources.toml, and kept"
            if name in retired
            else f"{name}: gone at the source: {', '.join(keys)}",
            markup=False,
        )
    number = words.plural(sum(map(len, vanished.values())), "slice")
    question = f"Delete {number} and all that is held of it?"
    if yes or await asyncio.to_thread(typer.confirm, question, err=True):
        console.err.print(
            f"Deleted {words.plural(await services.ingest.prune(vanished), 'slice')}."
        )
    else:
        console.err.print("Nothing was deleted.")
