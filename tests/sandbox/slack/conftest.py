"""The local Slack for its own tests, and a small application that it talks to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest_asyncio
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.support.slack import Slackbox, slackbox

__all__ = ["App", "app", "slackbox"]

type Json = dict[str, Any]


class App:
    """What an application heard, and how it answers; set `answer` to answer otherwise."""

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[Json], Any] = lambda _: None
        self.status = 200
        self.delay = 0.0
        self.more: dict[str, str] = {}
        self.signed: list[bool] = []

    @property
    def last(self) -> Json:
        """The newest payload."""
        return self.heard[-1]

    async def handle(self, request: web.Request, verifier: SignatureVerifier) -> web.Response:
        body = await request.read()
        self.signed.append(verifier.is_valid_request(body, dict(request.headers)))
        self.headers.append(dict(request.headers))
        self.heard.append(_payload(body.decode(), request.content_type))
        await asyncio.sleep(self.delay)
        answer = self.answer(self.last)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer is None or isinstance(answer, str):
            return web.Response(text=answer or "", status=self.status, headers=self.more)
        return web.json_response(answer, status=self.status)


def _payload(body: str, kind: str) -> Json:
    if kind == "application/json":
        told: Json = json.loads(body)
        return told
    form: Json = dict(parse_qsl(body, keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form


@pytest_asyncio.fixture
async def app(slackbox: Slackbox) -> AsyncIterator[App]:
    """An application that is connected to the local Slack over HTTP."""
    heard = App()
    verifier = SignatureVerifier(slackbox.config.signing_secret)
    server = web.Application()

    async def receive(request: web.Request) -> web.Response:
        return await heard.handle(request, verifier)

    server.router.add_post("/slack/events", receive)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slackbox.connect(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield heard
    await runner.cleanup()
