"""`budgets`: list and set what may be spent."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import console
from bot.render import budget_json, budgeting, text, words
from bot.services import Services
from core.access.model import OPERATOR
from core.budgets.model import Terms
from core.budgets.plans import PlanFileError, read_plans
from core.budgets.said import parse_budget
from core.budgets.service import MOST_AT_ONCE

budgets = typer.Typer(help="List and set budgets.", invoke_without_command=True)

Number = Annotated[int, typer.Argument(help="Its id, as listed.")]
Addresses = Annotated[list[str] | None, typer.Option(help="Repeatable; '' for none.")]
Percents = Annotated[list[int] | None, typer.Option(help="Per cent; repeatable.")]


@budgets.callback()
def listing(context: typer.Context, *, as_json: console.AsJson = False) -> None:
    """List the budgets and how far they are, when nothing else is said."""
    if context.invoked_subcommand is not None:
        return

    async def work(services: Services) -> None:
        found = await services.budgets.list(OPERATOR)
        told = {each.budget.id: each for each in await services.budgets.statuses(OPERATOR)}
        if as_json:
            console.print_json(
                [
                    budget_json.budget(each)
                    | {"status": budget_json.status(told[each.id]) if each.id in told else None}
                    for each in found
                ]
            )
            return
        unread = ("a name unknown", *("-" for _ in budgeting.COLUMNS[2:]))
        console.print_table(
            ("Id", *budgeting.COLUMNS),
            [
                (
                    str(each.id),
                    *(
                        budgeting.row(told[each.id])
                        if each.id in told
                        else (each.terms.subject, *unread)
                    ),
                )
                for each in found
            ],
            empty="No budgets yet. Set one with `cost-tracker budgets set checkout 8000 monthly`.",
            names=3,
        )

    console.with_services(work)


@budgets.command(name="set")
def change(
    what: Annotated[
        list[str], typer.Argument(help="checkout 8000 monthly; team=payments net 90k EUR yearly.")
    ],
    *,
    owner: Annotated[str | None, typer.Option(help="A Slack user id or e-mail address.")] = None,
    channel: Addresses = None,
    email: Addresses = None,
    threshold: Percents = None,
    forecast_threshold: Percents = None,
) -> None:
    """Set how much something may cost: its budget is changed, or made."""

    def also(terms: Terms) -> Terms:
        return replace(
            terms,
            owner=terms.owner if owner is None else owner or None,
            channels=terms.channels if channel is None else tuple(filter(None, channel)),
            emails=terms.emails if email is None else tuple(filter(None, email)),
            thresholds=tuple(threshold or terms.thresholds),
            forecast_thresholds=tuple(forecast_threshold or terms.forecast_thresholds),
        )

    async def work(services: Services) -> None:
        names = await services.costs.vocabulary(OPERATOR)
        said = parse_budget(" ".join(what), today=services.today(), names=names)
        currency = services.settings.default_currency
        made = await services.budgets.set_amount(said, by=OPERATOR, currency=currency, also=also)
        told = f"{made.id}: {budgeting.subject(made)}: {budgeting.terms(made)}"
        console.out.print(told, markup=False, soft_wrap=True)

    console.with_services(work)


@budgets.command()
def show(number: Number, *, as_json: console.AsJson = False) -> None:
    """Show how far a budget is."""

    async def work(services: Services) -> None:
        told = await services.budgets.status(number, OPERATOR)
        if as_json:
            console.print_json(budget_json.status(told))
            return
        console.out.print(text.budget(told))

    console.with_services(work)


@budgets.command()
def history(number: Number, *, as_json: console.AsJson = False) -> None:
    """Show who changed a budget, when, from what to what."""

    async def work(services: Services) -> None:
        found = await services.budgets.changes(number, OPERATOR)
        if as_json:
            console.print_json([budget_json.change(each) for each in found])
            return
        console.print_table(
            ("When", "Who", "What"),
            [(f"{each.at:%Y-%m-%d %H:%M}", each.by, budgeting.difference(each)) for each in found],
            empty="Nothing changed.",
        )

    console.with_services(work)


@budgets.command()
def remove(number: Number) -> None:
    """Remove a budget; its history stays."""
    gone = console.with_services(lambda services: services.budgets.remove(number, by=OPERATOR))
    console.out.print(f"Removed: {budgeting.subject(gone)}: {budgeting.terms(gone)}", markup=False)


@budgets.command(name="import")
def load(
    file: Annotated[Path, typer.Argument(help="CSV: budget,month,amount[,currency].")],
) -> None:
    """Set amounts of months, of many budgets at once; all or none."""
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it isn't UTF-8"
        raise PlanFileError(f"{str(file)!r} can't be read: {why}.") from None

    async def work(services: Services) -> None:
        names = await services.costs.vocabulary(OPERATOR)
        plans = read_plans(content, today=services.today(), names=names)
        currency = services.settings.default_currency
        made = await services.budgets.import_plans(plans, by=OPERATOR, currency=currency)
        months = sum(len(each) for _, each in plans)
        told = f"{words.plural(months, 'month')} of {words.plural(len(made), 'budget')} set."
        console.out.print(told, markup=False)
        if len(made) > MOST_AT_ONCE:
            console.out.print(
                "What is spent of them is looked at by the scheduler, within minutes."
            )

    console.with_services(work)
