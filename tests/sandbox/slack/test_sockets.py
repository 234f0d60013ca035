"""Socket Mode, with Bolt and Slack's own client at the other end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.sandbox.slack.refusals import error_of
from tests.sandbox.slack.samples import actions, button
from tests.support.slack import Slackbox


@pytest_asyncio.fixture
async def bolt(slackbox: Slackbox) -> AsyncIterator[AsyncSocketModeHandler]:
    """A Bolt application that is connected over Socket Mode."""
    slackbox.config.socket = True
    bolt_app = AsyncApp(client=slackbox.client(), signing_secret=slackbox.config.signing_secret)

    @bolt_app.command("/cost")
    async def cost(ack: Any, respond: Any, command: Any) -> None:
        await ack()
        await respond(text=f"you asked {command['text']}", blocks=[actions(button("share"))])

    @bolt_app.action("share")
    async def share(ack: Any, respond: Any) -> None:
        await ack()
        await respond("shared", response_type="in_channel", replace_original=False)

    @bolt_app.event("message")
    async def direct(event: Any, say: Any) -> None:
        await say(f"heard {event['text']}")

    handler = AsyncSocketModeHandler(
        bolt_app, slackbox.config.app_token, web_client=slackbox.client(), ping_interval=0.2
    )
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield handler
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_the_whole_way_over_a_socket(
    slackbox: Slackbox, bolt: AsyncSocketModeHandler
) -> None:
    assert (await slackbox.command("/cost checkout"))["ok"]
    message = await slackbox.answer()
    assert message["text"] == "you asked checkout"
    assert (await slackbox.click(message, "share"))["ok"]

    async def shared() -> list[dict[str, Any]]:
        return await slackbox.messages()

    assert [m["text"] for m in await slackbox.until(shared)] == ["shared"]
    assert bolt.client


async def test_events_come_over_a_socket(slackbox: Slackbox, bolt: AsyncSocketModeHandler) -> None:
    await slackbox.say("mtd", channel="D0ADA")

    async def answered() -> bool:
        return len(await slackbox.messages("D0ADA")) == 2

    await slackbox.until(answered)
    assert (await slackbox.messages("D0ADA"))[-1]["text"] == "heard mtd"
    assert bolt.client


async def test_a_dead_socket_loses_commands_without_a_word(
    slackbox: Slackbox, bolt: AsyncSocketModeHandler
) -> None:
    slackbox.config.ack_seconds = 0.2
    await slackbox.kill_sockets()
    assert (await slackbox.command("/cost"))["failure"] == "operation_timeout"
    assert bolt.client


async def test_the_client_comes_back_when_asked_to(
    slackbox: Slackbox, bolt: AsyncSocketModeHandler
) -> None:
    await slackbox.refresh_sockets()

    async def back() -> bool:
        await asyncio.sleep(0.05)
        return slackbox.slack.sockets.alive == 1 and bool((await slackbox.command("/cost"))["ok"])

    await slackbox.until(back)
    assert bolt.client


async def test_nobody_connected_is_said(slackbox: Slackbox) -> None:
    slackbox.config.socket = True
    assert (await slackbox.command("/cost"))["failure"] == "dispatch_failed"


async def test_ten_connections_and_no_more(slackbox: Slackbox) -> None:
    client = slackbox.client()
    opening = client.apps_connections_open(app_token=slackbox.config.app_token)
    assert await error_of(opening) == "socket_mode_not_enabled"
    slackbox.config.socket = True
    session = slackbox._session
    sockets = []
    for _ in range(10):
        told = await client.apps_connections_open(app_token=slackbox.config.app_token)
        sockets.append(await session.ws_connect(told["url"]))
    hello = await sockets[-1].receive_json()
    assert (hello["type"], hello["num_connections"]) == ("hello", 10)
    opening = client.apps_connections_open(app_token=slackbox.config.app_token)
    assert await error_of(opening) == "too_many_websockets"
    for socket in sockets:
        await socket.close()
