"""From Slack to the app: signed requests over HTTP, or envelopes over Socket Mode."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.config import Config
from sandbox.slack.model import Json

AGENT: Final = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back within the time allowed; `failure` is Slack's word for why nothing did."""

    body: Any = None
    failure: str | None = None
    status: int | None = None
    no_retry: bool = False


class Sockets(Protocol):
    """Socket Mode connections, seen from here."""

    async def send(self, kind: str, payload: Json, retry: tuple[int, str] | None) -> Reply:
        """Send an envelope down one connection and wait for its acknowledgement."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature of a request. Source: docs.slack.dev, 'Verifying requests from Slack'."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Delivery:
    """Sends payloads to the app in whichever way it is connected."""

    def __init__(self, config: Config, sockets: Sockets) -> None:
        self._config = config
        self._sockets = sockets
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to send."""
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        """Stop sending."""
        if self._session:
            await self._session.close()

    async def command(self, form: Json) -> Reply:
        """A slash command."""
        if self._config.socket:
            return await self._sockets.send("slash_commands", form, None)
        return await self._post(urlencode(form).encode(), "application/x-www-form-urlencoded")

    async def interaction(self, payload: Json) -> Reply:
        """A click, a submission, a shortcut or a request for options."""
        if self._config.socket:
            return await self._sockets.send("interactive", payload, None)
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self._post(body, "application/x-www-form-urlencoded")

    async def event(self, payload: Json, retry: tuple[int, str] | None = None) -> Reply:
        """An event, or its redelivery: which one and why."""
        if self._config.socket:
            return await self._sockets.send("events_api", payload, retry)
        more = (
            {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]} if retry else {}
        )
        return await self._post(json.dumps(payload).encode(), "application/json", more)

    async def _post(self, body: bytes, kind: str, more: dict[str, str] | None = None) -> Reply:
        if self._session is None or self._config.app_url is None:
            return Reply(failure="dispatch_failed")
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "User-Agent": AGENT,
            "Accept": "application/json,*/*",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self._config.signing_secret, stamp, body),
            **(more or {}),
        }
        try:
            async with asyncio.timeout(self._config.ack_seconds):
                reply = await self._session.post(self._config.app_url, data=body, headers=headers)
                async with reply:
                    return _read(reply, await reply.text())
        except TimeoutError:
            return Reply(failure="operation_timeout")
        except aiohttp.ClientError:
            return Reply(failure="dispatch_failed")


def _read(reply: aiohttp.ClientResponse, body: str) -> Reply:
    no_retry = reply.headers.get("X-Slack-No-Retry") == "1"
    if not reply.ok:
        return Reply(failure="http_service_error", status=reply.status, no_retry=no_retry)
    if not body:
        return Reply(status=reply.status)
    if reply.content_type == "application/json":
        try:
            return Reply(json.loads(body), status=reply.status)
        except ValueError:
            return Reply(failure="invalid_command_response", status=reply.status)
    return Reply(body, status=reply.status)
