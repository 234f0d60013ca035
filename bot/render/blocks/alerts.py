"""Alerts of budgets as Slack messages: the thread's parent, its replies, reminders, lists."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from slackblocks import Block, Button, DividerBlock, SectionBlock, Text, TextType

from bot.render import alerting, words
from bot.render.blocks import actions
from bot.render.blocks.budgets import EDIT
from bot.render.blocks.message import Message, context, cut, escape, message, section
from bot.render.blocks.picture import shown
from bot.render.blocks.spoken import VOICE, linked, spoken
from bot.render.enclosed import Picture
from core.alerts.model import Alert, AlertState, Occasion, Roundup, Snooze, Telling

ACKNOWLEDGE: Final = "alert.acknowledge"
"""Say that it is seen to. The value is its number and version and, where the message isn't kept
up to date by itself, its place: `IN_LIST` and what was asked, or `ALONE`."""
SNOOZE: Final = "alert.snooze"
"""Be quiet for a while: followed by a dot and how long; the value as of `ACKNOWLEDGE`."""
DETAILS: Final = "alert.details"
"""Show how far its budget is: the value is its number."""
IN_LIST: Final = "list"
ALONE: Final = "alone"
SHOWN: Final = 10
_ASKED: Final = 1900
"""Characters: what a button holds is at most 2000 long."""
_SNOOZES: Final = {Snooze.DAY: "Snooze 1 day", Snooze.MONTH: "Snooze until month end"}
_SIGNS: Final = {
    AlertState.RAISED: ":warning:",
    AlertState.ACKNOWLEDGED: ":heavy_check_mark:",
    AlertState.SNOOZED: ":zzz:",
    AlertState.BACK: ":white_check_mark:",
    AlertState.CLOSED: ":checkered_flag:",
    AlertState.REMOVED: ":x:",
    AlertState.WITHDRAWN: ":x:",
}


def alert(told: Telling, picture: Picture | None = None) -> Message:
    """An alert as it is now: what, how much, how it goes, why, whose; and what can be done.

    Args:
        told: the alert, and why there is a message.
        picture: of the budget; None: there is none.
    """
    found = told.alert
    lead = spoken(partial(alerting.occasion, told))
    if told.occasion is Occasion.LEFT:
        return message(lead, [section(lead, "alert")])
    page: list[Block] = [
        *([context(lead, "alert.occasion")] if lead else []),
        section(_head(found), "alert"),
        SectionBlock(fields=list(_fields(found)), block_id="alert.figures"),
        *_why(found),
        *([shown(picture)] if picture is not None else []),
        context(_standing(found), "alert.state"),
        *actions.row(buttons(found), "alert.actions"),
    ]
    return message(linked(" ".join(alerting.lines(told, VOICE))), page)


def further(told: Telling) -> Message:
    """A reply in an alert's thread: short, for those who follow it."""
    text = f"{_SIGNS[told.alert.state]} {spoken(partial(alerting.further, told))}"
    return message(text, [section(text, "alert.further"), *_why(told.alert)])


def roundup(told: Roundup) -> Message:
    """Several alerts in one message: a day's, those of a backfill, of periods that are over."""
    head = escape(alerting.roundup(told))
    page: list[Block] = [section(f"*{head}*", "alerts")]
    few = len(told.tellings) <= SHOWN
    for each in told.tellings:
        acting = few and told.occasion is not Occasion.RECORD
        page += _listed(each.alert, acting=acting, place=ALONE) if few else _line(each.alert)
    if told.more:
        page.append(context(f"and {words.plural(told.more, 'more budget')}", "more"))
    said = [spoken(partial(alerting.headline, each.alert)) for each in told.tellings]
    return message("\n".join([head, *said]), page)


def listed(found: Sequence[Alert], *, asked: str, about: str, more: bool = False) -> Message:
    """The alerts that are open, the newest first.

    Args:
        found: which.
        asked: what was asked about, in words that ask it again.
        about: the same for people; empty: everything.
        more: whether there are others.
    """
    of = f" of {about}" if about else ""
    if not found:
        none = escape(f"No alert is open{of}: no budget that you may see is at a threshold.")
        return message(none, [section(none, "alerts")])
    over = sum(each.figures.remaining < 0 for each in found)
    count = words.plural(len(found), "open alert")
    head = escape(f"{'The latest ' if more else ''}{count}{of}, {over} over budget.")
    page: list[Block] = [section(f"*{head}*", "alerts")]
    place = f"{IN_LIST} {asked}" if len(asked) <= _ASKED else IN_LIST
    for each in found:
        page += _listed(each, acting=True, place=place)
    if more:
        page.append(context("There are more; `cost-tracker alerts` lists them all.", "more"))
    said = [spoken(partial(alerting.headline, each)) for each in found]
    return message("\n".join([head, *said]), page)


def short(found: Sequence[Alert]) -> Iterator[Block]:
    """Open alerts in a few lines, each with its details a button away: for the home tab."""
    for each in found:
        yield SectionBlock(
            text=Text(f"{_head(each)}\n{_standing(each)}", TextType.MARKDOWN),
            block_id=f"alert.{each.id}",
            accessory=actions.button("Details", f"{DETAILS}.{each.id}", str(each.id)),
        )


def now(found: Alert, *, late: bool) -> Message:
    """How an alert is now, for who did something about it.

    Args:
        found: the alert.
        late: it had changed before, so that nothing was done.
    """
    said = spoken(partial(alerting.now, found, late=late))
    page = [section(said, "alert"), *actions.row(buttons(found, ALONE), "alert.actions")]
    return message(said, page)


def buttons(found: Alert, place: str = "") -> Iterator[Button | None]:
    """What can be done about an alert, as it stands."""
    if found.state is AlertState.REMOVED:
        return
    value, end = f"{found.id} {found.version} {place}".strip(), f".{found.id}"
    if found.state is AlertState.RAISED:
        yield Button(
            text="Acknowledge",
            action_id=f"{ACKNOWLEDGE}{end}",
            value=value,
            style="primary",
        )
    if found.state in (AlertState.RAISED, AlertState.ACKNOWLEDGED):
        for how, label in _SNOOZES.items():
            yield actions.button(label, f"{SNOOZE}.{how}{end}", value)
    yield actions.button("Change budget", f"{EDIT}{end}", str(found.subject.budget))
    yield actions.button("Details", f"{DETAILS}{end}", str(found.id))


def _head(found: Alert) -> str:
    return f"{_SIGNS[found.state]} {spoken(partial(alerting.headline, found))}"


def _fields(found: Alert) -> Iterator[Text]:
    for name, value in alerting.figures(found, VOICE):
        yield Text(f"*{escape(name)}*\n{linked(value)}", TextType.MARKDOWN)


def _why(found: Alert) -> Iterator[Block]:
    said = alerting.why(found)
    if said:
        yield section(f"*Why:* {escape(cut(said, 700))}", "alert.why")


def _standing(found: Alert) -> str:
    parts = (
        f"*{spoken(partial(alerting.standing, found))}*",
        escape(alerting.crossings(found)),
        spoken(partial(alerting.data, found)),
    )
    return " · ".join(filter(None, parts))


def _line(found: Alert) -> Iterator[Block]:
    """One of many: Slack takes fifty blocks and some thirteen thousand characters."""
    yield section(f"{_head(found)}\n{_standing(found)}", f"alert.{found.id}")


def _listed(found: Alert, *, acting: bool, place: str) -> Iterator[Block]:
    yield DividerBlock(block_id=f"line.{found.id}")
    yield section(_head(found), f"alert.{found.id}")
    also = (escape(alerting.outlook(found)), _standing(found))
    yield context("\n".join(filter(None, also)), f"state.{found.id}")
    if acting:
        yield from actions.row(buttons(found, place), f"actions.{found.id}")
