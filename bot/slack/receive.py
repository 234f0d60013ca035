"""Slack's requests over HTTP: refused before Bolt sees them when they can't be Slack's.

Bolt 1.30 answers 500 to a time stamp that is no number, to a body that isn't UTF-8 and to a
payload that isn't JSON; anybody can send those.
"""

import json
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
LARGEST = 1_000_000


def route(app: AsyncApp) -> web.RouteDef:
    """The one route that commands, interactions and events arrive at."""

    async def receive(request: web.Request) -> web.StreamResponse:
        if (reason := await _impossible(request)) is not None:
            raise web.HTTPBadRequest(text=reason)
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return web.post(PATH, receive)


async def _impossible(request: web.Request) -> str | None:
    """Why a request can't be one of Slack's, if it can't."""
    if (request.content_length or 0) > LARGEST:
        return "The body is too large."
    if not request.headers.get("X-Slack-Request-Timestamp", "").isdecimal():
        return "X-Slack-Request-Timestamp must be a number."
    try:
        body = (await request.read()).decode()
    except UnicodeDecodeError:
        return "The body must be UTF-8."
    return None if _readable(body, request.content_type) else "The body can't be read."


def _readable(body: str, content_type: str) -> bool:
    try:
        if content_type == "application/json":
            return isinstance(json.loads(body), dict)
        payload = parse_qs(body).get("payload", ["{}"])[0]
        return isinstance(json.loads(payload), dict)
    except (ValueError, RecursionError):
        return False
