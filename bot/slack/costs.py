"""Questions about costs: typed after the command, in messages, or asked by a button."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from bot import exporting
from bot.asking import ASKED, Answered
from bot.render import blocks
from bot.render.charges import Format
from bot.slack import (
    alerts,
    anomalies,
    answers,
    budgets,
    exports,
    later,
    pages,
    projects,
    schedules,
    subscriptions,
)
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Viewer
from core.costs.model import Form
from core.costs.question import (
    ALERTS,
    ANOMALIES,
    BUDGET,
    BUDGETS,
    COST,
    EXPORT,
    SCHEDULE,
    SCHEDULES,
    SUBSCRIBE,
    SUBSCRIPTIONS,
    UNSUBSCRIBE,
    Command,
    parse_command,
)
from core.errors import InvalidError

type Obey = Callable[[Desk, Asked, Viewer, Command], Awaitable[None]]


class MissingQuestionError(InvalidError):
    """There is no question in that."""


_DOUBLE_CLICK: Final = timedelta(minutes=1)
"""Later the same question has other figures, and pressing its button again is meant."""
_FILES: Final = frozenset({Form.CSV, Form.XLSX, Form.JSON})
_COMMANDS: Final[Mapping[str, Obey]] = {
    ALERTS: alerts.listed,
    ANOMALIES: anomalies.listed,
    SUBSCRIBE: subscriptions.subscribe,
    UNSUBSCRIBE: subscriptions.unsubscribe,
    SUBSCRIPTIONS: subscriptions.listed,
    SCHEDULE: schedules.typed,
    SCHEDULES: schedules.typed,
}
_MENTION: Final = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


async def command(desk: Desk, asked: Asked) -> None:
    """What is typed after the slash command: answered to the asker alone."""
    viewer = await desk.viewer(asked)
    names, asker = await desk.names(asked, viewer)
    today = desk.services.today()
    understood = parse_command(asked.text, today=today, names=names, asker=asker)
    await _obey(desk, asked, viewer, understood)


async def message(desk: Desk, asked: Asked) -> None:
    """A mention or a direct message: answered in its thread, for all who read it; once.

    Slack repeats an event that it thinks was missed.
    """
    if not await desk.services.jobs.once("slack.event", asked.event):
        return
    typed = _MENTION.sub(" ", asked.text).strip()
    typed = typed.removeprefix(desk.command).strip()
    await command(desk, asked.saying(typed or "help"))


async def ask(desk: Desk, asked: Asked) -> None:
    """A button that asks: its answer takes the place of a private one."""
    viewer, understood = await _pressed(desk, asked)
    await _obey(desk, asked, viewer, understood)


async def share(desk: Desk, asked: Asked) -> None:
    """Post an answer for all to see."""
    viewer, understood = await _pressed(desk, asked)
    async with _pressed_once(desk, asked) as first:
        if first and asked.channel is not None:
            answer = await _answered(desk, viewer, understood)
            await answers.post(
                desk, answer, asked.channel, thread=asked.thread, shared_by=asked.user
            )


async def send_chart(desk: Desk, asked: Asked) -> None:
    """Send the asker the picture, which a private answer can't hold without an address."""
    viewer, understood = await _pressed(desk, asked)
    async with _pressed_once(desk, asked) as first:
        if first:
            await answers.post(desk, await _answered(desk, viewer, understood), asked.user)
    if first:
        await desk.answer(asked, blocks.said("I sent you the chart in a direct message."))


async def send_csv(desk: Desk, asked: Asked) -> None:
    """Send the asker the figures as a file."""
    viewer, understood = await _pressed(desk, asked)
    async with _pressed_once(desk, asked) as first:
        if first:
            answer = await _answered(desk, viewer, understood)
            await answers.send_figures(desk, asked, answer, Format.CSV)


async def send_file(desk: Desk, asked: Asked) -> None:
    """Send the asker a report as a file; the button's name ends with its format."""
    viewer, understood = await _pressed(desk, asked)
    async with _pressed_once(desk, asked) as first:
        if first:
            answer = await _answered(desk, viewer, understood)
            form = Format(asked.action.rpartition(".")[2])
            await answers.send_figures(desk, asked, answer, form)


async def outdated(desk: Desk, asked: Asked) -> None:
    """A button that nothing listens to any more, in a message of another version."""
    old = f"This button is of another version. Ask again with {desk.command}."
    await desk.answer(asked, blocks.said(old))


@asynccontextmanager
async def _pressed_once(desk: Desk, asked: Asked) -> AsyncGenerator[bool]:
    """Whether a button of a message is pressed for the first time: people double-click.

    What fails may be pressed again.
    """
    jobs = desk.services.jobs
    job = await jobs.claim(asked.action, asked.pressed, lasting=_DOUBLE_CLICK)
    if job is None:
        yield False
        return
    async with jobs.running(job):
        yield True


async def _pressed(desk: Desk, asked: Asked) -> tuple[Viewer, Command]:
    """The question, or the command about one, that is a button's value."""
    viewer = await desk.viewer(asked)
    names = await desk.services.costs.vocabulary(viewer)
    return viewer, parse_command(asked.text, today=desk.services.today(), names=names)


async def _obey(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    verb, rest = understood.verb, understood.rest.strip()
    page = pages.PAGES.get(verb)
    if verb == BUDGET:
        await budgets.typed(desk, asked, viewer, rest)
    elif verb in ASKED:
        await _answer(desk, asked, viewer, understood)
    elif verb == BUDGETS:
        await budgets.listed(desk, asked)
    elif verb in _COMMANDS:
        await _COMMANDS[verb](desk, asked, viewer, understood)
    elif verb == EXPORT and understood.query is not None:
        await exports.ask(desk, asked, viewer, understood.query, understood)
    elif verb == "project" and rest:
        await projects.show(desk, asked, rest)
    elif verb in ("projects", "project"):
        await projects.show_all(desk, asked)
    elif page is not None:
        await page(desk, asked, rest)
    else:
        await later.say(desk, asked, understood)


async def _answer(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    answer = await _answered(desk, viewer, understood)
    if understood.query is not None and understood.query.form in _FILES:
        await answers.send_figures(desk, asked, answer, exporting.format_of(understood.query))
    elif asked.response is not None:
        await answers.privately(desk, asked, answer)
    else:
        await answers.post(desk, answer, asked.channel or asked.user, thread=asked.thread)


async def _answered(desk: Desk, viewer: Viewer, understood: Command) -> Answered:
    """The answer to a question, or to the command about one; an export's is the question's.

    Raises:
        MissingQuestionError: there is no question in it.
    """
    if understood.query is None:
        raise understood.problem or MissingQuestionError
    ask = ASKED.get(understood.verb, ASKED[COST])
    return await ask(desk.services, understood.query, viewer)
