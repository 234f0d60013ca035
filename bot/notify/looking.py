"""Whether Slack has a message that it never acknowledged: looked for before it is sent again.

A message carries the token of its delivery in its metadata; a file is known by its id.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_web.client import code
from core.outbox.model import Delivery, Receipt, Verb

FILE: Final = "file"
"""What a delivery's notes call the id of the file that was uploaded for it."""
GONE: Final = frozenset({"message_not_found", "thread_not_found"})
"""Slack's words for what somebody deleted."""

_CLOCKS_APART: Final = timedelta(minutes=5)
_PAGES: Final = 5
_PAGE: Final = 200
_PERSON: Final = ("U", "W")
_NO_HISTORY: Final = frozenset({"missing_scope", "not_in_channel", "channel_not_found"})


async def look(client: AsyncWebClient, delivery: Delivery) -> Receipt | None:
    """What stands for a delivery, if an earlier try succeeded without our knowing.

    None: it isn't there, or we may not look.

    Raises:
        SlackApiError: Slack asks to wait, say.
    """
    for thread in _threads(delivery):
        try:
            found = await _found_in(client, delivery, thread)
        except SlackApiError as error:
            if code(error) not in _NO_HISTORY | GONE:
                raise
        else:
            if found is not None:
                return found
    return None


def _threads(delivery: Delivery) -> tuple[str | None, ...]:
    """Where it may be, the likeliest first: in its thread, or, None, in the channel itself.

    A reply whose thread is gone is posted in the channel; what may not be edited, replied to.
    """
    begun = delivery.begun
    if begun is None:
        return (None,)
    return (None, begun.id) if _updates(delivery) else (begun.id, None)


def _updates(delivery: Delivery) -> bool:
    return delivery.message.verb is Verb.UPDATE


async def _found_in(
    client: AsyncWebClient, delivery: Delivery, thread: str | None
) -> Receipt | None:
    begun = delivery.begun
    place = begun.place if begun else await _place(client, delivery.message.to.address)
    async for message in _messages(client, delivery, place, thread):
        if _is(message, delivery):
            replied = thread is not None and _updates(delivery)
            return begun if replied else Receipt(place, str(message["ts"]))
    return None


async def _place(client: AsyncWebClient, address: str) -> str:
    """Where a message is read: one to a person is written to them, and read elsewhere."""
    if not address.startswith(_PERSON):
        return address
    opened = await client.conversations_open(users=address)
    return str(opened["channel"]["id"])


async def _messages(
    client: AsyncWebClient, delivery: Delivery, place: str, thread: str | None
) -> AsyncIterator[Mapping[str, Any]]:
    """What has been said since the first try without an answer."""
    since = delivery.unanswered_since
    assert since is not None  # noqa: S101 - or there were nothing to look for
    asked: dict[str, Any] = {
        "channel": place,
        "oldest": f"{(since - _CLOCKS_APART).timestamp():.6f}",
        "include_all_metadata": True,
        "limit": _PAGE,
    }
    method = "conversations.history" if thread is None else "conversations.replies"
    if thread is not None:
        asked["ts"] = thread
    for _ in range(_PAGES):
        page = await client.api_call(method, params=asked)
        for message in page["messages"]:
            yield message
        asked["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
        if not asked["cursor"]:
            return


def _is(message: Mapping[str, Any], delivery: Delivery) -> bool:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    number = delivery.notes.get(FILE)
    files = [file.get("id") for file in message.get("files") or ()]
    return payload.get("id") == delivery.token or (number is not None and number in files)
