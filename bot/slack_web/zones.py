"""Where people are: the time zones that Slack knows of them."""

from collections.abc import Collection, Mapping
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
from cachetools import LRUCache, TTLCache
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack_web.client import open_client, open_session

_KEPT: Final = 86_400
_MOST: Final = 10_000


class Zones:
    """Time zones of Slack users, asked once a day; while Slack tells nothing, the last it told."""

    def __init__(self, settings: Settings) -> None:
        """Keep how to ask; nothing is asked before somebody is."""
        self._settings = settings
        self._known: LRUCache[str, ZoneInfo] = LRUCache(_MOST)
        self._fresh: TTLCache[str, bool] = TTLCache(_MOST, _KEPT)

    async def of(self, people: Collection[str]) -> Mapping[str, ZoneInfo]:
        """The time zones of some Slack users, as far as they are known."""
        unknown = [each for each in people if each not in self._fresh and "@" not in each]
        if unknown and self._settings.slack_bot_token is not None:
            async with open_session() as session:
                client = open_client(self._settings, session)
                for each in unknown:
                    await self._ask(client, each)
        return {each: self._known[each] for each in people if each in self._known}

    async def _ask(self, client: AsyncWebClient, user: str) -> None:
        try:
            person = (await client.users_info(user=user))["user"]
            self._known[user] = ZoneInfo(person["tz"])
            self._fresh[user] = True
        except (TimeoutError, SlackApiError, aiohttp.ClientError):
            return
        except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError):
            return
