"""Files for Slack: pictures in messages, and documents.

A picture is uploaded without a channel and shown by an image block, because Slack can
answer ok to an upload with an alternative text and a channel and then share nothing. It is
processed after the upload: a message that shows it is refused until then, so posting is
tried again; the file is uploaded once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.enclosed import LargeFile
from core.errors import UnavailableError

_PAUSES: Final = (0.3, 0.5, 1, 2, 3, 5)
_REFUSED: Final = 400
_PATIENCE: Final = 1800
"""Seconds that a gigabyte may take on its way."""
_NOT_READY: Final = ("slack_file", "slack file", "file_not_found")


class UploadError(UnavailableError):
    """Slack did not take a file."""


async def upload(
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
    content: bytes,
    *,
    name: str,
    title: str,
    channel: str | None = None,
    thread: str | None = None,
) -> str:
    """Upload a file, to a channel or to none yet; its id.

    Raises:
        SlackApiError: Slack refuses it.
        UploadError: the upload itself failed.
    """
    number = await send(client, session, content, name=name)
    await complete(client, number, title=title, channel=channel, thread=thread)
    return number


async def send(
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
    content: bytes | LargeFile,
    *,
    name: str,
) -> str:
    """Send a file to Slack, where nobody sees it before it is completed; its id."""
    size = content.size if isinstance(content, LargeFile) else len(content)
    place = await client.files_getUploadURLExternal(filename=name, length=size)
    await _send(session, place["upload_url"], content)
    return str(place["file_id"])


async def complete(
    client: AsyncWebClient,
    number: str,
    *,
    title: str,
    channel: str | None = None,
    thread: str | None = None,
    comment: str = "",
) -> None:
    """Finish the upload of a file, and share it in a channel if one is given."""
    await client.files_completeUploadExternal(
        files=[{"id": number, "title": title}],
        channel_id=channel,
        thread_ts=thread,
        initial_comment=comment or None,
    )


async def _send(session: aiohttp.ClientSession, url: str, content: bytes | LargeFile) -> None:
    """Send the bytes to their address, which is a secret: no error shows it."""
    if isinstance(content, LargeFile):
        length, patience = {"Content-Length": str(content.size)}, aiohttp.ClientTimeout(_PATIENCE)
        request = session.post(url, data=content.parts(), headers=length, timeout=patience)
    else:
        request = session.post(url, data=content)
    try:
        async with request as reply:
            status = reply.status
    except (aiohttp.ClientError, TimeoutError) as error:
        raise UploadError(f"Slack did not take a file ({type(error).__name__}).") from None
    if status >= _REFUSED:
        raise UploadError(f"Slack did not take a file (status {status}).")


async def when_ready[T](post: Callable[[], Awaitable[T]]) -> T:
    """Post a message that shows an uploaded picture, trying again until Slack has it ready."""
    for pause in _PAUSES:
        try:
            return await post()
        except SlackApiError as error:
            if not not_ready(error):
                raise
        await asyncio.sleep(pause)
    return await post()


def not_ready(error: Exception) -> bool:
    """Whether a refusal may be because an uploaded file isn't processed yet."""
    if not isinstance(error, SlackApiError):
        return False
    told = str(getattr(error.response, "data", ""))
    return any(word in told for word in _NOT_READY)
