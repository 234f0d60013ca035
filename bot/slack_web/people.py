"""What Slack knows of people: where they are, what they are called."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
from cachetools import LRUCache, TTLCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack_web.client import open_client, open_session

_KEPT: Final = 86_400
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Person:
    name: str | None
    zone: ZoneInfo | None


class People:
    """Slack's users, asked for once a day; while Slack tells nothing, as it told them last."""

    def __init__(self, settings: Settings) -> None:
        """Keep how to ask; nothing is asked before somebody is."""
        self._settings = settings
        self._known: LRUCache[str, _Person] = LRUCache(_MOST)
        self._fresh: TTLCache[str, bool] = TTLCache(_MOST, _KEPT)

    async def zones(self, people: Collection[str]) -> Mapping[str, ZoneInfo]:
        """The time zones of some Slack users, as far as they are known."""
        return {user: one.zone for user, one in (await self._of(people)).items() if one.zone}

    async def names(self, people: Collection[str]) -> Mapping[str, str]:
        """What some Slack users are called, as far as that is known."""
        return {user: one.name for user, one in (await self._of(people)).items() if one.name}

    async def _of(self, people: Collection[str]) -> Mapping[str, _Person]:
        unknown = [each for each in people if each not in self._fresh and "@" not in each]
        if unknown and self._settings.slack_bot_token is not None:
            async with open_session() as session:
                client = open_client(self._settings, session)
                for each in unknown:
                    await self._ask(client, each)
        return {each: self._known[each] for each in people if each in self._known}

    async def _ask(self, client: AsyncWebClient, user: str) -> None:
        try:
            found = (await client.users_info(user=user))["user"]
        except (TimeoutError, SlackApiError, aiohttp.ClientError):
            return
        self._known[user] = _Person(found.get("real_name"), _zone(found))
        self._fresh[user] = True


def _zone(found: Mapping[str, Any]) -> ZoneInfo | None:
    """Where somebody is, if this machine knows of such a zone."""
    try:
        return ZoneInfo(found["tz"])
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError):
        return None
