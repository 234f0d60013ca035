"""Slack's requests over HTTP: refused before Bolt sees them when they can't be Slack's.

Bolt 1.30 answers 500 to a time stamp that is no number, to a body that isn't UTF-8 and to a
payload that isn't JSON; anybody can send those.
"""

import json
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
LARGEST = 1_000_000
_DIGITS = 12
_JSON = "application/json"


def route(app: AsyncApp) -> web.RouteDef:
    """The one route that commands, interactions and events arrive at."""

    async def receive(request: web.Request) -> web.StreamResponse:
        await _refuse_impossible(request)
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return web.post(PATH, receive)


async def _refuse_impossible(request: web.Request) -> None:
    """Refuse what can't be one of Slack's requests."""
    stamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not (stamp.isdecimal() and len(stamp) <= _DIGITS):
        raise web.HTTPBadRequest(text="X-Slack-Request-Timestamp must be a number.")
    try:
        body = (await _read(request)).decode()
    except UnicodeDecodeError:
        raise web.HTTPBadRequest(text="The body must be UTF-8.") from None
    if not _readable(body, request.content_type):
        raise web.HTTPBadRequest(text="The body can't be read.")


async def _read(request: web.Request) -> bytes:
    """The body; one that is sent in chunks says only as it comes how long it is."""
    told = request.content_length or 0
    body = await request.read() if told <= LARGEST else b""
    if max(told, len(body)) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(max_size=LARGEST, actual_size=max(told, len(body)))
    return body


def _readable(body: str, content_type: str) -> bool:
    """Whether Bolt can read a body: by its type, or by how it begins."""
    try:
        if content_type == _JSON or body.startswith("{"):
            return isinstance(json.loads(body), dict)
        payload = dict(parse_qsl(body, keep_blank_values=True)).get("payload", "{}")
        return isinstance(json.loads(payload), dict)
    except (ValueError, RecursionError):
        return False
