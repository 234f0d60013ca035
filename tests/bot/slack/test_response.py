"""Response URLs: five uses within half an hour, each a secret."""

import time
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.render import blocks
from bot.slack.asked import Asked
from bot.slack.response import LIFE_SECONDS, USES, ResponseUrl, UnansweredError

SAID = blocks.said("hello")

type Replies = Callable[..., tuple[ResponseUrl, list[int]]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def replies() -> AsyncIterator[Replies]:
    """A response URL that answers with these, the last one again and again; its uses."""
    waiting: list[web.Response] = []
    uses: list[int] = []

    async def hook(_: web.Request) -> web.Response:
        uses.append(1)
        told = waiting[min(len(uses), len(waiting)) - 1]
        return web.Response(status=told.status, text=told.text, headers=told.headers)

    application = web.Application()
    application.add_routes([web.post("/actions/T1/s3cret", hook)])
    server = TestServer(application)
    await server.start_server()

    def with_replies(*told: web.Response) -> tuple[ResponseUrl, list[int]]:
        waiting[:] = told
        return ResponseUrl(str(server.make_url("/actions/T1/s3cret"))), uses

    yield with_replies
    await server.close()


OK = web.Response(text="ok")
BROKEN = web.Response(status=500)
BUSY = web.Response(status=429, headers={"Retry-After": "1"})
REFUSED = web.Response(status=404, text='{"ok":false,"error":"invalid_blocks"}')


async def test_slack_s_ways_to_say_yes(session: aiohttp.ClientSession, replies: Replies) -> None:
    for text in ("ok", '{"ok":true}', ""):
        address, _ = replies(web.Response(text=text))
        await address.send(session, SAID)


async def test_a_busy_or_broken_slack_is_asked_again(
    session: aiohttp.ClientSession, replies: Replies
) -> None:
    address, uses = replies(BUSY, BROKEN, OK)
    began = time.monotonic()
    await address.send(session, SAID)
    assert len(uses) == 3
    assert time.monotonic() - began >= 2


async def test_a_refusal_is_final(session: aiohttp.ClientSession, replies: Replies) -> None:
    address, uses = replies(REFUSED)
    with pytest.raises(UnansweredError, match="invalid_blocks"):
        await address.send(session, SAID)
    assert len(uses) == 1


async def test_a_no_with_status_200_is_a_no(
    session: aiohttp.ClientSession, replies: Replies
) -> None:
    address, _ = replies(web.Response(text='{"ok":false,"error":"used_url"}'))
    with pytest.raises(UnansweredError, match="used_url"):
        await address.send(session, SAID)


async def test_it_is_used_five_times_at_most(
    session: aiohttp.ClientSession, replies: Replies
) -> None:
    address, uses = replies(OK)
    for _ in range(USES):
        await address.send(session, SAID)
    with pytest.raises(UnansweredError, match="used up"):
        await address.send(session, SAID)
    assert len(uses) == USES


async def test_trying_again_leaves_a_use_to_say_that_it_went_wrong(
    session: aiohttp.ClientSession, replies: Replies
) -> None:
    address, uses = replies(REFUSED, BROKEN, BROKEN, BROKEN, OK)
    for _ in range(2):
        with pytest.raises(UnansweredError):
            await address.send(session, SAID)
    assert len(uses) < USES
    await address.send(session, SAID)


async def test_after_half_an_hour_it_isn_t_tried(
    session: aiohttp.ClientSession, replies: Replies
) -> None:
    address, uses = replies(OK)
    address._until -= LIFE_SECONDS
    with pytest.raises(UnansweredError):
        await address.send(session, SAID)
    assert uses == []


async def test_it_never_shows_itself(session: aiohttp.ClientSession, replies: Replies) -> None:
    address, _ = replies(REFUSED)
    asked = Asked("T1", "U1", trigger="123.456.secret", response=address)
    assert "s3cret" not in repr(asked) + str(asked)
    assert "123.456" not in repr(asked)
    with pytest.raises(UnansweredError) as refused:
        await address.send(session, SAID)
    assert "s3cret" not in str(refused.value)
    gone = ResponseUrl("http://127.0.0.1:1/actions/T1/s3cret")
    with pytest.raises(UnansweredError) as unreachable:
        await gone.send(session, SAID)
    assert "s3cret" not in str(unreachable.value)
    assert unreachable.value.__cause__ is None
