"""The local Slack for tests: started in this process, and a client that acts as people do.

Use the `slackbox` fixture (import it in a conftest). Point it at an application with
`slackbox.connect(url)`, the application at it with `SLACK_API_URL=slackbox.api_url`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import aiohttp
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.config import Config
from sandbox.slack.server import serving
from sandbox.slack.slack import Slack

__all__ = ["Slackbox", "slackbox"]

type Json = dict[str, Any]

ADA, BEN, CHLOE, GUS = "U0ADA", "U0BEN", "U0CHLOE", "U0GUS"
GENERAL, CHECKOUT, FINANCE, PLATFORM = "C0GENERAL", "C0CHECKOUT", "C0FINANCE", "C0PLATFORM"
RANDOM, ARCHIVED = "C0RANDOM", "C0OLD"
PATIENCE = 60
"""Seconds: a busy machine is no bug, and whoever waits for what comes waits no longer for it."""


class Slackbox:
    """What people do in Slack, and what they see.

    Actions answer with an outcome: `ok`, and `failure` (operation_timeout, dispatch_failed,
    http_service_error …) or `errors` (of a modal's inputs) where it went wrong.
    """

    def __init__(self, slack: Slack, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.config = slack.config
        self._session = session

    @property
    def url(self) -> str:
        """The web page."""
        return self.slack.base

    @property
    def api_url(self) -> str:
        """The base of the Web API, for SLACK_API_URL."""
        return f"{self.slack.base}/api/"

    def client(self, token: str | None = None) -> AsyncWebClient:
        """A Web API client with the bot's token."""
        return AsyncWebClient(token or self.config.bot_token, base_url=self.api_url)

    def connect(self, app_url: str) -> Self:
        """Send commands, interactions and events to an application over HTTP."""
        self.config.app_url = app_url
        return self

    # What people do

    async def say(
        self, text: str, *, user: str = ADA, channel: str = CHECKOUT, thread_ts: str | None = None
    ) -> Json:
        """Type into the box of a channel."""
        return await self._post("say", user=user, channel=channel, text=text, thread_ts=thread_ts)

    async def command(self, text: str, *, user: str = ADA, channel: str = CHECKOUT) -> Json:
        """Type a command, such as '/cost checkout last-7d'; returns when it is acknowledged."""
        return await self.say(text, user=user, channel=channel)

    async def click(
        self,
        place: Json,
        action_id: str,
        *,
        user: str | None = None,
        value: Any = None,
        block_id: str | None = None,
    ) -> Json:
        """Press a button or choose from a menu of a message or a view, by its action id."""
        return await self._post(
            "click",
            **_where(place, user),
            action_id=action_id,
            block_id=block_id,
            value=value,
        )

    async def options(
        self, place: Json, action_id: str, typed: str = "", *, user: str | None = None
    ) -> Json:
        """Type into an external menu; the options that the app gives."""
        return await self._post("options", **_where(place, user), action_id=action_id, value=typed)

    async def submit(self, view: Json, values: Json | None = None, *, user: str = ADA) -> Json:
        """Submit a modal; values by block id or action id, as plain texts, ids and lists."""
        return await self._post("submit", user=user, view_id=view["id"], values=values or {})

    async def close(self, view: Json, *, user: str = ADA, clear: bool = False) -> Json:
        """Close a modal, or with `clear` all of them."""
        return await self._post("close", user=user, view_id=view["id"], clear=clear)

    async def shortcut(self, callback_id: str, *, user: str = ADA, on: Json | None = None) -> Json:
        """Run a shortcut, on a message where one is given."""
        about = {"channel": on["channel"], "ts": on["ts"]} if on else {}
        return await self._post("shortcut", user=user, callback_id=callback_id, **about)

    async def open_home(self, user: str = ADA, tab: str = "home") -> Json:
        """Go to the app's Home tab."""
        return await self._post("open_home", user=user, tab=tab)

    async def dismiss(self, message: Json) -> Json:
        """Dismiss a private message, as the person who sees it."""
        place = {"channel": message["channel"], "ts": message["ts"]}
        return await self._post("dismiss", user=message["only_for"], **place)

    async def invite(self, channel: str, *, joins: bool = True) -> Json:
        """Let the app into a channel, or take it out."""
        return await self._post("membership", channel=channel, joins=joins)

    # What people see

    async def messages(self, channel: str = CHECKOUT, *, user: str | None = None) -> list[Json]:
        """The public messages of a channel, oldest first; with `user` the private ones too."""
        told = await self._get("messages", channel=channel, **({"as": user} if user else {}))
        messages: list[Json] = told["messages"]
        return messages

    async def private(self, user: str = ADA, channel: str = CHECKOUT) -> list[Json]:
        """The messages that only this person sees, oldest first."""
        return [m for m in await self.messages(channel, user=user) if m["only_for"] == user]

    async def views(self, user: str = ADA) -> list[Json]:
        """The modals that somebody has open, the bottom one first."""
        views: list[Json] = (await self._get("views", **{"as": user}))["views"]
        return views

    async def home(self, user: str = ADA) -> Json | None:
        """The app's Home tab as somebody sees it."""
        view: Json | None = (await self._get("home", **{"as": user}))["view"]
        return view

    async def until[T](self, look: Callable[[], Awaitable[T | None]]) -> T:
        """What `look` gives as soon as it gives something; it looks again after each change."""
        changed = asyncio.Event()

        def note(_change: Json) -> None:
            changed.set()

        self.slack.workspace.listeners.add(note)
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := await look()):
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), 0.1)
                    changed.clear()
            return found
        finally:
            self.slack.workspace.listeners.discard(note)

    async def answer(self, *, user: str = ADA, channel: str = CHECKOUT, after: str = "") -> Json:
        """The newest private message for somebody later than the time stamp `after`."""

        async def look() -> list[Json]:
            return [m for m in await self.private(user, channel) if m["ts"] > after]

        return (await self.until(look))[-1]

    # What goes wrong

    async def fail(self, method: str, kind: str, *, times: int = 1, seconds: float = 1) -> None:
        """Let the next calls of a method fail: rate_limit, error (500), slow, silent, an error.

        `silent`: it is done, and nothing is answered within `seconds`.

        The method '*' is any, 'response_url' the response URLs.
        """
        await self._post("faults", method=method, kind=kind, times=times, seconds=seconds)

    async def kill_sockets(self) -> None:
        """Let every Socket Mode connection die without a word."""
        await self._post("sockets", do="kill")

    async def refresh_sockets(self) -> None:
        """Ask the app to connect anew."""
        await self._post("sockets", do="refresh")

    async def later(self, seconds: float) -> None:
        """Let time pass for trigger ids and response URLs."""
        await self._post("clock", ahead=seconds)

    async def event(self, subscription: str, event: Json) -> Json:
        """Send any event, if the app subscribed to it."""
        return await self._post("event", subscription=subscription, event=event)

    async def verify(self) -> bool:
        """Whether the app answers url_verification."""
        return bool((await self._post("verify"))["ok"])

    async def reset(self) -> None:
        """Back to an empty workspace."""
        await self._post("reset")

    async def respond(self, response_url: str, **content: Any) -> tuple[int, str]:
        """Use a response URL; status and body."""
        async with self._session.post(response_url, json=content) as reply:
            return reply.status, await reply.text()

    async def _post(self, verb: str, **asked: Any) -> Json:
        async with self._session.post(f"{self.url}/sandbox/{verb}", json=asked) as reply:
            told: Json = await reply.json()
            return told

    async def _get(self, verb: str, **asked: str) -> Json:
        async with self._session.get(f"{self.url}/sandbox/{verb}", params=asked) as reply:
            told: Json = await reply.json()
            return told


def _where(place: Json, user: str | None) -> Json:
    """A message or a view as the place of an action, by the person who sees it."""
    if place.get("type") == "message":
        who = user or place.get("only_for") or ADA
        return {"user": who, "channel": place["channel"], "ts": place["ts"]}
    return {"user": user or ADA, "view_id": place["id"]}


@pytest_asyncio.fixture
async def slackbox() -> AsyncIterator[Slackbox]:
    """A fresh local Slack on a free port; its three seconds have tests of their own."""
    config = Config(event_retries=(0, 0.05, 0.05), ack_seconds=PATIENCE, trigger_seconds=PATIENCE)
    async with serving(config) as slack, aiohttp.ClientSession() as session:
        yield Slackbox(slack, session)
