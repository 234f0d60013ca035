"""Subscriptions in Slack: made in words or by a form, listed, ended."""

from typing import Any

from bot.render import subscribing
from bot.render.blocks import subscriptions as shown
from bot.slack import forms, modals, subscription_form
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import RoleNeededError, Viewer
from core.costs.model import Asker, Filter
from core.costs.question import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    Command,
    parse_cost_query,
    write_subject,
)
from core.errors import CostTrackerError
from core.outbox.model import SLACK, Destination
from core.subscriptions.model import Pace, Terms
from core.subscriptions.said import Said, parse_subscription
from core.subscriptions.service import EVERY_KIND


async def subscribe(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    """What follows `subscribe`; nothing opens the form."""
    if not understood.rest.strip() and asked.trigger:
        await open_form(desk, asked)
        return
    said, asker = await _read(desk, asked, viewer, understood.rest, SUBSCRIBE)
    subject = write_subject(await _where(desk, viewer, said, asker))
    to, pace = said.to or _here(asked), said.pace or Pace.AT_ONCE
    terms = Terms(subject, said.kinds or EVERY_KIND, to, pace)
    made = await desk.services.subscriptions.add(
        terms, by=viewer, here=_channel(asked), paced=said.pace is not None
    )
    hint = subscribing.invitation(made.terms.to, desk.name)
    await _show(desk, asked, viewer, f"Subscribed to {subscribing.terms(made.terms)}.", hint)


async def unsubscribe(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    """What follows `unsubscribe`; nothing ends all that is told here."""
    said, _ = await _read(desk, asked, viewer, understood.rest, UNSUBSCRIBE)
    ended = await desk.services.subscriptions.unsubscribe(
        said.to or _here(asked),
        said.where,
        by=viewer,
        here=_channel(asked),
        kinds=said.kinds or EVERY_KIND,
    )
    await _show(desk, asked, viewer, subscribing.ended(ended))


async def listed(desk: Desk, asked: Asked, viewer: Viewer, _: Command) -> None:
    """What this place is told, and what else the asker may set."""
    await _show(desk, asked, viewer)


async def remove(desk: Desk, asked: Asked) -> None:
    """End one; the others are shown anew."""
    viewer = await desk.viewer(asked)
    gone = await desk.services.subscriptions.remove(
        int(asked.text), by=viewer, here=_channel(asked)
    )
    await _show(desk, asked, viewer, subscribing.ended([gone.terms.subject]))


async def open_form(desk: Desk, asked: Asked) -> None:
    """Open the form: of a subscription of a number, else of a new one."""

    async def make() -> modals.View:
        viewer, here = await desk.viewer(asked), _channel(asked)
        number = int(asked.text) if asked.text.isdecimal() else 0
        if number:
            found = await desk.services.subscriptions.get(number, viewer, here=here)
            terms = found.terms
        else:
            _, asker = await desk.names(asked, viewer)
            where = await _where(desk, viewer, Said(), asker)
            terms = Terms(write_subject(where), EVERY_KIND, _here(asked))
        return subscription_form.view(terms, number, here=here, user=asked.user)

    await forms.open_form(desk, asked, subscription_form.TITLE, make)


async def save(desk: Desk, body: dict[str, Any]) -> forms.Errors | str:
    """Keep what was submitted."""
    asked = Asked.of_view(body)
    said = subscription_form.read(body["view"], asked.user)
    service = desk.services.subscriptions
    try:
        viewer = await desk.viewer(asked)
        if said.number:
            made = await service.change(said.number, said.terms, by=viewer, here=said.here)
        else:
            made = await service.add(said.terms, by=viewer, here=said.here)
    except RoleNeededError as error:
        return {subscription_form.WHERE: desk.regret(error, asked)}
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        return {subscription_form.at_field(error, said.terms): desk.regret(error, asked)}
    hint = subscribing.invitation(made.terms.to, desk.name)
    return f"Subscribed to {subscribing.terms(made.terms)}. {hint}".strip()


async def _show(desk: Desk, asked: Asked, viewer: Viewer, done: str = "", hint: str = "") -> None:
    service, here = desk.services.subscriptions, _here(asked)
    told = shown.subscriptions(
        await service.list(viewer, here=_channel(asked)),
        await service.own(here.address, viewer),
        here=here,
        command=desk.command,
        done=done,
        hint=hint,
    )
    await desk.answer(asked, told, replace=asked.private)


async def _read(
    desk: Desk, asked: Asked, viewer: Viewer, text: str, verb: str
) -> tuple[Said, Asker]:
    names, asker = await desk.names(asked, viewer)
    try:
        said = parse_subscription(
            text,
            today=desk.services.today(),
            names=names,
            here=_here(asked),
            me=Destination(SLACK, asked.user),
        )
    except CostTrackerError as error:
        raise error.suggesting(lambda near: f"{verb} {near}") from error
    return said, asker


async def _where(desk: Desk, viewer: Viewer, said: Said, asker: Asker) -> tuple[Filter, ...]:
    """What is named; else this channel's projects, the asker's own, or everything."""
    if said.where is not None:
        return said.where
    names = await desk.services.costs.vocabulary(viewer)
    return parse_cost_query("", today=desk.services.today(), names=names, asker=asker).where


def _channel(asked: Asked) -> str:
    """The channel that somebody writes in; '' where nobody else reads."""
    direct = asked.channel is None or asked.channel.startswith("D")
    return "" if direct or asked.channel is None else asked.channel


def _here(asked: Asked) -> Destination:
    """Where it was asked; in a direct message, whoever did."""
    return Destination(SLACK, _channel(asked) or asked.user)
