"""Where people are and what they are called, while Slack answers and while it doesn't."""

from zoneinfo import ZoneInfo

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack_web import people
from bot.slack_web.people import People

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
    monkeypatch.setattr(people, "_KEPT", 0)  # asked each time
    known = People(Settings(slack_bot_token="xoxb-1"))
    assert await known.zones({"U-ada", "fin@x.example"}) == BERLIN
    away = True
    assert await known.zones({"U-ada", "U-ben"}) == BERLIN
    assert asked == 3


async def test_what_somebody_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked once; of whom Slack knows no zone too."""
    asked = list[str]()

    async def users_info(_: AsyncWebClient, *, user: str) -> object:
        asked.append(user)
        return {"user": {"id": user, "real_name": "Ada Moreno", "tz": None}}

    monkeypatch.setattr(AsyncWebClient, "users_info", users_info)
    known = People(Settings(slack_bot_token="xoxb-1"))
    for _ in range(2):
        assert await known.names(["U-ada", "fin@x.example"]) == {"U-ada": "Ada Moreno"}
    assert await known.zones(["U-ada"]) == {}
    assert asked == ["U-ada"]
