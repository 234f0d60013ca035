"""`subscriptions`: list who is told of alerts and anomalies, subscribe, unsubscribe."""

from typing import Annotated, Final

import typer

from bot.cli import console
from bot.render import subscribing, subscription_json
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.question import write_subject
from core.outbox.model import Destination
from core.subscriptions.model import Pace, SubscriptionPlaceError, Terms
from core.subscriptions.said import Said, parse_subscription
from core.subscriptions.service import EVERY_KIND

subscriptions = typer.Typer(
    help="List who is told of alerts and anomalies; subscribe, unsubscribe.",
    invoke_without_command=True,
)

_NOWHERE: Final = Destination("")


@subscriptions.callback()
def listing(context: typer.Context, *, as_json: console.AsJson = False) -> None:
    """List the subscriptions, when nothing else is said."""
    if context.invoked_subcommand is not None:
        return

    async def work(services: Services) -> None:
        found = await services.subscriptions.list(OPERATOR)
        console.print_list(
            found,
            as_json=as_json,
            json=subscription_json.subscription,
            columns=subscribing.COLUMNS,
            row=subscribing.row,
            empty="No subscriptions yet. Make one with "
            "`cost-tracker subscriptions add checkout alerts C0123ABCD`.",
        )

    console.with_services(work)


@subscriptions.command()
def add(
    what: Annotated[
        list[str],
        typer.Argument(help="checkout alerts anomalies C0123ABCD; all daily ada@example.com."),
    ],
) -> None:
    """Subscribe a Slack channel or person, by id, or an e-mail address."""

    async def work(services: Services) -> None:
        said = await _read(services, what)
        if said.to is None:
            raise SubscriptionPlaceError(
                "No place is said.", fix="Name a Slack id, as C0123ABCD, or an e-mail address."
            )
        terms = Terms(
            write_subject(said.where or ()),
            said.kinds or EVERY_KIND,
            said.to,
            said.pace or Pace.AT_ONCE,
        )
        made = await services.subscriptions.add(terms, by=OPERATOR, paced=said.pace is not None)
        told = f"{made.id}: {subscribing.place(made.terms.to)}, {subscribing.terms(made.terms)}"
        console.out.print(told, markup=False, soft_wrap=True)

    console.with_services(work)


@subscriptions.command()
def remove(number: Annotated[int, typer.Argument(help="Its id, as listed.")]) -> None:
    """End a subscription."""
    gone = console.with_services(
        lambda services: services.subscriptions.remove(number, by=OPERATOR)
    )
    console.out.print(subscribing.ended([gone.terms.subject]), markup=False)


async def _read(services: Services, what: list[str]) -> Said:
    names = await services.costs.vocabulary(OPERATOR)
    return parse_subscription(
        " ".join(what), today=services.today(), names=names, here=_NOWHERE, me=_NOWHERE
    )
