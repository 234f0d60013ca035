"""Pictures in messages to Slack: uploaded once, shown in their places, said in words if need be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final

import aiohttp
import structlog
from cachetools import TTLCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.channel import Keep, Letter
from bot.render.blocks import Message
from bot.render.blocks.picture import PICTURE
from bot.slack_web.client import BUSY, code
from bot.slack_web.files import UploadError, not_ready, upload, when_ready
from core.outbox.model import Delivery

_KEPT: Final = "pictures"
_MOST_KNOWN: Final = 1000
_KNOWN_SECONDS: Final = 24 * 3600
_WAITS: Final = BUSY | {"ratelimited", "rate_limited"}

_log = structlog.get_logger()

type Files = Mapping[str, str]
"""Slack's ids of pictures, by their names."""


class Pictures:
    """Uploads each picture once: a message tried again shows it, as do its updates and others.

    What earlier tries uploaded is kept with the delivery, what others did in memory.
    """

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._session = session
        self._known: TTLCache[str, str] = TTLCache(_MOST_KNOWN, _KNOWN_SECONDS)

    async def uploaded(self, delivery: Delivery, letter: Letter, keep: Keep) -> Files:
        """Upload what isn't yet; a picture that Slack refuses is left out.

        Raises:
            SlackApiError: Slack asks to wait.
        """
        kept: dict[str, str] = dict(delivery.notes.get(_KEPT) or {})
        files: dict[str, str] = {}
        for each in letter.pictures:
            if each.png is None:
                continue
            digest = _digest(each.png)
            if digest not in kept:
                number = self._known.get(digest) or await self._upload(each.name, each.png)
                if number is None:
                    continue
                kept[digest] = number
                await keep({**delivery.notes, _KEPT: kept})
            files[each.name] = self._known[digest] = kept[digest]
        return files

    async def _upload(self, name: str, png: bytes) -> str | None:
        try:
            return await upload(self._client, self._session, png, name=f"{name}.png", title=name)
        except (SlackApiError, UploadError) as error:
            if isinstance(error, SlackApiError) and code(error) in _WAITS:
                raise
            _log.warning("a message goes without its picture", picture=name, error=str(error))
            return None

    async def shown[T](
        self, letter: Letter, files: Files, send: Callable[[Letter], Awaitable[T]]
    ) -> T:
        """Send a letter with its pictures; without them where Slack doesn't get them ready."""
        if not files:
            return await send(_placed(letter, {}))
        try:
            return await when_ready(lambda: send(_placed(letter, files)))
        except SlackApiError as error:
            if not not_ready(error):
                raise
            _log.warning("a message goes without its picture", error=code(error))
            self._forget(files)
            return await send(_placed(letter, {}))

    def _forget(self, files: Files) -> None:
        """Files may be gone: somebody deletes them, or they are too old."""
        for digest, number in [*self._known.items()]:
            if number in files.values():
                self._known.pop(digest, None)


def _digest(png: bytes) -> str:
    return blake2b(png, digest_size=16).hexdigest()


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
