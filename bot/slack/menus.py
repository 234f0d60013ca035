"""Menus too long for a form: Slack asks what there is, by the letters that were typed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack.modals import MOST, option_list

type Find = Callable[[Desk, Asked], Awaitable[Mapping[str, str]]]
"""All that somebody may choose, by value."""

_PATIENCE_SECONDS: Final = 2.5


def lookup(desk: Desk, find: Find) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """The listener of a menu. Slack waits three seconds; what goes wrong shows as nothing found."""

    async def look(ack: AsyncAck, body: dict[str, Any]) -> None:
        asked = Asked.of_view(body)
        found: Mapping[str, str] = {}
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                found = await find(desk, asked)
        except Exception as error:  # noqa: BLE001 - the last resort: logged
            desk.regret(error, asked)
        await ack(options=option_list(matching(found, body.get("value") or "")))

    return look


def matching(options: Mapping[str, str], typed: str) -> list[tuple[str, str]]:
    """The options with what was typed in them, those that begin with it first; as many as fit."""
    wanted = _plainly(typed)
    found = [each for each in options.items() if wanted in _plainly(each[1])]
    return sorted(found, key=lambda each: not _plainly(each[1]).startswith(wanted))[:MOST]


def _plainly(text: str) -> str:
    return "-".join(text.casefold().split())
