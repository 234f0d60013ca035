"""Modals and the Home tab: trigger ids, stacks, hashes, submissions."""

from typing import Any

import pytest

from sandbox.slack.config import Config
from tests.sandbox.slack.conftest import App
from tests.sandbox.slack.refusals import error_of, refused
from tests.sandbox.slack.samples import (
    actions,
    asks,
    button,
    home,
    line,
    modal,
    option,
    plain,
    section,
)
from tests.support.slack import ADA, Slackbox

type Json = dict[str, Any]

AMOUNT = asks("amount", line("amount"))


async def trigger(slackbox: Slackbox) -> str:
    return str((await slackbox.command("/cost budget"))["trigger_id"])


async def opened(slackbox: Slackbox, view: Json) -> Json:
    await slackbox.client().views_open(trigger_id=await trigger(slackbox), view=view)
    return (await slackbox.views())[-1]


async def test_a_trigger_opens_one_view(slackbox: Slackbox, app: App) -> None:
    client = slackbox.client()
    ticket = await trigger(slackbox)
    await client.views_open(trigger_id=ticket, view=modal(AMOUNT))
    assert [view["title"]["text"] for view in await slackbox.views()] == ["Budget"]
    opening = client.views_open(trigger_id=ticket, view=modal(AMOUNT))
    assert await error_of(opening) == "exchanged_trigger_id"
    assert app.heard


async def test_a_trigger_lasts_three_seconds(slackbox: Slackbox, app: App) -> None:
    slackbox.config.trigger_seconds = Config().trigger_seconds
    ticket = await trigger(slackbox)
    await slackbox.later(3.1)
    opening = slackbox.client().views_open(trigger_id=ticket, view=modal(AMOUNT))
    assert await error_of(opening) == "expired_trigger_id"
    opening = slackbox.client().views_open(trigger_id="1.2", view=modal(AMOUNT))
    assert await error_of(opening) == "invalid_trigger_id"
    assert app.heard


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        (modal(AMOUNT, title=plain("x" * 25)), "must be less than 25 characters"),
        (modal(AMOUNT, submit=plain("x" * 25)), "must be less than 25 characters"),
        (modal(AMOUNT, private_metadata="x" * 3001), "less than 3001 characters"),
        (modal(AMOUNT, submit=None), "missing required field: submit"),
        (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
        (modal({"type": "table", "rows": []}), "unsupported type: table"),
        (home({"type": "alert", "text": plain("x")}), "unsupported type: alert"),
        (home(AMOUNT, title=plain("x")), "invalid additional property: title"),
    ],
)
async def test_limits_of_views(slackbox: Slackbox, app: App, view: Json, problem: str) -> None:
    client = slackbox.client()
    with refused("invalid_arguments", problem):
        if view["type"] == "home":
            await client.views_publish(user_id=ADA, view=view)
        else:
            await client.views_open(trigger_id=await trigger(slackbox), view=view)
    assert await slackbox.views() == []
    assert app.status == 200


async def test_a_view_may_weigh_250_kilobytes(slackbox: Slackbox, app: App) -> None:
    heavy = modal(*[section("x" * 2990) for _ in range(90)])
    opening = slackbox.client().views_open(trigger_id=await trigger(slackbox), view=heavy)
    assert await error_of(opening) == "view_too_large"
    assert app.heard


async def test_alerts_show_in_modals(slackbox: Slackbox, app: App) -> None:
    view = await opened(
        slackbox, modal({"type": "alert", "text": plain("Careful"), "level": "warning"})
    )
    assert view["blocks"][0]["type"] == "alert"
    assert app.heard


async def test_three_views_stack_and_no_more(slackbox: Slackbox, app: App) -> None:
    client = slackbox.client()
    view = await opened(slackbox, modal(actions(button("deeper"))))
    for _ in range(2):
        ticket = (await slackbox.click(view, "deeper"))["trigger_id"]
        await client.views_push(trigger_id=ticket, view=modal(actions(button("deeper"))))
        view = (await slackbox.views())[-1]
    assert len(await slackbox.views()) == 3
    ticket = (await slackbox.click(view, "deeper"))["trigger_id"]
    pushing = client.views_push(trigger_id=ticket, view=modal(section()))
    assert await error_of(pushing) == "push_limit_reached"
    assert app.heard


async def test_an_update_needs_the_present_hash(slackbox: Slackbox, app: App) -> None:
    client = slackbox.client()
    view = await opened(slackbox, modal(section("Loading…")))
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("Ready")))
    assert (await slackbox.views())[-1]["blocks"][0]["text"]["text"] == "Ready"
    updating = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(section()))
    assert await error_of(updating) == "hash_conflict"
    assert await error_of(client.views_update(view_id="V0X", view=modal(section()))) == "not_found"
    assert app.heard


async def test_external_ids_are_unique_and_find_views(slackbox: Slackbox, app: App) -> None:
    client = slackbox.client()
    await opened(slackbox, modal(section("a"), external_id="budget-1"))
    await client.views_update(external_id="budget-1", view=modal(section("b")))
    assert (await slackbox.views())[-1]["blocks"][0]["text"]["text"] == "b"
    assert app.heard


async def test_a_submission_carries_the_values(slackbox: Slackbox, app: App) -> None:
    who = asks("who", {"type": "multi_users_select", "action_id": "u"}, optional=True)
    kind = asks(
        "kind", {"type": "radio_buttons", "action_id": "k", "options": [option("A"), option("B")]}
    )
    view = await opened(slackbox, modal(AMOUNT, who, kind, callback_id="budget"))
    told = await slackbox.submit(view, {"amount": "100", "u": ["U0BEN"], "kind": "b"})
    assert told["ok"]
    values = app.last["view"]["state"]["values"]
    assert values["amount"]["amount"] == {"type": "plain_text_input", "value": "100"}
    assert values["who"]["u"]["selected_users"] == ["U0BEN"]
    assert values["kind"]["k"]["selected_option"]["value"] == "b"
    assert app.last["view"]["callback_id"] == "budget"
    assert await slackbox.views() == []


async def test_what_must_be_filled_in_is_asked_for_before_the_app_hears(
    slackbox: Slackbox, app: App
) -> None:
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False}
    view = await opened(slackbox, modal(AMOUNT, asks("count", number)))
    app.heard.clear()
    told = await slackbox.submit(view, {"count": "1.5"})
    assert told["errors"] == {
        "amount": "Please complete this required field.",
        "count": "Please enter a whole number.",
    }
    assert app.heard == []


async def test_errors_stand_at_their_inputs(slackbox: Slackbox, app: App) -> None:
    view = await opened(slackbox, modal(AMOUNT))
    app.answer = lambda _: {"response_action": "errors", "errors": {"amount": "Too little."}}
    assert (await slackbox.submit(view, {"amount": "1"}))["errors"] == {"amount": "Too little."}
    assert len(await slackbox.views()) == 1
    app.answer = lambda _: {"response_action": "errors", "errors": {"nothing": "?"}}
    assert (await slackbox.submit(view, {"amount": "1"}))["failure"] == "invalid_errors"


async def test_a_submission_updates_pushes_or_clears(slackbox: Slackbox, app: App) -> None:
    view = await opened(slackbox, modal(AMOUNT))
    app.answer = lambda _: {"response_action": "update", "view": modal(AMOUNT, section("again"))}
    await slackbox.submit(view, {"amount": "1"})
    assert len((await slackbox.views())[-1]["blocks"]) == 2
    app.answer = lambda _: {"response_action": "push", "view": modal(section("on top"))}
    await slackbox.submit(view, {"amount": "1"})
    assert len(await slackbox.views()) == 2
    app.answer = lambda _: {"response_action": "clear"}
    await slackbox.submit((await slackbox.views())[-1])
    assert await slackbox.views() == []


async def test_a_refused_update_leaves_the_view_open(slackbox: Slackbox, app: App) -> None:
    view = await opened(slackbox, modal(AMOUNT))
    bad = modal(section("x" * 3001))
    app.answer = lambda _: {"response_action": "update", "view": bad}
    assert (await slackbox.submit(view, {"amount": "1"}))["failure"] == "invalid_arguments"
    assert len(await slackbox.views()) == 1


async def test_closing_is_told_where_it_is_asked_for(slackbox: Slackbox, app: App) -> None:
    view = await opened(slackbox, modal(AMOUNT, notify_on_close=True))
    await slackbox.close(view)
    assert (app.last["type"], app.last["is_cleared"]) == ("view_closed", False)
    assert await slackbox.views() == []


async def test_the_home_tab_is_published_and_acted_in(slackbox: Slackbox, app: App) -> None:
    client = slackbox.client()
    published = await client.views_publish(user_id=ADA, view=home(actions(button("refresh"))))
    view = await slackbox.home()
    assert view
    await slackbox.click(view, "refresh")
    assert app.last["view"]["type"] == "home"
    old = published["view"]["hash"]
    await client.views_publish(user_id=ADA, hash=old, view=home(section("new")))
    publishing = client.views_publish(user_id=ADA, hash=old, view=home(section("newer")))
    assert await error_of(publishing) == "hash_conflict"
