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

_PAUSES: Final = (0.3, 0.5, 1, 2, 3, 5)
_NOT_READY: Final = ("slack_file", "slack file", "file_not_found")


async def upload(
    client: AsyncWebClient,
    content: bytes,
    *,
    name: str,
    title: str,
    channel: str | None = None,
    thread: str | None = None,
    comment: str | None = None,
) -> str:
    """Upload a file, to a channel or to none yet; its id.

    Raises:
        SlackApiError: Slack refuses it.
        aiohttp.ClientError: the upload itself failed.
    """
    place = await client.files_getUploadURLExternal(filename=name, length=len(content))
    async with (
        aiohttp.ClientSession() as session,
        session.post(place["upload_url"], data=content) as reply,
    ):
        reply.raise_for_status()
    await client.files_completeUploadExternal(
        files=[{"id": place["file_id"], "title": title}],
        channel_id=channel,
        thread_ts=thread,
        initial_comment=comment,
    )
    return str(place["file_id"])


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
    told = str(error.response.data)
    return any(word in told for word in _NOT_READY)
