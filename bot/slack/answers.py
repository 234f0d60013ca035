"""How an answer gets to Slack: privately, posted for all, or as a file."""

import asyncio
from typing import Final

import structlog
from slack_sdk.errors import SlackApiError

from bot.asking import Answered
from bot.render import blocks
from bot.render.blocks import ChartFile, ChartImage, ChartNative, ChartPlace, Look, Message
from bot.render.charges import Format
from bot.render.charts.spec import Chart
from bot.render.charts.worker import ChartError
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack.links import Pictured
from bot.slack.response import UnansweredError
from bot.slack_web.client import code
from bot.slack_web.files import UploadError, not_ready, upload, when_ready

_log = structlog.get_logger()
_NO_CHART: Final = "The chart could not be drawn just now; the figures are all here."
_PATIENCE_SECONDS: Final = 3
"""How long a private answer waits for its picture before it shows Slack's own chart."""


async def privately(desk: Desk, asked: Asked, answer: Answered) -> None:
    """Answer with the picture by its address; where Slack can't fetch that, with its own chart."""
    address = await picture_address(desk, asked, answer.text, answer.drawn)
    if address is not None:
        pictured = answer.message(Look(ChartImage(address)))
        try:
            await desk.answer(asked, pictured, replace=asked.private)
        except UnansweredError:
            desk.links.doubt()
        else:
            return
    native = answer.message(Look(ChartNative(), send_chart=True))
    await desk.answer(asked, native, replace=asked.private)


async def picture_address(
    desk: Desk, asked: Asked, question: str, chart: Chart | None
) -> str | None:
    """Where Slack can fetch the picture, which is drawn by then; None: nowhere."""
    if chart is None:
        return None
    pictured = Pictured(question, desk.services.today(), asked.workspace, asked.user)
    address = desk.links.address(pictured)
    if address is not None:
        try:
            await desk.drawings.draw(chart, seconds=_PATIENCE_SECONDS)
        except (ChartError, TimeoutError) as error:
            _log.warning("slack.chart", error=str(error) or "it takes too long")
            return None
        desk.shown[pictured] = chart
    return address


async def post(
    desk: Desk,
    answer: Answered,
    channel: str,
    *,
    thread: str | None = None,
    shared_by: str | None = None,
) -> None:
    """Post an answer with its picture uploaded; without it rather than not at all."""
    drawn = answer.drawn

    def written(place: ChartPlace | None, apology: str = "") -> Message:
        return answer.message(Look(place, shared_by=shared_by, share=False, apology=apology))

    plain = written(None, _NO_CHART)
    try:
        file = None if drawn is None else await _upload(desk, drawn, answer.text)
    except (ChartError, UploadError) as error:
        _log.warning("slack.chart", error=str(error))
        pictured = plain
    except SlackApiError as error:
        _log.warning("slack.chart", error=code(error))
        pictured = plain
    else:
        pictured = written(None if file is None else ChartFile(file))
    try:
        await when_ready(lambda: desk.post(channel, pictured, thread=thread))
    except SlackApiError as error:
        if not not_ready(error):
            raise
        await desk.post(channel, plain, thread=thread)


async def _upload(desk: Desk, chart: Chart, title: str) -> str:
    content = await desk.drawings.draw(chart)
    return await upload(desk.client, desk.session, content, name="chart.png", title=title)


async def send_file(desk: Desk, asked: Asked, about: str, name: str, content: bytes) -> None:
    """Send a file: to the asker, or into the thread they asked in.

    Args:
        desk: what all listeners share.
        asked: by whom, where.
        about: what it is of, in a few words.
        name: the file's.
        content: what is in it.
    """
    if asked.response is None and asked.channel is not None:
        await _upload_file(desk, name, content, asked.channel, asked.thread)
        return
    intro = blocks.said(about)
    place = await desk.client.chat_postMessage(
        channel=asked.user, text=intro.text, blocks=intro.blocks
    )
    await _upload_file(desk, name, content, place["channel"], None)
    kind = name.rpartition(".")[2].upper()
    await desk.answer(asked, blocks.said(f"I sent you the {kind} in a direct message."))


async def send_figures(desk: Desk, asked: Asked, answer: Answered, form: Format) -> None:
    """Send the figures of an answer as a file."""
    name, content = await asyncio.to_thread(answer.file, form)
    await send_file(desk, asked, f"The figures of: {answer.text}", name, content)


async def _upload_file(
    desk: Desk, name: str, content: bytes, channel: str, thread: str | None
) -> None:
    await upload(
        desk.client,
        desk.session,
        content,
        name=name,
        title=name,
        channel=channel,
        thread=thread,
    )
