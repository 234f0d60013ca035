"""`deliveries`: messages to the outside, and those that could not be delivered."""

from typing import Annotated

import typer

from bot.cli import console
from bot.render import data_json, words
from bot.services import Services
from core.access.model import OPERATOR
from core.errors import InvalidError
from core.outbox.model import Delivery, DeliveryState

deliveries = typer.Typer(
    help="Messages to the outside: what is delivered, waits, or is parked.",
    invoke_without_command=True,
)

_COLUMNS = ("Id", "State", "To", "What", "Written", "Tries", "Reason")


class NothingChosenError(InvalidError):
    """Name deliveries by their ids, or say --all for every one that is parked."""


@deliveries.callback()
def listing(
    context: typer.Context,
    *,
    parked: Annotated[bool, typer.Option("--parked", help="Those parked only.")] = False,
    state: Annotated[DeliveryState | None, typer.Option(help="Those of a state only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 100,
    as_json: console.AsJson = False,
) -> None:
    """List, retry and drop messages to the outside; they are listed when nothing else is said."""
    if context.invoked_subcommand is not None:
        return
    wanted = DeliveryState.PARKED if parked else state

    async def work(services: Services) -> None:
        console.print_list(
            await services.outbox.listed(wanted, limit=limit),
            as_json=as_json,
            json=data_json.delivery,
            columns=_COLUMNS,
            row=_row,
            empty="There is none.",
        )

    console.with_services(work)


def _row(delivery: Delivery) -> tuple[str, ...]:
    told = data_json.delivery(delivery)
    to = f"{told['channel']} {told['address']}".strip()
    tries, reason = str(told["tries"]), told["reason"] or ""
    return (str(told["id"]), told["state"], to, told["key"], told["created_at"], tries, reason)


@deliveries.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Their ids, as listed.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every one that is parked.")] = False,
) -> None:
    """Have messages delivered now that are parked or wait."""
    if everything is bool(numbers):
        raise NothingChosenError

    async def work(services: Services) -> None:
        if everything:
            done = await services.outbox.retry_parked(by=OPERATOR)
        else:
            retried = [await services.outbox.retry(each, by=OPERATOR) for each in numbers or ()]
            done = tuple(each.id for each in retried)
        console.out.print(f"{words.plural(len(done), 'message')} to be delivered now.")

    console.with_services(work)


@deliveries.command()
def drop(number: Annotated[int, typer.Argument(help="Its id, as listed.")]) -> None:
    """Give a message up; what comes after it in its thread can go."""
    console.with_services(lambda services: services.outbox.drop(number, by=OPERATOR))
    console.out.print(f"Given up: message {number}.")
