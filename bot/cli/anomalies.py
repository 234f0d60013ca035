"""`anomalies`: what cost something else than expected, what is said of it, and days planned."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.cli import console
from bot.render import anomaly_json, oddities, sentences, words
from bot.services import Services
from core.access.model import OPERATOR
from core.anomalies.found import Anomaly, Event
from core.anomalies.model import Verdict
from core.anomalies.service import MOST_LISTED
from core.costs.question import ANOMALIES, parse_command
from core.money import read_amount
from core.named_period import parse_period

_LIST = "list"
_COLUMNS = ("Id", "What", "Planned by")


class _Asked(TyperGroup):
    """A group that is asked, where none of its commands is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [_LIST, *args])


anomalies = typer.Typer(
    cls=_Asked,
    help="What cost something else than expected: `anomalies checkout last-90d`.",
)


class Said(StrEnum):
    """What can be said of an anomaly; none takes it back."""

    EXPECTED = "expected"
    PLANNED = "planned"
    NOT_USEFUL = "not-useful"
    NONE = "none"


@anomalies.command(_LIST, context_settings={"ignore_unknown_options": True})
def listing(
    question: Annotated[
        list[str] | None, typer.Argument(help="For example: checkout last-90d. Default: 30 days.")
    ] = None,
    *,
    as_json: console.AsJson = False,
) -> None:
    """List what was found, with what made the difference; without `list`, too."""

    async def work(services: Services) -> None:
        asked = parse_command(
            " ".join([ANOMALIES, *(question or ())]),
            today=services.today(),
            names=await services.costs.vocabulary(OPERATOR),
        ).query
        found = await services.anomalies.list(OPERATOR, query=asked, limit=MOST_LISTED)
        if as_json:
            console.print_json([anomaly_json.anomaly(each) for each in found])
            return
        about = f"{sentences.subject(asked)}, {words.period(asked.period)}" if asked else "all"
        _print(found, about)

    console.with_services(work)


def _print(found: Sequence[Anomaly], about: str) -> None:
    console.out.print(oddities.summary(found, about), style="bold", markup=False)
    for each in oddities.latest(found):
        console.out.print(f"\n{each.id}: {oddities.headline(each)}", markup=False)
        for detail in oddities.details(each):
            console.out.print(f"  {detail}", markup=False)


@anomalies.command()
def judge(
    number: Annotated[int, typer.Argument(help="Its id, as listed.")],
    verdict: Annotated[Said, typer.Argument(help="'none' takes back what was said.")],
) -> None:
    """Say what an anomaly was; what is found from the next sync on goes by that."""
    said = None if verdict is Said.NONE else Verdict[verdict.name]

    async def work(services: Services) -> None:
        judged = await services.anomalies.judge(number, said, by=OPERATOR)
        _print([judged], oddities.subject(judged.incident.subject))

    console.with_services(work)


@anomalies.command()
def plan(
    project: Annotated[str, typer.Argument(help="Its slug.")],
    days: Annotated[str, typer.Argument(help="2026-12-01..2026-12-05, 2026-12-01, next-week.")],
    *,
    service: Annotated[str | None, typer.Option(help="Default: the whole project.")] = None,
    amount: Annotated[
        str | None, typer.Option(help="How much more a day. Default: whatever it costs.")
    ] = None,
    note: Annotated[str, typer.Option(help="What for.")] = "",
) -> None:
    """Say ahead that days will cost something else; up to that they are no anomaly."""
    more = None if amount is None else read_amount(amount)

    async def work(services: Services) -> None:
        period = parse_period(days, services.today(), ahead=True)
        event = await services.anomalies.plan(
            Event(0, project, period, service, more, note), by=OPERATOR
        )
        console.out.print(f"Planned: {event.id}: {oddities.event(event)}", markup=False)

    console.with_services(work)


@anomalies.command()
def planned(*, as_json: console.AsJson = False) -> None:
    """List the days that are planned, with those that are screened still."""

    async def work(services: Services) -> None:
        console.print_list(
            await services.anomalies.events(OPERATOR),
            as_json=as_json,
            json=anomaly_json.event,
            columns=_COLUMNS,
            row=lambda each: (str(each.id), oddities.event(each), each.planned_by),
            empty="Nothing is planned.",
        )

    console.with_services(work)


@anomalies.command()
def cancel(number: Annotated[int, typer.Argument(help="Its id, as `planned` has it.")]) -> None:
    """Take back what was planned."""
    console.with_services(lambda services: services.anomalies.cancel(number, by=OPERATOR))
