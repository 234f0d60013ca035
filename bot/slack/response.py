"""Where a command or a click is answered privately."""

import asyncio
import time
from typing import Final

import aiohttp
import orjson
from pydantic import SecretStr

from bot.render.blocks import Message
from core.errors import UnavailableError

USES: Final = 5
LIFE_SECONDS: Final = 30 * 60
_TRIES: Final = 3
_TOO_MANY: Final = 429
_BROKEN: Final = 500
_LONGEST_WAIT: Final = 30.0


class UnansweredError(UnavailableError):
    """Slack did not take an answer."""


class ResponseUrl:
    """A response URL: a bearer secret that takes five answers within half an hour.

    Slack counts uses, not successes, so every attempt is one. It never shows its address:
    not in a log, not in an error, not when it is printed.
    """

    def __init__(self, url: str) -> None:
        self._url = SecretStr(url)
        self._left = USES
        self._until = time.monotonic() + LIFE_SECONDS

    def __repr__(self) -> str:
        return f"ResponseUrl(left={self._left})"

    async def send(
        self, session: aiohttp.ClientSession, message: Message, *, replace: bool = False
    ) -> None:
        """Answer; where Slack is busy or broken for a moment, again.

        Args:
            session: to send it with.
            message: what only the asker shall see.
            replace: put it in the place of the message that was clicked in.

        Raises:
            UnansweredError: Slack refused it, or the address is used up.
        """
        content = {
            "response_type": "ephemeral",
            "replace_original": replace,
            "text": message.text,
            "blocks": message.blocks,
        }
        for last in (*(False,) * (_TRIES - 1), True):
            status, told, wait = await self._try(session, content)
            if told is None:
                return
            # One use is kept for saying that it went wrong.
            if last or wait is None or self._left <= 1:
                raise UnansweredError(f"Slack did not take the answer ({status}): {told[:200]}")
            await asyncio.sleep(wait)

    async def _try(
        self, session: aiohttp.ClientSession, content: dict[str, object]
    ) -> tuple[int, str | None, float | None]:
        """Status, why not (None: taken), and in how many seconds it may be tried again."""
        if self._left <= 0 or time.monotonic() > self._until:
            return 0, "the response URL is used up", None
        self._left -= 1
        try:
            async with session.post(self._url.get_secret_value(), json=content) as reply:
                told = await reply.text()
                if reply.status == _TOO_MANY:
                    return reply.status, told, _seconds(reply.headers.get("Retry-After"))
                if reply.status >= _BROKEN:
                    return reply.status, told or "no words", 1.0
                return reply.status, None if reply.ok and _taken(told) else told, None
        except (aiohttp.ClientError, TimeoutError) as error:
            return 0, type(error).__name__, 1.0


def _taken(told: str) -> bool:
    """Slack says `ok`, or JSON with `ok`."""
    if told in ("ok", ""):
        return True
    try:
        return bool(orjson.loads(told)["ok"])
    except (ValueError, TypeError, KeyError):
        return False


def _seconds(retry_after: str | None) -> float:
    told = retry_after or ""
    return min(float(told), _LONGEST_WAIT) if told.isdecimal() else 1.0
