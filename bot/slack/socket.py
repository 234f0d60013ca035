"""Socket Mode: Slack's requests without a public address."""

import logging
import time
from typing import Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

PING_SECONDS: Final = 5.0
"""A connection that doesn't answer four of them has died and is made anew."""
_QUIET_SECONDS: Final = 600


async def connect(bolt: AsyncApp, client: AsyncWebClient, app_token: str) -> AsyncSocketModeHandler:
    """Connect; the connection is made anew when it ends or dies.

    Raises:
        SlackApiError: the token isn't accepted. Slack's own client would try for ever.
    """
    opened = await client.apps_connections_open(app_token=app_token)
    logger = logging.getLogger("slack_bolt.socket_mode")
    logger.addFilter(_Seldom())
    handler = AsyncSocketModeHandler(bolt, app_token, logger=logger, ping_interval=PING_SECONDS)
    handler.client.wss_uri = opened["url"]
    await handler.connect_async()  # type: ignore[no-untyped-call]  # of slack_bolt
    return handler


class _Seldom(logging.Filter):
    """Lets a complaint through once in ten minutes, without its stack.

    Slack's client complains at every attempt: of a token that was revoked, for ever.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this hasn't been said lately."""
        if record.levelno < logging.WARNING:
            return True
        record.exc_info = None
        what = str(record.msg).partition("(")[0]
        now = time.monotonic()
        if now - self._told.get(what, -_QUIET_SECONDS) < _QUIET_SECONDS:
            return False
        self._told[what] = now
        return True
