"""Where people are, while Slack answers and while it doesn't."""

from zoneinfo import ZoneInfo

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack_web import zones
from bot.slack_web.zones import Zones

BERLIN = {"U-ada": ZoneInfo("Europe/Berlin")}


async def test_where_somebody_is_stays_known_while_slack_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or they would be reminded by the reports' clock meanwhile, and twice a day."""
    away, asked = False, 0

    async def users_info(_: AsyncWebClient, *, user: str) -> object:
        nonlocal asked
        asked += 1
        if away:
            raise TimeoutError
        return {"user": {"id": user, "tz": "Europe/Berlin"}}

    monkeypatch.setattr(AsyncWebClient, "users_info", users_info)
    monkeypatch.setattr(zones, "_KEPT", 0)  # asked each time
    known = Zones(Settings(slack_bot_token="xoxb-1"))
    assert await known.of({"U-ada", "fin@x.example"}) == BERLIN
    away = True
    assert await known.of({"U-ada", "U-ben"}) == BERLIN
    assert asked == 3
