"""Slash commands: signed, acknowledged in three seconds, answered by response URL."""

import pytest

from tests.sandbox.slack.conftest import App
from tests.sandbox.slack.samples import section
from tests.support.slack import ADA, CHECKOUT, GENERAL, GUS, Slackbox


async def test_a_command_is_signed_and_says_who_and_where(slackbox: Slackbox, app: App) -> None:
    assert (await slackbox.command("/cost checkout last-7d"))["ok"]
    assert app.signed == [True]
    told = app.last
    assert (told["command"], told["text"]) == ("/cost", "checkout last-7d")
    assert (told["user_id"], told["channel_id"]) == (ADA, CHECKOUT)
    assert told["channel_name"] == "checkout-team"
    assert told["response_url"].startswith(slackbox.url)


async def test_people_channels_links_and_signs_are_escaped(slackbox: Slackbox, app: App) -> None:
    await slackbox.command("/cost #finance @ben over >5 & https://x.example/a")
    assert app.last["text"] == (
        "<#C0FINANCE|finance> <@U0BEN|ben> over &gt;5 &amp; <https://x.example/a>"
    )
    slackbox.config.should_escape = False
    await slackbox.command("/cost #finance over >5")
    assert app.last["text"] == "#finance over >5"


@pytest.mark.parametrize("answer", ["private text", {"text": "private text"}])
async def test_an_answer_with_the_acknowledgement_is_private(
    slackbox: Slackbox, app: App, answer: object
) -> None:
    app.answer = lambda _: answer
    await slackbox.command("/cost")
    assert [m["text"] for m in await slackbox.private()] == ["private text"]


async def test_in_channel_shows_the_command_and_the_answer_to_all(
    slackbox: Slackbox, app: App
) -> None:
    app.answer = lambda _: {"response_type": "in_channel", "text": "hello all"}
    await slackbox.command("/cost all")
    assert [m["text"] for m in await slackbox.messages()] == ["/cost all", "hello all"]


async def test_three_seconds_and_no_more(slackbox: Slackbox, app: App) -> None:
    slackbox.config.ack_seconds, app.delay = 0.1, 0.3
    outcome = await slackbox.command("/cost")
    assert outcome["failure"] == "operation_timeout"
    (told,) = await slackbox.private()
    assert told["text"] == '/cost failed with the error "operation_timeout"'
    assert told["notice"] == "operation_timeout"


async def test_a_crash_and_an_absence_have_their_own_words(slackbox: Slackbox, app: App) -> None:
    app.status = 500
    assert (await slackbox.command("/cost"))["failure"] == "http_service_error"
    slackbox.config.app_url = None
    assert (await slackbox.command("/cost"))["failure"] == "dispatch_failed"


async def test_commands_are_refused_where_slack_refuses_them(slackbox: Slackbox, app: App) -> None:
    parent = await slackbox.say("a thread")
    within = await slackbox.say("/cost", thread_ts=parent["ts"])
    assert within["failure"] == "not_in_threads"
    assert (await slackbox.say("/weather"))["failure"] == "unknown_command"
    assert (await slackbox.command("/cost", user=GUS, channel=GENERAL))["error"] == "not_in_channel"
    assert app.heard == []


async def test_a_response_url_serves_five_times(slackbox: Slackbox, app: App) -> None:
    url = (await slackbox.command("/cost"))["response_url"]
    for _ in range(5):
        assert await slackbox.respond(url, text="more") == (200, "ok")
    assert await slackbox.respond(url, text="more") == (404, '{"ok": false, "error": "used_url"}')
    assert len(await slackbox.private()) == 5
    assert app.heard


async def test_a_response_url_serves_half_an_hour(slackbox: Slackbox, app: App) -> None:
    url = (await slackbox.command("/cost"))["response_url"]
    await slackbox.later(30 * 60 + 1)
    status, body = await slackbox.respond(url, text="late")
    assert (status, body) == (404, '{"ok": false, "error": "expired_url"}')
    assert app.heard


async def test_a_response_url_keeps_the_rules_of_blocks(slackbox: Slackbox, app: App) -> None:
    url = (await slackbox.command("/cost"))["response_url"]
    status, body = await slackbox.respond(url, blocks=[section("x" * 3001)])
    assert (status, body) == (404, '{"ok": false, "error": "invalid_blocks"}')
    assert (await slackbox.respond(url))[1] == '{"ok": false, "error": "no_text"}'
    assert app.heard


async def test_a_response_url_reaches_channels_where_the_app_isnt(
    slackbox: Slackbox, app: App
) -> None:
    url = (await slackbox.command("/cost", channel="C0RANDOM"))["response_url"]
    await slackbox.respond(url, text="for all", response_type="in_channel")
    assert [m["text"] for m in await slackbox.messages("C0RANDOM")] == ["for all"]
    assert app.heard


async def test_response_urls_fail_on_demand(slackbox: Slackbox, app: App) -> None:
    url = (await slackbox.command("/cost"))["response_url"]
    await slackbox.fail("response_url", "rate_limit")
    assert (await slackbox.respond(url, text="t"))[0] == 429
    assert (await slackbox.respond(url, text="t"))[0] == 200
    assert app.heard
