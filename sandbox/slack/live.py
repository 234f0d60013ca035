"""What the page fetches besides JSON: the stream of changes, and pictures from the proxy."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.slack.model import Json
from sandbox.slack.slack import Slack

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def picture(slack: Slack) -> Handler:
    """A picture that Slack's proxy fetched."""

    async def handle(request: web.Request) -> web.Response:
        if (kept := slack.pictures.get(request.match_info["key"])) is None:
            raise web.HTTPNotFound
        kind, content = kept
        return web.Response(body=content, content_type=kind)

    return handle


def stream(slack: Slack) -> Handler:
    """Server-sent events: everything that changes and that this person may see."""

    async def handle(request: web.Request) -> web.StreamResponse:
        me = request.query.get("as")
        queue: asyncio.Queue[Json] = asyncio.Queue()
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        listener = queue.put_nowait
        slack.workspace.listeners.add(listener)
        try:
            with contextlib.suppress(ConnectionError):
                await response.write(b'data: {"type": "hello"}\n\n')
                while (change := await queue.get())["type"] != "closed":
                    if change.get("only_for") in (None, me):
                        await response.write(f"data: {json.dumps(change)}\n\n".encode())
        finally:
            slack.workspace.listeners.discard(listener)
        return response

    return handle
