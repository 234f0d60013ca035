"""Questions about costs: typed after the command, in messages, or asked by a button."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.render import blocks, csv
from bot.render.blocks import ChartFile, ChartImage, ChartNative, ChartPlace, Message
from bot.render.charts import chart_of
from bot.render.charts.worker import ChartError
from bot.slack import pages, projects
from bot.slack.asked import Asked
from bot.slack.desk import Desk, UnansweredError
from bot.slack.files import not_ready, upload, when_ready
from bot.slack.links import Pictured
from core.access.model import Viewer
from core.costs.model import CostAnswer, CostQuery, Form
from core.costs.question import Command, parse_command, parse_cost_query
from core.errors import ForbiddenError, NotFoundError

_log = structlog.get_logger()
_MENTION: Final = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_CLOSED: Final = ("not_in_channel", "channel_not_found", "is_archived", "restricted_action")
_NO_CHART: Final = "The chart could not be drawn just now; the figures are all here."


class ClosedChannelError(ForbiddenError):
    """The app can't post in this channel."""


class NotHereYetError(NotFoundError):
    """That is not part of this version."""


async def command(desk: Desk, asked: Asked) -> None:
    """What is typed after the slash command: answered to the asker alone."""
    viewer, understood = await _read(desk, asked, asked.text)
    await _obey(desk, asked, viewer, understood)


async def message(desk: Desk, asked: Asked) -> None:
    """A mention or a direct message: answered in its thread, for all who read it; once.

    Slack repeats an event that it thinks was missed.
    """
    if not await desk.services.jobs.once("slack.event", asked.event):
        return
    typed = _MENTION.sub(" ", asked.text).strip().removeprefix(desk.command)
    viewer, understood = await _read(desk, asked, typed)
    await _obey(desk, asked, viewer, understood)


async def ask(desk: Desk, asked: Asked) -> None:
    """A button that asks: its answer takes the place of a private one."""
    viewer, query = await _pressed(desk, asked)
    await _answer(desk, asked, query, viewer)


async def share(desk: Desk, asked: Asked) -> None:
    """Post an answer for all to see.

    Raises:
        ClosedChannelError: with how to invite the app.
    """
    viewer, query = await _pressed(desk, asked)
    async with _pressed_once(desk, asked) as first:
        if first and asked.channel is not None:
            answer = await desk.services.costs.answer(query, viewer)
            await _post(desk, answer, asked.channel, thread=asked.thread, shared_by=asked.user)


async def send_chart(desk: Desk, asked: Asked) -> None:
    """Send the asker the picture, which a private answer can't hold without an address."""
    viewer, query = await _pressed(desk, asked)
    async with _pressed_once(desk, asked) as first:
        if first:
            await _post(desk, await desk.services.costs.answer(query, viewer), asked.user)
    await desk.answer(asked, blocks.said("I sent you the chart in a direct message."))


async def send_csv(desk: Desk, asked: Asked) -> None:
    """Send the asker the lines as a file."""
    viewer, query = await _pressed(desk, asked)
    async with _pressed_once(desk, asked) as first:
        if first:
            await _send_csv(desk, asked, query, viewer)


@asynccontextmanager
async def _pressed_once(desk: Desk, asked: Asked) -> AsyncGenerator[bool]:
    """Whether a button of a message is pressed for the first time: people double-click.

    What fails may be pressed again.
    """
    key = f"{asked.workspace}:{asked.channel}:{asked.message}:{asked.user}:{asked.text}"
    job = await desk.services.jobs.claim(asked.action, key)
    if job is None:
        yield False
        return
    async with desk.services.jobs.running(job):
        yield True


async def picture(desk: Desk, pictured: Pictured) -> bytes | None:
    """Draw what an address stands for, as far as its asker may see; None: no picture."""
    asked = Asked(workspace=pictured.workspace, user=pictured.user)
    viewer = await desk.viewer(asked)
    names = await desk.services.costs.vocabulary(viewer)
    query = parse_cost_query(pictured.question, today=pictured.today, names=names)
    chart = chart_of(await desk.services.costs.answer(query, viewer))
    return None if chart is None else await desk.services.charts.draw(chart)


async def _read(desk: Desk, asked: Asked, typed: str) -> tuple[Viewer, Command]:
    viewer = await desk.viewer(asked)
    names, asker = await desk.names(asked, viewer)
    today = desk.services.today()
    return viewer, parse_command(typed, today=today, names=names, asker=asker)


async def _pressed(desk: Desk, asked: Asked) -> tuple[Viewer, CostQuery]:
    """The question that is a button's value."""
    viewer = await desk.viewer(asked)
    names = await desk.services.costs.vocabulary(viewer)
    return viewer, parse_cost_query(asked.text, today=desk.services.today(), names=names)


async def _obey(desk: Desk, asked: Asked, viewer: Viewer, understood: Command) -> None:
    if understood.query is not None and understood.verb == "export":
        await _send_csv(desk, asked, understood.query, viewer)
    elif understood.query is not None and understood.verb == "cost":
        await _answer(desk, asked, understood.query, viewer)
    elif understood.verb == "project" and understood.rest:
        await projects.show(desk, asked, understood.rest)
    elif understood.verb in ("projects", "project"):
        await projects.show_all(desk, asked)
    elif (page := pages.PAGES.get(understood.verb)) is not None:
        await page(desk, asked, understood.rest)
    else:
        raise NotHereYetError(
            f"{understood.verb!r} is not part of this version.",
            fix=f"{desk.command} help shows what is.",
        )


async def _answer(desk: Desk, asked: Asked, query: CostQuery, viewer: Viewer) -> None:
    if query.form is Form.CSV:
        await _send_csv(desk, asked, query, viewer)
        return
    answer = await desk.services.costs.answer(query, viewer)
    if asked.response_url is None and asked.channel is not None:
        await _post(desk, answer, asked.channel, thread=asked.thread)
    else:
        await _answer_privately(desk, asked, answer)


async def _answer_privately(desk: Desk, asked: Asked, answer: CostAnswer) -> None:
    """Answer with the picture by its address; where Slack can't fetch that, with its own chart."""
    native = blocks.cost_answer(answer, chart=ChartNative(), send_chart=True)
    address = _address(desk, asked, answer)
    if address is None:
        await desk.answer(asked, native, replace=asked.private)
        return
    pictured = blocks.cost_answer(answer, chart=ChartImage(address))
    try:
        await desk.answer(asked, pictured, replace=asked.private)
    except UnansweredError:
        await desk.answer(asked, native, replace=asked.private)


def _address(desk: Desk, asked: Asked, answer: CostAnswer) -> str | None:
    if answer.query.form is Form.TABLE:
        return None
    today = desk.services.today()
    return desk.links.address(Pictured(answer.text, today, asked.workspace, asked.user))


async def _post(
    desk: Desk,
    answer: CostAnswer,
    channel: str,
    *,
    thread: str | None = None,
    shared_by: str | None = None,
) -> None:
    """Post an answer with its picture uploaded; without it rather than not at all."""

    def written(place: ChartPlace | None, apology: str = "") -> Message:
        return blocks.cost_answer(
            answer, chart=place, share=False, shared_by=shared_by, apology=apology
        )

    plain = written(None, _NO_CHART)
    try:
        file = await _upload_chart(desk, answer)
        pictured = written(None if file is None else ChartFile(file))
    except (ChartError, SlackApiError, aiohttp.ClientError):
        _log.exception("slack.chart", channel=channel)
        pictured = plain
    try:
        await _post_either(desk, channel, thread, (pictured, plain))
    except SlackApiError as error:
        if error.response["error"] in _CLOSED:
            raise _closed(channel) from error
        raise


async def _post_either(
    desk: Desk, channel: str, thread: str | None, choices: tuple[Message, Message]
) -> None:
    """Post the first of two messages; the second if its picture never gets ready."""
    pictured, plain = choices
    try:
        await when_ready(lambda: desk.post(channel, pictured, thread=thread))
    except SlackApiError as error:
        if not not_ready(error):
            raise
        await desk.post(channel, plain, thread=thread)


async def _upload_chart(desk: Desk, answer: CostAnswer) -> str | None:
    chart = None if answer.query.form is Form.TABLE else chart_of(answer)
    if chart is None:
        return None
    drawn = await desk.services.charts.draw(chart)
    return await upload(desk.client, drawn, name="chart.png", title=answer.text)


def _closed(channel: str) -> ClosedChannelError:
    return ClosedChannelError(
        f"I can't post in <#{channel}>: I am not a member of it.",
        fix="Invite me with /invite @Cloud Cost, then press Share again.",
    )


async def _send_csv(desk: Desk, asked: Asked, query: CostQuery, viewer: Viewer) -> None:
    """Send the lines as a file: to the asker, or into the thread they asked in."""
    answer = await desk.services.costs.answer(query, viewer)
    content = csv.cost_answer(answer)
    if asked.response_url is None and asked.channel is not None:
        await _upload_csv(desk, answer, content, asked.channel, asked.thread)
        return
    intro = blocks.said(f"The figures of: {answer.text}")
    place = await desk.client.chat_postMessage(
        channel=asked.user, text=intro.text, blocks=intro.blocks
    )
    await _upload_csv(desk, answer, content, place["channel"], None)
    await desk.answer(asked, blocks.said("I sent you the CSV in a direct message."))


async def _upload_csv(
    desk: Desk, answer: CostAnswer, content: bytes, channel: str, thread: str | None
) -> None:
    name = csv.file_name(answer)
    await upload(desk.client, content, name=name, title=name, channel=channel, thread=thread)
