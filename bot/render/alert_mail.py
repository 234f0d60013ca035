"""Alerts of budgets as mails: the figures of Slack's messages, and the same words."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from bot.render import alerting, words
from bot.render.blocks.tables import Table
from bot.render.enclosed import Picture
from bot.render.mail import (
    Figure,
    Heading,
    Mail,
    Notes,
    Page,
    Paragraph,
    Part,
    Tone,
    compose,
    sentence,
)
from bot.render.sentences import Mark
from bot.render.voice import Voice
from core.alerts.model import Alert, AlertState, Roundup, Telling
from core.money import display

_SLACK_ID: Final = re.compile("[UW][A-Z0-9]{2,}")
_NOBODY: Final = MappingProxyType[str, str]({})
_COLUMNS = ("Budget of", "Budget", "Spent", "Expected")
_WHY = "You get this because this address is to be told of the budget of {of}."
_WHY_SEVERAL = "You get this because this address is to be told of these budgets."


def alert(
    told: Telling,
    picture: Picture | None,
    *,
    command: str = "/cost",
    reply: bool = False,
    unsubscribe: str | None = None,
    names: Mapping[str, str] = _NOBODY,
) -> Mail:
    """An alert: the figure, what it means, the budget's picture, figures, why, what to do.

    Args:
        told: the alert, and why there is a mail.
        picture: of the budget; None: there is none.
        command: the slash command as installed.
        reply: it goes into the thread of an earlier mail, so it has that one's subject.
        unsubscribe: where its reader declines such mails; None: there is no such address.
        names: what `people` are called, as far as that is known.
    """
    found = told.alert
    voice = Voice(person=partial(_person, names))
    page = Page(
        subject=_subject(found),
        preheader=alerting.headline(found),
        parts=(*_parts(told, picture, voice), *_acting(found, command)),
        why=_WHY.format(of=alerting.subject(found)),
        unsubscribe=unsubscribe,
        reply=reply,
    )
    return compose(page)


def roundup(told: Roundup, *, command: str = "/cost", unsubscribe: str | None = None) -> Mail:
    """Several alerts in one mail, as a table that a telephone has room for; else as `alert`."""
    said = alerting.roundup(told)
    rows = tuple(_row(each.alert) for each in told.tellings)
    more = f"And {words.plural(told.more, 'more budget')}: in Slack {command} alerts lists them."
    parts: list[Part] = [Heading(said), Table(_COLUMNS, rows, (), 1)]
    parts += [Notes((more,))] if told.more else []
    return compose(Page(said.rstrip("."), said, tuple(parts), _WHY_SEVERAL, unsubscribe))


def _row(found: Alert) -> tuple[str, ...]:
    of, period, amount, used, _, expected, state = alerting.row(found)
    return f"{of}, {period}: {state}", amount, used, expected


def _subject(found: Alert) -> str:
    """The same for every mail of a budget's period: they are one thread."""
    return f"Budget of {alerting.subject(found)}, {words.period_name(found.subject.period)}"


def _parts(told: Telling, picture: Picture | None, voice: Voice) -> Iterator[Part]:
    found = told.alert
    currency = found.subject.currency
    spent = display(found.figures.used, currency)
    yield Figure(spent, sentence(partial(_headline, found)), _tone(found))
    said = [alerting.occasion(told, voice), alerting.outlook(found)]
    if any(said):
        yield Paragraph(" ".join(filter(None, said)))
    if picture is not None:
        yield picture
    name = words.period_name(found.subject.period)
    rows = (("Budget", display(found.figures.amount, currency)), ("Spent", spent))
    yield Table(
        (f"{name[:1].upper()}{name[1:]}", "Amount"),
        (*rows, *alerting.figures(found, voice)),
        (),
        1,
    )
    if alerting.why(found):
        yield Heading("Why")
        yield Paragraph(f"{alerting.why(found)}.")
    notes = (alerting.standing(found, voice), alerting.crossings(found), alerting.data(found))
    yield Notes(tuple(f"{each[:1].upper()}{each[1:]}." for each in notes if each))


def _acting(found: Alert, command: str) -> Iterator[Part]:
    """Where something can be done about it: a mail can't be pressed."""
    if found.state in alerting.OPEN:
        yield Notes((f"In Slack {command} alerts lets you acknowledge or snooze it.",))


def people(told: Telling) -> Collection[str]:
    """The Slack users that a mail of an alert mentions."""
    of = told.alert
    deeds = (each.by for each in (of.acknowledged, of.snoozed) if each is not None)
    every = (of.subject.owner, told.by, *deeds)
    return {each for each in every if each is not None and _SLACK_ID.fullmatch(each)}


def _person(names: Mapping[str, str], user: str) -> str:
    return names.get(user) or (f"{user} in Slack" if _SLACK_ID.fullmatch(user) else user)


def _headline(found: Alert, mark: Mark) -> str:
    return alerting.headline(found, Voice(mark))


def _tone(found: Alert) -> Tone:
    if found.figures.remaining < 0:
        return Tone.BAD
    if found.state is AlertState.BACK or found.state is AlertState.CLOSED:
        return Tone.GOOD
    return Tone.WARNING
