"""What the outbox holds reaches Slack: once, in order, however Slack behaves."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from bot.notify.channel import Letter
from core.database import Database
from core.errors import UnavailableError
from core.outbox.model import Delivery, DeliveryState, Verb
from core.outbox.service import OutboxService
from tests.support.outbox import delivering, plainly, put, told
from tests.support.slack import ADA, CHECKOUT, FINANCE, Slackbox

NO_HISTORY = frozenset({"chat:write", "files:write"})
SHORT, LONG = 1.0, 3.0
"""Seconds: of who doesn't wait for an answer that takes its time, and how long that takes."""


@pytest.fixture
def outbox(fresh_database: Database) -> OutboxService:
    return OutboxService(fresh_database)


async def said(slackbox: Slackbox, channel: str = CHECKOUT) -> list[str]:
    return [message["text"] for message in await slackbox.messages(channel)]


async def delivered(database: Database, slackbox: Slackbox, **options: Any) -> int:
    async with delivering(database, slackbox, **options) as notifier:
        return await notifier.drain()


async def state(outbox: OutboxService) -> list[tuple[str, DeliveryState]]:
    return [(each.message.key, each.state) for each in reversed(await outbox.listed())]


async def test_a_thread_is_begun_updated_and_replied_to(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    await put(fresh_database, told("a"), told("a2", verb=Verb.REPLY, thread="a"))
    await put(fresh_database, told("a3", verb=Verb.UPDATE, thread="a"))
    await delivered(fresh_database, slackbox)
    parent, reply = await slackbox.messages(CHECKOUT)
    assert (parent["text"], reply["text"]) == ("a3", "a2")
    assert reply["thread_ts"] == parent["ts"]


async def test_a_file_is_shared_in_its_thread_and_uploaded_once(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await slackbox.fail("files.completeUploadExternal", "service_unavailable")
    await put(fresh_database, told("a"), told("b", verb=Verb.FILE, thread="a"))
    await delivered(fresh_database, slackbox)
    await outbox.retry((await outbox.listed())[0].id)
    await delivered(fresh_database, slackbox)

    async def shared() -> list[Any]:
        return [each for each in await slackbox.messages(CHECKOUT) if each["files"]]

    [file] = await slackbox.until(shared)
    assert file["thread_ts"] == (await slackbox.messages(CHECKOUT))[0]["ts"]
    assert len(slackbox.slack.workspace.files) == 1


async def test_an_update_of_what_somebody_deleted_is_posted_anew(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox)
    [parent] = await slackbox.messages(CHECKOUT)
    await slackbox.client().chat_delete(channel=CHECKOUT, ts=parent["ts"])
    await put(fresh_database, told("b", verb=Verb.UPDATE, thread="a"))
    await put(fresh_database, told("c", verb=Verb.REPLY, thread="a"))
    await delivered(fresh_database, slackbox)
    anew, reply = await slackbox.messages(CHECKOUT)
    assert (anew["text"], reply["text"], reply["thread_ts"]) == ("b", "c", anew["ts"])


async def test_a_message_that_may_not_be_edited_any_more_is_replied_to(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox)
    await slackbox.fail("chat.update", "edit_window_closed")
    await put(fresh_database, told("b", verb=Verb.UPDATE, thread="a"))
    await delivered(fresh_database, slackbox)
    parent, reply = await slackbox.messages(CHECKOUT)
    assert (parent["text"], reply["text"], reply["thread_ts"]) == ("a", "b", parent["ts"])


async def test_slack_s_retry_after_is_honoured_and_is_no_failure(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await slackbox.fail("chat.postMessage", "rate_limit", seconds=3600)
    await put(fresh_database, told("a"), told("b"), told("c", to=FINANCE))
    assert await delivered(fresh_database, slackbox) == 2
    assert await said(slackbox) == []
    assert await said(slackbox, FINANCE) == ["c"]
    waiting = (await outbox.listed())[-1]
    assert waiting.tries == 0
    assert waiting.due_at - waiting.created_at > timedelta(minutes=59)
    await outbox.retry(waiting.id)
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["a", "b"]


@pytest.mark.parametrize("kind", ["error", "service_unavailable", "internal_error"])
async def test_a_failure_is_tried_again_later_and_holds_its_destination_up(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService, kind: str
) -> None:
    await slackbox.fail("chat.postMessage", kind)
    await put(fresh_database, told("a"), told("b"))
    assert await delivered(fresh_database, slackbox) == 1
    assert await said(slackbox) == []
    [_, waiting] = await outbox.listed()
    assert (waiting.state, waiting.tries) == (DeliveryState.QUEUED, 1)
    assert "Slack is out of order" in (waiting.reason or "")
    assert waiting.unanswered_since is not None  # it may be there all the same
    await outbox.retry(waiting.id)
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["a", "b"]


async def test_waits_grow_until_it_is_given_up(
    fresh_database: Database, slackbox: Slackbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.outbox.model.MOST_TRIES", 3)
    monkeypatch.setattr("core.outbox.model._FIRST_WAIT", timedelta(milliseconds=2))
    await slackbox.fail("chat.postMessage", "service_unavailable", times=9)
    await put(fresh_database, told("a"), told("b"))
    outbox = OutboxService(fresh_database)
    while (await outbox.backlog()).parked == 0:
        await delivered(fresh_database, slackbox)
    parked = (await outbox.listed(DeliveryState.PARKED))[-1]
    assert (parked.message.key, parked.tries) == ("a", 3)
    assert parked.reason == "given up after 3 tries: Slack is out of order (service_unavailable)"


async def test_a_message_parked_holds_up_its_own_thread_only(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await slackbox.fail("chat.postMessage", "msg_too_long")
    await put(fresh_database, told("a"), told("a2", verb=Verb.REPLY, thread="a"), told("b"))
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["b"]
    assert (await outbox.backlog()).parked == 1
    parked = (await outbox.listed(DeliveryState.PARKED))[0]
    assert (parked.reason or "").startswith("Slack: msg_too_long; ")
    await outbox.retry(parked.id)
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["b", "a", "a2"]


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        ("channel_not_found", "no such channel"),
        ("not_in_channel", "/invite and its name"),
        ("is_archived", "archived"),
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("token_revoked", "SLACK_BOT_TOKEN"),
        ("missing_scope", "cost-tracker manifest"),
        ("msg_too_long", "longer than Slack takes"),
        ("invalid_blocks", "report this"),
        ("messages_tab_disabled", "App Home"),
    ],
)
async def test_what_will_not_pass_by_itself_is_parked_with_what_to_do(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService, error: str, mend: str
) -> None:
    await slackbox.fail("chat.postMessage", error)
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox)
    [parked] = await outbox.listed(DeliveryState.PARKED)
    assert error in (parked.reason or "")
    assert mend in (parked.reason or "")


async def test_what_was_never_said_is_not_looked_for(
    fresh_database: Database,
    slackbox: Slackbox,
    outbox: OutboxService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await put(fresh_database, told("a"))
    monkeypatch.setattr(Slackbox, "api_url", f"http://127.0.0.1:{unused_port()}/api/")
    await delivered(fresh_database, slackbox)
    [waiting] = await outbox.listed()
    assert waiting.reason == "Slack can't be reached (ClientConnectorError)"
    assert (waiting.state, waiting.unanswered_since) == (DeliveryState.QUEUED, None)


async def test_what_is_dropped_no_longer_holds_its_thread_up(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await slackbox.fail("chat.postMessage", "msg_too_long")
    await put(fresh_database, told("a"), told("a2", verb=Verb.REPLY, thread="a"))
    await delivered(fresh_database, slackbox)
    await outbox.drop((await outbox.listed(DeliveryState.PARKED))[0].id)
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["a2"]


async def test_a_message_that_can_not_be_written_is_parked(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a", text=None), told("b"))
    await delivered(fresh_database, slackbox)
    assert await state(outbox) == [("a", DeliveryState.PARKED), ("b", DeliveryState.DELIVERED)]


async def test_what_is_away_while_a_message_is_written_is_waited_for(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    away = ["PostgreSQL is away."]

    async def write(delivery: Delivery) -> Letter:
        if away:
            raise UnavailableError(away.pop())
        return await plainly(delivery)

    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox, write=write)
    [waiting] = await outbox.listed()
    assert waiting.state is DeliveryState.QUEUED
    assert (waiting.reason, waiting.unanswered_since) == ("PostgreSQL is away.", None)
    await outbox.retry(waiting.id)
    await delivered(fresh_database, slackbox, write=write)
    assert await said(slackbox) == ["a"]


async def test_nobody_answers(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    """It is there all the same: found by its token, it isn't posted twice."""
    await slackbox.fail("chat.postMessage", "silent", seconds=LONG)
    await put(fresh_database, told("a"), told("b"))
    await delivered(fresh_database, slackbox, patience=SHORT)
    assert await said(slackbox) == ["a"]
    [_, waiting] = await outbox.listed()
    assert waiting.unanswered_since is not None
    await outbox.retry(waiting.id)
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["a", "b"]
    await put(fresh_database, told("a2", verb=Verb.UPDATE, thread="a"))
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["a2", "b"]


async def test_nobody_answers_and_much_was_said_since_by_another_clock(
    fresh_database: Database,
    slackbox: Slackbox,
    outbox: OutboxService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is found pages back, where Slack's clock is minutes behind ours."""
    monkeypatch.setattr("bot.notify.looking._PAGE", 2)
    await slackbox.fail("chat.postMessage", "silent", seconds=LONG)
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox, patience=SHORT)
    for word in "bcdef":
        await slackbox.say(word, channel=CHECKOUT)
    await fresh_database.fetch(
        "UPDATE outbox SET unanswered_since = unanswered_since + interval '4 min' RETURNING 1"
    )
    await outbox.retry((await outbox.listed())[0].id)
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == [*"abcdef"]


async def test_nobody_answers_and_then_slack_asks_to_wait_before_one_may_look(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    """That says nothing of the message: it is looked for still."""
    await slackbox.fail("chat.postMessage", "silent", seconds=LONG)
    await slackbox.fail("conversations.history", "rate_limit", seconds=3600)
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox, patience=SHORT)
    for _ in range(2):
        await outbox.retry((await outbox.listed())[0].id)
        await delivered(fresh_database, slackbox)
    assert [each.state for each in await outbox.listed()] == [DeliveryState.DELIVERED]
    assert await said(slackbox) == ["a"]


async def test_nobody_answers_a_reply_or_a_file(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox)
    for verb, method in (
        (Verb.REPLY, "chat.postMessage"),
        (Verb.FILE, "files.completeUploadExternal"),
    ):
        await slackbox.fail(method, "silent", seconds=LONG)
        await put(fresh_database, told(verb.value, verb=verb, thread="a"))
        await delivered(fresh_database, slackbox, patience=SHORT)

        async def arrived(count: int = 2 if verb is Verb.REPLY else 3) -> bool:
            return len(await slackbox.messages(CHECKOUT)) == count

        assert await slackbox.until(arrived)
        await outbox.retry((await outbox.listed())[0].id)
        await delivered(fresh_database, slackbox)
        assert await arrived()
    assert {each.state for each in await outbox.listed()} == {DeliveryState.DELIVERED}


async def test_nobody_answers_a_direct_message(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await slackbox.fail("chat.postMessage", "silent", seconds=LONG)
    await put(fresh_database, told("a", to=ADA))
    await delivered(fresh_database, slackbox, patience=SHORT)
    await outbox.retry((await outbox.listed())[0].id)
    await delivered(fresh_database, slackbox)
    opened = await slackbox.client().conversations_open(users=ADA)
    assert await said(slackbox, opened["channel"]["id"]) == ["a"]


@pytest.mark.parametrize(
    ("verb", "method", "refused"),
    [
        (Verb.REPLY, "chat.postMessage", "thread_not_found"),
        (Verb.UPDATE, "chat.update", "edit_window_closed"),
    ],
)
async def test_nobody_answers_what_went_elsewhere_than_it_should(
    fresh_database: Database,
    slackbox: Slackbox,
    verb: Verb,
    method: str,
    refused: str,
) -> None:
    outbox = OutboxService(fresh_database)
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox)
    await slackbox.fail(method, refused)
    await slackbox.fail("chat.postMessage", "silent", seconds=LONG)
    await put(fresh_database, told("b", verb=verb, thread="a"))
    await delivered(fresh_database, slackbox, patience=SHORT)
    assert await said(slackbox) == ["a", "b"]
    await outbox.retry((await outbox.listed())[0].id)
    await slackbox.fail("chat.update", refused)
    await put(fresh_database, told("c", verb=Verb.REPLY, thread="a"))
    await delivered(fresh_database, slackbox)
    parent, _, last = await slackbox.messages(CHECKOUT)
    assert (await said(slackbox), last["thread_ts"]) == (["a", "b", "c"], parent["ts"])


async def test_a_file_that_slack_has_thrown_away_is_uploaded_again(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    await slackbox.fail("files.completeUploadExternal", "not_in_channel")
    await put(fresh_database, told("a", verb=Verb.FILE))
    await delivered(fresh_database, slackbox)
    [parked] = await outbox.listed(DeliveryState.PARKED)
    slackbox.slack.workspace.files.clear()
    await outbox.retry(parked.id)
    await delivered(fresh_database, slackbox)

    async def shared() -> list[Any]:
        return [each for each in await slackbox.messages(CHECKOUT) if each["files"]]

    assert len(await slackbox.until(shared)) == 1


async def test_without_the_scopes_to_look_it_is_told_again_rather_than_not_at_all(
    fresh_database: Database, slackbox: Slackbox, outbox: OutboxService
) -> None:
    slackbox.config.scopes = NO_HISTORY
    await slackbox.fail("chat.postMessage", "silent", seconds=LONG)
    await put(fresh_database, told("a"))
    await delivered(fresh_database, slackbox, patience=SHORT)
    await outbox.retry((await outbox.listed())[0].id)
    await delivered(fresh_database, slackbox)
    assert await said(slackbox) == ["a", "a"]


async def test_no_secret_is_kept_with_a_message(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    for kind in ("error", "invalid_auth"):
        await slackbox.fail("*", kind)
        await put(fresh_database, told(kind, verb=Verb.FILE))
        await delivered(fresh_database, slackbox)
    rows = await fresh_database.fetch("SELECT o::text FROM outbox o")
    assert len(rows) == 2
    assert slackbox.config.bot_token not in str(rows)
    assert "xox" not in str(rows)


async def test_slack_s_pace_is_kept(fresh_database: Database, slackbox: Slackbox) -> None:
    """The next message of a destination isn't due before its pause has passed."""
    await put(fresh_database, told("a"), told("b"))
    assert await delivered(fresh_database, slackbox, pace=3600) == 1
    assert await said(slackbox) == ["a"]
