"""Messages: where they may go, how long they may be, what can be changed."""

from typing import Any

import pytest

from tests.sandbox.slack.refusals import error_of, refused
from tests.sandbox.slack.samples import actions, button, section
from tests.support.slack import ADA, ARCHIVED, CHECKOUT, GENERAL, GUS, RANDOM, Slackbox


@pytest.mark.parametrize("channel", [CHECKOUT, "checkout-team", "#checkout-team"])
async def test_a_channel_goes_by_id_or_name(slackbox: Slackbox, channel: str) -> None:
    posted = await slackbox.client().chat_postMessage(channel=channel, text="hello")
    assert posted["channel"] == CHECKOUT
    assert [m["text"] for m in await slackbox.messages(CHECKOUT)] == ["hello"]


async def test_a_persons_id_is_a_direct_message(slackbox: Slackbox) -> None:
    posted = await slackbox.client().chat_postMessage(channel=ADA, text="psst")
    opened = await slackbox.client().conversations_open(users=ADA)
    assert posted["channel"] == opened["channel"]["id"] == "D0ADA"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        (RANDOM, "not_in_channel"),
        (ARCHIVED, "is_archived"),
        ("C0NOWHERE", "channel_not_found"),
        ("C0LEADERS", "channel_not_found"),
    ],
)
async def test_where_the_app_cant_write(slackbox: Slackbox, channel: str, error: str) -> None:
    client = slackbox.client()
    assert await error_of(client.chat_postMessage(channel=channel, text="hi")) == error
    posting = client.chat_postEphemeral(channel=channel, user=ADA, text="hi")
    assert await error_of(posting) == error


async def test_something_must_be_said(slackbox: Slackbox) -> None:
    posting = slackbox.client().api_call("chat.postMessage", json={"channel": CHECKOUT})
    assert await error_of(posting) == "no_text"


async def test_long_texts_are_cut_and_said_to_be(slackbox: Slackbox) -> None:
    posted = await slackbox.client().chat_postMessage(channel=CHECKOUT, text="x" * 40_001)
    assert posted["warning"] == "message_truncated"
    assert len(posted["message"]["text"]) == 40_000


async def test_an_update_takes_less(slackbox: Slackbox) -> None:
    client = slackbox.client()
    posted = await client.chat_postMessage(channel=CHECKOUT, text="hi")
    updating = client.chat_update(channel=CHECKOUT, ts=posted["ts"], text="x" * 4_001)
    assert await error_of(updating) == "msg_too_long"


async def test_blocks_together_have_a_limit(slackbox: Slackbox) -> None:
    blocks = [section("x" * 2_900) for _ in range(5)]
    posting = slackbox.client().chat_postMessage(channel=CHECKOUT, text="hi", blocks=blocks)
    assert await error_of(posting) == "msg_blocks_too_long"


async def test_an_update_shows_as_edited_and_text_alone_replaces_blocks(slackbox: Slackbox) -> None:
    client = slackbox.client()
    posted = await client.chat_postMessage(channel=CHECKOUT, text="a", blocks=[section("old")])
    ts = str(posted["ts"])
    await client.chat_update(channel=CHECKOUT, ts=ts, text="a", blocks=[section("new")])
    (message,) = await slackbox.messages(CHECKOUT)
    assert message["text"] == "a"
    assert message["blocks"][0]["text"]["text"] == "new"
    assert message["edited"]
    await client.chat_update(channel=CHECKOUT, ts=ts, text="only text")
    (message,) = await slackbox.messages(CHECKOUT)
    assert "blocks" not in message


async def test_an_ephemeral_message_is_seen_by_one_and_never_changed(slackbox: Slackbox) -> None:
    client = slackbox.client()
    posted = await client.chat_postEphemeral(channel=CHECKOUT, user=ADA, text="for you")
    ts = str(posted["message_ts"])
    assert [m["text"] for m in await slackbox.private(ADA)] == ["for you"]
    assert await slackbox.messages(CHECKOUT, user="U0BEN") == []
    updating = client.chat_update(channel=CHECKOUT, ts=ts, text="changed")
    assert await error_of(updating) == "message_not_found"
    assert await error_of(client.chat_delete(channel=CHECKOUT, ts=ts)) == "message_not_found"


async def test_a_private_message_can_be_dismissed(slackbox: Slackbox) -> None:
    await slackbox.client().chat_postEphemeral(channel=CHECKOUT, user=ADA, text="for you")
    await slackbox.dismiss((await slackbox.private(ADA))[0])
    assert await slackbox.private(ADA) == []


async def test_an_ephemeral_message_goes_to_members_only(slackbox: Slackbox) -> None:
    posting = slackbox.client().chat_postEphemeral(channel=GENERAL, user=GUS, text="hi")
    assert await error_of(posting) == "user_not_in_channel"


async def test_what_people_say_isnt_the_apps_to_change(slackbox: Slackbox) -> None:
    said = await slackbox.say("mine")
    client = slackbox.client()
    updating = client.chat_update(channel=CHECKOUT, ts=said["ts"], text="changed")
    assert await error_of(updating) == "cant_update_message"
    deleting = client.chat_delete(channel=CHECKOUT, ts=said["ts"])
    assert await error_of(deleting) == "cant_delete_message"


async def test_threads_permalinks_metadata_reactions(slackbox: Slackbox) -> None:
    client = slackbox.client()
    metadata = {"event_type": "outbox", "event_payload": {"id": "1"}}
    parent = await client.chat_postMessage(channel=CHECKOUT, text="alert", metadata=metadata)
    ts = str(parent["ts"])
    await client.chat_postMessage(channel=CHECKOUT, text="more", thread_ts=ts)
    await client.reactions_add(channel=CHECKOUT, timestamp=ts, name="eyes")
    link = await client.chat_getPermalink(channel=CHECKOUT, message_ts=ts)
    assert link["permalink"] == f"{slackbox.url}/#/{CHECKOUT}/{ts}"
    alert, reply = await slackbox.messages(CHECKOUT)
    assert alert["replies"]["count"] == 1
    assert alert["metadata"] == metadata
    assert alert["reactions"][0]["name"] == "eyes"
    assert reply["thread_ts"] == ts
    replies = await client.conversations_replies(channel=CHECKOUT, ts=ts)
    assert [m["text"] for m in replies["messages"]] == ["alert", "more"]


async def test_ids_are_given_to_blocks_and_actions(slackbox: Slackbox) -> None:
    unnamed: dict[str, Any] = button()
    del unnamed["action_id"]
    await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", blocks=[actions(unnamed)])
    (message,) = await slackbox.messages(CHECKOUT)
    assert message["blocks"][0]["block_id"]
    assert message["blocks"][0]["elements"][0]["action_id"]


async def test_blocks_that_arent_a_list_are_refused(slackbox: Slackbox) -> None:
    with refused("invalid_blocks_format"):
        await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", blocks="nonsense")
