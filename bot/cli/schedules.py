"""`schedules`: list and set which reports are posted where and when."""

from typing import Annotated

import typer

from bot.cli import console
from bot.render import report_json, schedule_json, scheduling
from bot.render.reports import text
from bot.services import Services
from core.access.model import OPERATOR
from core.schedules.said import Said, changed, parse_schedule, terms_of

schedules = typer.Typer(help="List and set schedules of reports.", invoke_without_command=True)

Number = Annotated[int, typer.Argument(help="Its id, as listed.")]


@schedules.callback()
def listing(context: typer.Context, *, as_json: console.AsJson = False) -> None:
    """List the schedules and what became of their latest runs, when nothing else is said."""
    if context.invoked_subcommand is not None:
        return

    async def work(services: Services) -> None:
        found = await services.schedules.list(OPERATOR)
        console.print_list(
            found,
            as_json=as_json,
            json=schedule_json.schedule,
            columns=("Id", *scheduling.COLUMNS),
            row=lambda each: (str(each.id), *scheduling.row(each)),
            empty="No schedules yet. Set one with "
            "`cost-tracker schedules add weekly mon 09:00 C0123ABCD`.",
        )

    console.with_services(work)


@schedules.command()
def add(
    what: Annotated[
        list[str],
        typer.Argument(help="weekly mon 09:00 C0123ABCD; monthly 2nd-business-day a@b.example."),
    ],
) -> None:
    """Have a report posted: what of, when, where to, as which files, in any order."""

    async def work(services: Services) -> None:
        said = await _read(services, what)
        terms = terms_of(said, zone=services.settings.report_timezone.key)
        made = await services.schedules.add(terms, by=OPERATOR)
        console.out.print(f"{made.id}: {scheduling.said(made)}", markup=False, soft_wrap=True)

    console.with_services(work)


@schedules.command()
def change(
    number: Number,
    what: Annotated[list[str], typer.Argument(help="What is different: fri 17:00 xlsx.")],
) -> None:
    """Change a schedule; what isn't said stays."""

    async def work(services: Services) -> None:
        found = await services.schedules.get(number, OPERATOR)
        said = await _read(services, what)
        made = await services.schedules.change(number, changed(found.terms, said), by=OPERATOR)
        console.out.print(f"{made.id}: {scheduling.said(made)}", markup=False, soft_wrap=True)

    console.with_services(work)


@schedules.command()
def pause(number: Number) -> None:
    """Skip its runs until it is resumed."""
    found = console.with_services(lambda services: services.schedules.pause(number, by=OPERATOR))
    console.out.print(f"Paused: {scheduling.title(found)}.", markup=False)


@schedules.command()
def resume(number: Number) -> None:
    """Have it run again."""
    found = console.with_services(lambda services: services.schedules.resume(number, by=OPERATOR))
    told = f"{scheduling.title(found)}: next on {scheduling.upcoming(found)}."
    console.out.print(told, markup=False)


@schedules.command()
def run(number: Number) -> None:
    """Have its report posted now, provisional or not; the scheduler does so within a minute."""
    made = console.with_services(lambda services: services.schedules.run(number, by=OPERATOR))
    console.out.print(f"Run {made.id} of schedule {number}: to be made.", markup=False)


@schedules.command()
def preview(number: Number, *, as_json: console.AsJson = False) -> None:
    """Show what it would post now; nothing is posted."""

    async def work(services: Services) -> None:
        told = await services.schedules.preview(number, OPERATOR)
        if as_json:
            console.print_json(report_json.report(told))
            return
        console.out.print(text.report(told))

    console.with_services(work)


@schedules.command()
def history(number: Number, *, as_json: console.AsJson = False) -> None:
    """Show its runs and what became of each, the latest first."""

    async def work(services: Services) -> None:
        schedule = await services.schedules.get(number, OPERATOR)
        found = await services.schedules.runs(number, OPERATOR)
        console.print_list(
            found,
            as_json=as_json,
            json=schedule_json.run,
            columns=scheduling.RUN_COLUMNS,
            row=lambda each: scheduling.run_row(each, schedule),
            empty="It was never due yet.",
        )

    console.with_services(work)


@schedules.command()
def remove(number: Number) -> None:
    """Remove a schedule."""
    gone = console.with_services(lambda services: services.schedules.remove(number, by=OPERATOR))
    console.out.print(f"Removed: {scheduling.said(gone)}", markup=False)


async def _read(services: Services, what: list[str]) -> Said:
    names = await services.costs.vocabulary(OPERATOR)
    return parse_schedule(" ".join(what), today=services.today(), names=names)
