"""Subscriptions as a Slack message: what a place is told, what else is set, and how that ends."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from slackblocks import Block

from bot.render import subscribing, words
from bot.render.blocks import actions
from bot.render.blocks.message import (
    Message,
    code,
    context,
    cut,
    escape,
    message,
    section,
    sentence,
)
from core.outbox.model import MAIL, Destination
from core.subscriptions.model import Subscription

NEW: Final = "subscription.new"
"""Open the form of a new one; the value is what it is to."""
EDIT: Final = "subscription.edit"
"""Open the form of one: the value is its number."""
REMOVE: Final = "subscription.remove"
"""End one: the value is its number."""
SHOWN: Final = 15
_SUBJECT: Final = 300


def subscriptions(
    found: Sequence[Subscription],
    own: Sequence[str],
    *,
    here: Destination,
    command: str,
    done: str = "",
    hint: str = "",
) -> Message:
    """What this place is told, and what else the asker may see.

    Args:
        found: the subscriptions.
        own: the projects whose own channel this is.
        here: where it was asked.
        command: the slash command.
        done: what was just done, in a sentence.
        hint: what it takes besides.
    """
    ordered = sorted(found, key=lambda each: (each.terms.to != here, each.id))
    head = " ".join(filter(None, (done, _summary(found, own, command))))
    page: list[Block] = [section(escape(head), "subscriptions")]
    page += [context(escape(hint), "hint")] if hint else []
    for each in ordered[:SHOWN]:
        page += _one(each, here)
    if len(ordered) > SHOWN:
        page.append(context(f"and {len(ordered) - SHOWN:,} more", "more"))
    if own:
        ends = code(f"{command} unsubscribe {own[0]} anomalies")
        told, whose = escape(words.listing([*own])), "its" if len(own) == 1 else "their"
        page.append(
            context(
                f"As the channel of {told} it is told of {whose} anomalies; {ends} ends that.",
                "own",
            )
        )
    page += actions.row([actions.button("Subscribe", NEW, "new")], "actions")
    said = [_told(each) for each in ordered[:SHOWN]]
    return message("\n".join([escape(head), *said]), page)


def _summary(found: Sequence[Subscription], own: Sequence[str], command: str) -> str:
    if found:
        return f"{words.plural(len(found), 'subscription')}."
    if own:
        return "There is no subscription here."
    return (
        f"There is no subscription here. {command} subscribe checkout alerts anomalies makes one."
    )


def _one(found: Subscription, here: Destination) -> Iterator[Block]:
    number = found.id
    told = _told(found)
    unread = "" if found.query else " There is no such thing any more."
    declined = " Its reader declined it." if found.declined else ""
    place = _place(found.terms.to, here)
    yield section(f"{told}. {place}{unread}{declined}", f"subscription.{number}")
    buttons = [
        actions.button("Change", f"{EDIT}.{number}", str(number)),
        actions.button("Unsubscribe", f"{REMOVE}.{number}", str(number)),
    ]
    yield from actions.row(buttons, f"actions.{number}")


def _told(found: Subscription) -> str:
    """What is told; however long subjects are, fifteen fit."""
    short = replace(found.terms, subject=cut(found.terms.subject, _SUBJECT))
    return sentence(partial(subscribing.terms, short))


def _place(to: Destination, here: Destination) -> str:
    if to == here:
        return "Told here."
    if to.channel == MAIL:
        return f"By e-mail to {escape(to.address)}."
    return f"To <@{to.address}>." if to.address[:1] in "UW" else f"In <#{to.address}>."
