"""The Events API: what is told, and told again."""

import asyncio

from tests.sandbox.slack.conftest import App
from tests.support.slack import CHECKOUT, RANDOM, Slackbox


async def heard(slackbox: Slackbox, app: App, count: int = 1) -> None:
    async def enough() -> bool:
        return len(app.heard) >= count

    await slackbox.until(enough)


async def test_the_address_is_verified(slackbox: Slackbox, app: App) -> None:
    app.answer = lambda told: {"challenge": told["challenge"]}
    assert await slackbox.verify()
    app.answer = lambda _: {"challenge": "guess"}
    assert not await slackbox.verify()


async def test_a_mention_is_told_where_the_app_is(slackbox: Slackbox, app: App) -> None:
    await slackbox.say("@cloud-cost what did checkout cost?", channel=RANDOM)
    await slackbox.say("@cloud-cost what did checkout cost?")
    await heard(slackbox, app)
    event = app.last["event"]
    assert (event["type"], event["channel"]) == ("app_mention", CHECKOUT)
    assert event["text"].startswith("<@U0CLOUDCOST|cloud-cost> what")
    assert app.last["event_id"].startswith("Ev")
    assert len(app.heard) == 1


async def test_direct_messages_and_the_home_tab_are_told(slackbox: Slackbox, app: App) -> None:
    await slackbox.say("checkout mtd", channel="D0ADA")
    await heard(slackbox, app)
    assert app.last["event"]["channel_type"] == "im"
    await slackbox.open_home()
    await heard(slackbox, app, 2)
    assert (app.last["event"]["type"], app.last["event"]["tab"]) == ("app_home_opened", "home")


async def test_a_failed_event_is_told_three_times_more(slackbox: Slackbox, app: App) -> None:
    app.status = 500
    await slackbox.say("hello", channel="D0ADA")
    await heard(slackbox, app, 4)
    numbers = [headers.get("X-Slack-Retry-Num") for headers in app.headers]
    assert numbers == [None, "1", "2", "3"]
    assert app.headers[-1]["X-Slack-Retry-Reason"] == "http_error"
    assert len({told["event_id"] for told in app.heard}) == 1


async def test_an_app_can_ask_not_to_be_told_again(slackbox: Slackbox, app: App) -> None:
    app.status, app.more = 500, {"X-Slack-No-Retry": "1"}
    await slackbox.say("hello", channel="D0ADA")
    await heard(slackbox, app)
    await asyncio.sleep(0.2)
    assert len(app.heard) == 1


async def test_only_what_was_subscribed_to(slackbox: Slackbox, app: App) -> None:
    slackbox.config.events = frozenset({"message.im"})
    await slackbox.say("@cloud-cost hi")
    await slackbox.open_home()
    await slackbox.say("hi", channel="D0ADA")
    await heard(slackbox, app)
    assert [told["event"]["type"] for told in app.heard] == ["message"]
