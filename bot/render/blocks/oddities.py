"""Anomalies, as a Slack message."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from slackblocks import Block, Button, DividerBlock

from bot.render import oddities
from bot.render.blocks import actions
from bot.render.blocks.message import Message, code, context, escape, message, section, sentence
from core.anomalies.found import Anomaly, Event
from core.anomalies.service import question
from core.costs.question import ANOMALIES, WHY, write

JUDGE: Final = "anomaly.judge"
"""Say something of an anomaly: the value is its number, a verdict, and the question asked."""
PLAN: Final = "anomaly.plan"
"""Open the form to plan days; the value is the question asked."""
SHOWN: Final = 10


def anomalies(
    found: Sequence[Anomaly], events: Sequence[Event], *, asked: str, about: str
) -> Message:
    """What was found, the newest first, with what made the difference and what can be said of it.

    Args:
        found: what was found.
        events: what is planned.
        asked: the words that ask it again.
        about: what was asked about, for people.
    """
    head = escape(oddities.summary(found, about))
    shown = found[:SHOWN]
    blocks: list[Block] = [
        section(head, "answer"),
        context(f"Understood as {code(f'{ANOMALIES} {asked}')}", "question"),
    ]
    for anomaly in shown:
        blocks += _one(anomaly, asked)
    if len(found) > len(shown):
        more = f"and {len(found) - len(shown):,} more; `cost-tracker anomalies` has all"
        blocks.append(context(more, "more"))
    if events:
        told = "\n".join(f"• {escape(oddities.event(each))}" for each in events[:SHOWN])
        blocks.append(context(f"Planned:\n{told}", "planned"))
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
        yield context(details, f"details.{number}")
    yield from actions.row(_buttons(anomaly, asked), f"actions.{number}")


def _buttons(anomaly: Anomaly, asked: str) -> Iterator[Button | None]:
    query = question(anomaly, anomaly.days.end)
    if query is not None:
        again = f"{WHY} {write(query, grouped=False)}"
        yield actions.button("Why", f"{actions.ASK}.why.{anomaly.id}", again)
    if anomaly.verdict is not None:
        value = f"{anomaly.id} none {asked}"
        yield actions.button("Take back what was said", f"{JUDGE}.{anomaly.id}.none", value)
        return
    for verdict, label in oddities.BUTTONS.items():
        value = f"{anomaly.id} {verdict} {asked}"
        yield actions.button(label, f"{JUDGE}.{anomaly.id}.{verdict}", value)
