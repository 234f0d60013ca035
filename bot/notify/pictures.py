"""Pictures in messages to Slack: uploaded once, shown in their places, said in words if need be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.channel import Keep, Letter
from bot.render.blocks import Message
from bot.render.blocks.picture import PICTURE
from bot.slack_web.client import BUSY, code
from bot.slack_web.files import UploadError, not_ready, upload, when_ready
from core.outbox.model import Delivery

_KEPT: Final = "pictures"
_WAITS: Final = BUSY | {"ratelimited", "rate_limited"}

_log = structlog.get_logger()

type Files = Mapping[str, str]
"""Slack's ids of pictures, by their names."""


async def uploaded(
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
    delivery: Delivery,
    letter: Letter,
    keep: Keep,
) -> Files:
    """Upload what earlier tries haven't; a picture that Slack refuses is left out.

    Raises:
        SlackApiError: Slack asks to wait.
    """
    files: dict[str, str] = dict(delivery.notes.get(_KEPT) or {})
    for each in letter.pictures:
        if each.png is None or each.name in files:
            continue
        try:
            files[each.name] = await upload(
                client, session, each.png, name=f"{each.name}.png", title=each.name
            )
        except (SlackApiError, UploadError) as error:
            if isinstance(error, SlackApiError) and code(error) in _WAITS:
                raise
            _log.warning("a message goes without its picture", picture=each.name, error=str(error))
            continue
        await keep({**delivery.notes, _KEPT: files})
    return files


async def shown[T](letter: Letter, files: Files, send: Callable[[Letter], Awaitable[T]]) -> T:
    """Send a letter with its pictures; without them where Slack doesn't get them ready."""
    if not files:
        return await send(_placed(letter, {}))
    try:
        return await when_ready(lambda: send(_placed(letter, files)))
    except SlackApiError as error:
        if not not_ready(error):
            raise
        _log.warning("a message goes without its picture", error=code(error))
        return await send(_placed(letter, {}))


def _placed(letter: Letter, files: Files) -> Letter:
    blocks = [_block(each, files) for each in letter.message.blocks]
    return replace(letter, message=Message(letter.message.text, blocks))


def _block(block: dict[str, Any], files: Files) -> dict[str, Any]:
    """An image's block with its file; where there is none, the figures in words."""
    name = str(block.get("block_id", "")).removeprefix(PICTURE)
    if block["type"] != "image" or not str(block.get("block_id", "")).startswith(PICTURE):
        return block
    if name in files:
        return block | {"slack_file": {"id": files[name]}}
    words = {"type": "plain_text", "text": f"The chart isn't to be had. {block['alt_text']}"}
    return {"type": "context", "block_id": block["block_id"], "elements": [words]}
