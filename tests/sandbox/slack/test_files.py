"""Pictures and files: processed before they show, never in private answers, fetched by Slack."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.sandbox.slack.refusals import error_of, refused
from tests.sandbox.slack.samples import PNG
from tests.support.slack import ADA, CHECKOUT, RANDOM, Slackbox


async def send(url: str, content: bytes) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=content) as reply:
        return reply.status


async def fetched(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as reply:
        return await reply.read()


async def upload(slackbox: Slackbox, *, content: bytes = PNG, **more: str) -> str:
    """Upload without a channel, as the product does."""
    client = slackbox.client()
    place = await client.files_getUploadURLExternal(
        filename="chart.png", length=len(content), **more
    )
    assert await send(place["upload_url"], content) == 200
    file_id = str(place["file_id"])
    await client.files_completeUploadExternal(files=[{"id": file_id, "title": "Chart"}])
    return file_id


def picture(file_id: str) -> list[dict[str, object]]:
    return [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "a chart"}]


async def test_an_upload_is_not_ready_at_once(slackbox: Slackbox) -> None:
    file_id = await upload(slackbox)
    client = slackbox.client()
    with refused("invalid_blocks", "invalid slack file [json-pointer:/blocks/0/slack_file]"):
        await client.chat_postMessage(channel=CHECKOUT, text="t", blocks=picture(file_id))
    await slackbox.later(0.3)
    await client.chat_postMessage(channel=CHECKOUT, text="t", blocks=picture(file_id))
    (message,) = await slackbox.messages(CHECKOUT)
    shown = message["files"][file_id]
    assert await fetched(shown["url_private"]) == PNG


async def test_no_uploaded_picture_in_private_answers(slackbox: Slackbox) -> None:
    file_id = await upload(slackbox)
    await slackbox.later(1)
    blocks = picture(file_id)
    with refused("invalid_blocks", "invalid slack file"):
        await slackbox.client().chat_postEphemeral(
            channel=CHECKOUT, user=ADA, text="t", blocks=blocks
        )
    outcome = await slackbox.command("/cost")
    status, body = await slackbox.respond(outcome["response_url"], text="t", blocks=blocks)
    assert (status, body) == (404, '{"ok": false, "error": "invalid_blocks"}')


async def test_a_file_is_shared_to_a_channel_a_little_later(slackbox: Slackbox) -> None:
    client = slackbox.client()
    await client.files_upload_v2(channel=CHECKOUT, filename="cost.csv", content="a,b\n")

    async def shared() -> bool:
        return bool(await slackbox.messages(CHECKOUT))

    assert not await shared()
    await slackbox.until(shared)
    (message,) = await slackbox.messages(CHECKOUT)
    (file_id,) = message["attached"]
    assert (await client.files_info(file=file_id))["file"]["channels"] == [CHECKOUT]


async def test_alt_txt_and_a_channel_answers_ok_and_shares_nothing(slackbox: Slackbox) -> None:
    client = slackbox.client()
    place = await client.files_getUploadURLExternal(
        filename="chart.png", length=len(PNG), alt_txt="a chart"
    )
    await send(place["upload_url"], PNG)
    done = await client.files_completeUploadExternal(
        files=[{"id": place["file_id"]}], channel_id=CHECKOUT
    )
    assert done["ok"]
    await asyncio.sleep(0.5)
    assert await slackbox.messages(CHECKOUT) == []


async def test_a_file_cant_be_shared_where_the_app_isnt(slackbox: Slackbox) -> None:
    client = slackbox.client()
    place = await client.files_getUploadURLExternal(filename="a.csv", length=1)
    await send(place["upload_url"], b"a")
    completing = client.files_completeUploadExternal(
        files=[{"id": place["file_id"]}], channel_id=RANDOM
    )
    assert await error_of(completing) == "not_in_channel"


async def test_an_upload_must_be_made_and_whole(slackbox: Slackbox) -> None:
    client = slackbox.client()
    place = await client.files_getUploadURLExternal(filename="a.png", length=5)
    assert await send(place["upload_url"], b"toolong") == 400
    completing = client.files_completeUploadExternal(files=[{"id": place["file_id"]}])
    assert await error_of(completing) == "file_not_found"


@pytest_asyncio.fixture
async def pictures() -> AsyncIterator[str]:
    """A web server with a picture, a page and nothing else."""
    server = web.Application()

    async def png(_: web.Request) -> web.Response:
        return web.Response(body=PNG, content_type="image/png")

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<p>no picture</p>", content_type="text/html")

    server.router.add_get("/chart.png", png)
    server.router.add_get("/page", page)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_slack_fetches_pictures_by_address_even_in_private_answers(
    slackbox: Slackbox, pictures: str
) -> None:
    url = f"{pictures}/chart.png"
    blocks = [{"type": "image", "image_url": url, "alt_text": "a chart"}]
    outcome = await slackbox.command("/cost")
    assert await slackbox.respond(outcome["response_url"], text="t", blocks=blocks) == (200, "ok")
    message = await slackbox.answer(after=outcome["ts"])
    assert await fetched(slackbox.url + message["pictures"][url]) == PNG


@pytest.mark.parametrize("path", ["/nothing.png", "/page"])
async def test_a_picture_that_cant_be_fetched_is_refused(
    slackbox: Slackbox, pictures: str, path: str
) -> None:
    blocks = [{"type": "image", "image_url": pictures + path, "alt_text": "a chart"}]
    with refused("invalid_blocks", "downloading image failed [json-pointer:/blocks/0/image_url]"):
        await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", blocks=blocks)
