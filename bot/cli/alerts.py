"""`alerts`: budgets that are at a threshold; acknowledged and snoozed."""

from typing import Annotated, Final

import typer

from bot.cli import console
from bot.render import alert_json, alerting
from bot.services import Services
from core.access.model import OPERATOR
from core.alerts.model import Alert, AlertState, Snooze

alerts = typer.Typer(
    help="Budgets that are at a threshold: list, acknowledge, snooze.",
    invoke_without_command=True,
)

Number = Annotated[int, typer.Argument(help="Its id, as listed.")]
_COLUMNS: Final = ("Id", *alerting.COLUMNS)


@alerts.callback()
def listing(
    context: typer.Context,
    *,
    state: Annotated[AlertState | None, typer.Option(help="Those that stand so only.")] = None,
    budget: Annotated[int | None, typer.Option(help="Those of a budget only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 100,
    as_json: console.AsJson = False,
) -> None:
    """List the alerts, the newest first, when nothing else is said."""
    if context.invoked_subcommand is not None:
        return

    async def work(services: Services) -> None:
        found = await services.alerts.listed(OPERATOR, state=state, budget=budget, limit=limit)
        console.print_list(
            found,
            as_json=as_json,
            json=alert_json.alert,
            columns=_COLUMNS,
            row=lambda each: (str(each.id), *alerting.row(each)),
            empty="There is none.",
            names=3,
        )

    console.with_services(work)


@alerts.command()
def show(number: Number, *, as_json: console.AsJson = False) -> None:
    """Show an alert: how much, how it goes, why, and how it stands."""

    async def work(services: Services) -> None:
        found = await services.alerts.get(number, OPERATOR)
        if as_json:
            console.print_json(alert_json.alert(found))
            return
        _print(found)

    console.with_services(work)


@alerts.command()
def acknowledge(number: Number) -> None:
    """Say that somebody has seen to it; whoever was told of it sees that."""

    async def work(services: Services) -> None:
        found = await services.alerts.get(number, OPERATOR)
        _print(await services.alerts.acknowledge(number, found.version, by=OPERATOR))

    console.with_services(work)


@alerts.command()
def snooze(
    number: Number,
    lasting: Annotated[Snooze, typer.Argument(help="day, or month: to its end.")] = Snooze.DAY,
) -> None:
    """Be quiet about it, unless a higher threshold of what is spent is crossed."""

    async def work(services: Services) -> None:
        found = await services.alerts.get(number, OPERATOR)
        until = lasting.until(services.clock(), services.settings.report_timezone)
        _print(await services.alerts.snooze(number, until, found.version, by=OPERATOR))

    console.with_services(work)


def _print(found: Alert) -> None:
    console.out.print(alerting.headline(found), style="bold", markup=False)
    for name, text in alerting.figures(found):
        console.out.print(f"  {name}: {text}", markup=False)
    if alerting.why(found):
        console.out.print(f"  Why: {alerting.why(found)}", markup=False)
    for each in (alerting.standing(found), alerting.crossings(found), alerting.data(found)):
        if each:
            console.out.print(f"  {each[:1].upper()}{each[1:]}", markup=False)
