"""Pictures in messages to Slack: shown, uploaded once, said in words where they can't be had."""

from base64 import b64decode
from typing import Any

import pytest

from bot.notify.channel import Letter
from bot.render.blocks.message import message, section
from bot.render.blocks.picture import shown
from bot.render.enclosed import Picture
from core.database import Database
from core.outbox.model import Delivery, Verb
from core.outbox.service import OutboxService
from tests.support.outbox import delivering, put, told
from tests.support.slack import CHECKOUT, FINANCE, Slackbox

type Json = dict[str, Any]
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WORDS = "The chart isn't to be had. checkout has used $1 of $2"


def letter(content: bytes | None) -> Letter:
    """A message with a picture."""
    picture = Picture("budget", "checkout has used $1 of $2", content)
    return Letter(message("said", [section("said", "s"), shown(picture)]), pictures=(picture,))


async def drawn(_: Delivery) -> Letter:
    """Its picture was drawn."""
    return letter(PNG)


async def undrawn(_: Delivery) -> Letter:
    """Its picture could not be drawn."""
    return letter(None)


async def second_block(slackbox: Slackbox) -> Json:
    """What stands in the place of the picture."""
    (posted,) = await slackbox.messages(CHECKOUT)
    block: Json = posted["blocks"][1]
    return block


async def test_a_picture_is_shown(fresh_database: Database, slackbox: Slackbox) -> None:
    await put(fresh_database, told("a"))
    async with delivering(fresh_database, slackbox, write=drawn) as notifier:
        await notifier.drain()
    block = await second_block(slackbox)
    assert (block["type"], block["alt_text"]) == ("image", "checkout has used $1 of $2")
    assert block["slack_file"]["id"] in slackbox.slack.workspace.files


async def test_it_is_uploaded_once_however_often_the_message_is_tried(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    """By whichever worker."""
    await slackbox.fail("chat.postMessage", "service_unavailable", times=2)
    await put(fresh_database, told("a"))
    outbox = OutboxService(fresh_database)
    for _ in range(3):
        assert await slackbox.messages(CHECKOUT) == []
        await outbox.retry((await outbox.listed())[0].id)
        async with delivering(fresh_database, slackbox, write=drawn) as notifier:
            await notifier.drain()
    assert (await second_block(slackbox))["type"] == "image"
    assert len(slackbox.slack.workspace.files) == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_what_slack_will_not_take_is_said_in_words(
    fresh_database: Database, slackbox: Slackbox, method: str
) -> None:
    """The message goes: it matters more than its picture."""
    await slackbox.fail(method, "missing_scope")
    await put(fresh_database, told("a"))
    async with delivering(fresh_database, slackbox, write=drawn) as notifier:
        await notifier.drain()
    block = await second_block(slackbox)
    assert (block["type"], block["elements"][0]["text"]) == ("context", WORDS)


async def test_what_could_not_be_drawn_is_said_in_words(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    await put(fresh_database, told("a"))
    async with delivering(fresh_database, slackbox, write=undrawn) as notifier:
        await notifier.drain()
    assert (await second_block(slackbox))["elements"][0]["text"] == WORDS


async def test_slack_asks_to_wait_before_it_takes_a_picture(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    """Then the message waits, and has its picture."""
    await slackbox.fail("files.getUploadURLExternal", "rate_limit", seconds=3600)
    await put(fresh_database, told("a"))
    outbox = OutboxService(fresh_database)
    async with delivering(fresh_database, slackbox, write=drawn) as notifier:
        await notifier.drain()
        (waiting,) = await outbox.listed()
        assert waiting.tries == 0
        await outbox.retry(waiting.id)
        await notifier.drain()
    assert (await second_block(slackbox))["type"] == "image"


OTHER = PNG[:-12] + b"\x00\x00\x00\x01tEXt!\x00\x00\x00\x00" + PNG[-12:]


async def redrawn(delivery: Delivery) -> Letter:
    """Its picture changes once, with what it says."""
    return letter(OTHER if delivery.message.key == "changed" else PNG)


async def test_a_picture_that_stays_is_uploaded_once(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    """However often its message is updated, and wherever else it is told."""
    same = told("same", verb=Verb.UPDATE, thread="a")
    await put(fresh_database, told("a"), same, told("b", to=FINANCE))
    async with delivering(fresh_database, slackbox, write=redrawn) as notifier:
        await notifier.drain()
        assert len(slackbox.slack.workspace.files) == 1
        before = await second_block(slackbox)
        await put(fresh_database, told("changed", verb=Verb.UPDATE, thread="a"))
        await notifier.drain()
    assert len(slackbox.slack.workspace.files) == 2
    assert (await second_block(slackbox))["slack_file"] != before["slack_file"]


async def test_what_changes_between_tries_is_shown_as_it_is(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    """Not the picture of the first try."""
    pictures = iter([PNG, OTHER])

    async def at_last(_: Delivery) -> Letter:
        return letter(next(pictures))

    await slackbox.fail("chat.postMessage", "service_unavailable")
    await put(fresh_database, told("a"))
    outbox = OutboxService(fresh_database)
    async with delivering(fresh_database, slackbox, write=at_last) as notifier:
        await notifier.drain()
        await outbox.retry((await outbox.listed())[0].id)
        await notifier.drain()
    shown_now = (await second_block(slackbox))["slack_file"]["id"]
    assert shown_now == list(slackbox.slack.workspace.files)[-1]
    assert len(slackbox.slack.workspace.files) == 2


async def test_a_picture_that_is_gone_is_uploaded_anew(
    fresh_database: Database, slackbox: Slackbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody deletes it: the next message says it in words, the one after shows it again."""
    monkeypatch.setattr("bot.slack_web.files._PAUSES", (0.1,) * 10)
    await put(fresh_database, told("a"))
    async with delivering(fresh_database, slackbox, write=drawn) as notifier:
        await notifier.drain()
        slackbox.slack.workspace.files.clear()
        await put(fresh_database, told("b", verb=Verb.UPDATE, thread="a"))
        await notifier.drain()
        assert (await second_block(slackbox))["type"] == "context"
        await put(fresh_database, told("c", verb=Verb.UPDATE, thread="a"))
        await notifier.drain()
    assert (await second_block(slackbox))["type"] == "image"
