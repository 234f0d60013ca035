"""Anomalies, as a Slack message."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from slackblocks import Block, Button, DividerBlock, SectionBlock, Text, TextType

from bot.render import oddities
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
from core.anomalies.found import Anomaly, Event
from core.anomalies.service import question
from core.costs.question import ANOMALIES, WHY, write

JUDGE: Final = "anomaly.judge"
"""Say something of an anomaly: the value is its number, a verdict and, in a list, the question."""
PLAN: Final = "anomaly.plan"
"""Open the form to plan days; the value is the question asked."""
CANCEL: Final = "anomaly.cancel"
"""Take back what was planned: the value is its number, and the question asked."""
SHOWN: Final = 10
EVENTS: Final = 4
DETAILS: Final = 700
"""Characters of what is behind one: ten of them fit into a message."""


def anomalies(
    found: Sequence[Anomaly], events: Sequence[Event], *, asked: str, about: str
) -> Message:
    """What was found, the latest first, with what made the difference and what can be said of it.

    Args:
        found: what was found.
        events: what is planned.
        asked: the words that ask it again.
        about: what was asked about, for people.
    """
    head = escape(oddities.summary(found, about))
    shown = oddities.latest(found)[:SHOWN]
    blocks: list[Block] = [
        section(head, "answer"),
        context(f"Understood as {code(f'{ANOMALIES} {asked}')}", "question"),
    ]
    for anomaly in shown:
        blocks += _one(anomaly, asked)
    if len(found) > len(shown):
        more = f"and {len(found) - len(shown):,} more. Ask for fewer days, or for one project."
        blocks.append(context(more, "more"))
    blocks += _planned(events, asked)
    blocks += actions.row([actions.button("Plan days ahead", PLAN, asked)], "actions")
    said = [sentence(partial(oddities.headline, each)) for each in shown]
    return message("\n".join([head, *said]), blocks)


def _one(anomaly: Anomaly, asked: str) -> Iterator[Block]:
    number = anomaly.id
    yield DividerBlock(block_id=f"line.{number}")
    headline = sentence(partial(oddities.headline, anomaly))
    yield section(headline, f"anomaly.{number}")
    details = "\n".join(escape(each) for each in oddities.details(anomaly))
    if details:
        yield context(cut(details, DETAILS), f"details.{number}")
    yield from actions.row(buttons(anomaly, asked), f"actions.{number}")


def _planned(events: Sequence[Event], asked: str) -> Iterator[Block]:
    if not events:
        return
    yield DividerBlock(block_id="line.planned")
    hidden = len(events) - EVENTS
    more = f" (the first {EVENTS} of {len(events):,})" if hidden > 0 else ""
    yield context(f"Planned{more}; up to what was said, nobody is told:", "planned")
    for each in events[:EVENTS]:
        text = Text(cut(escape(oddities.event(each)), DETAILS), TextType.MARKDOWN)
        cancel = actions.button("Cancel", f"{CANCEL}.{each.id}", f"{each.id} {asked}")
        yield SectionBlock(text=text, block_id=f"planned.{each.id}", accessory=cancel)


def buttons(anomaly: Anomaly, asked: str = "") -> Iterator[Button | None]:
    """What can be done about one; `asked`: what the list that it is in was asked for."""
    query = question(anomaly, anomaly.days.end)
    if query is not None:
        again = f"{WHY} {write(query, grouped=False)}"
        yield actions.button("Why", f"{actions.ASK}.why.{anomaly.id}", again)
    if anomaly.verdict is not None:
        value = f"{anomaly.id} none {asked}".rstrip()
        yield actions.button("Take that back", f"{JUDGE}.{anomaly.id}.none", value)
        return
    for verdict, label in oddities.BUTTONS.items():
        value = f"{anomaly.id} {verdict} {asked}".rstrip()
        yield actions.button(label, f"{JUDGE}.{anomaly.id}.{verdict}", value)
