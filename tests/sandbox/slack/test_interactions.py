"""Clicks, menus and external options in messages."""

from typing import Any

from tests.sandbox.slack.conftest import App
from tests.sandbox.slack.samples import actions, button, option, section, select
from tests.support.slack import ADA, CHECKOUT, Slackbox

type Json = dict[str, Any]


async def posted(slackbox: Slackbox, *blocks: Json) -> Json:
    await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", blocks=blocks)
    return (await slackbox.messages(CHECKOUT))[-1]


async def test_a_click_says_what_where_and_who(slackbox: Slackbox, app: App) -> None:
    message = await posted(slackbox, actions(button("share", value="q1"), block_id="bar"))
    assert (await slackbox.click(message, "share", user="U0BEN"))["ok"]
    told = app.last
    assert told["type"] == "block_actions"
    assert told["user"]["id"] == "U0BEN"
    assert told["actions"][0]["action_id"] == "share"
    assert told["actions"][0]["block_id"] == "bar"
    assert told["actions"][0]["value"] == "q1"
    assert told["message"]["ts"] == message["ts"]
    assert told["container"]["is_ephemeral"] is False


async def test_menus_pickers_and_boxes_tell_their_choice(slackbox: Slackbox, app: App) -> None:
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": [option("A"), option("B")]}
    message = await posted(
        slackbox,
        actions(
            select("pick", "One", "Two"),
            {"type": "datepicker", "action_id": "day"},
            {"type": "users_select", "action_id": "who"},
            boxes,
        ),
    )
    await slackbox.click(message, "pick", value="two")
    assert app.last["actions"][0]["selected_option"]["value"] == "two"
    await slackbox.click(message, "day", value="2026-11-01")
    assert app.last["actions"][0]["selected_date"] == "2026-11-01"
    await slackbox.click(message, "who", value="U0BEN")
    assert app.last["actions"][0]["selected_user"] == "U0BEN"
    await slackbox.click(message, "boxes", value=["a", "b"])
    assert [o["value"] for o in app.last["actions"][0]["selected_options"]] == ["a", "b"]
    (values,) = app.last["state"]["values"].values()
    assert values["pick"]["selected_option"]["value"] == "two"


async def test_a_private_message_isnt_told_again(slackbox: Slackbox, app: App) -> None:
    url = (await slackbox.command("/cost"))["response_url"]
    await slackbox.respond(url, text="t", blocks=[actions(button("share"))])
    (message,) = await slackbox.private()
    await slackbox.click(message, "share")
    assert "message" not in app.last
    assert app.last["container"] == {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": CHECKOUT,
        "is_ephemeral": True,
    }
    told = await slackbox.click(message, "share", user="U0BEN")
    assert told["error"] == "message_not_found"


async def test_an_answer_replaces_deletes_or_follows(slackbox: Slackbox, app: App) -> None:
    url = (await slackbox.command("/cost"))["response_url"]
    await slackbox.respond(url, text="t", blocks=[actions(button("next"))])
    (message,) = await slackbox.private()
    click_url = (await slackbox.click(message, "next"))["response_url"]
    await slackbox.respond(click_url, replace_original=True, text="replaced")
    assert [m["text"] for m in await slackbox.private()] == ["replaced"]
    await slackbox.respond(
        click_url, replace_original=False, text="shared", response_type="in_channel"
    )
    assert [m["text"] for m in await slackbox.messages()] == ["shared"]
    await slackbox.respond(click_url, delete_original=True)
    assert await slackbox.private() == []
    assert app.heard


async def test_a_late_acknowledgement_of_a_click_is_a_failure(slackbox: Slackbox, app: App) -> None:
    message = await posted(slackbox, actions(button("slow")))
    slackbox.config.ack_seconds, app.delay = 0.1, 0.3
    assert (await slackbox.click(message, "slow"))["failure"] == "operation_timeout"


async def test_external_menus_ask_the_app(slackbox: Slackbox, app: App) -> None:
    message = await posted(
        slackbox, section(accessory={"type": "external_select", "action_id": "project"})
    )
    app.answer = lambda told: {"options": [option(told["value"].title())]}
    told = await slackbox.options(message, "project", "check")
    assert app.last["type"] == "block_suggestion"
    assert told["options"] == [option("Check")]


async def test_external_menus_keep_slacks_limits(slackbox: Slackbox, app: App) -> None:
    message = await posted(
        slackbox, section(accessory={"type": "external_select", "action_id": "project"})
    )
    app.answer = lambda _: {"options": [option(str(n)) for n in range(101)]}
    assert (await slackbox.options(message, "project"))["failure"] == "invalid_options"
    app.answer = lambda _: {"options": [option("x" * 76)]}
    assert (await slackbox.options(message, "project"))["failure"] == "invalid_options"
    app.answer = lambda _: {"options": []}
    assert (await slackbox.options(message, "project"))["ok"]


async def test_shortcuts(slackbox: Slackbox, app: App) -> None:
    message = await posted(slackbox, section())
    await slackbox.shortcut("ask")
    assert (app.last["type"], app.last["callback_id"]) == ("shortcut", "ask")
    await slackbox.shortcut("explain", user=ADA, on=message)
    assert (app.last["type"], app.last["message"]["ts"]) == ("message_action", message["ts"])
