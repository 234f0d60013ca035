"""What people do with blocks and views: clicks, menus, submissions, shortcuts."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack import events
from sandbox.slack.blocks import options_problems
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Blocks, Channel, Json, Message, User, View
from sandbox.slack.payloads import (
    base,
    element_of,
    from_message,
    from_view,
    outcome,
    place,
    response_url,
)
from sandbox.slack.slack import Slack
from sandbox.slack.state import elements, filled, has_state, initial, state


async def click(slack: Slack, done: Mapping[str, Any]) -> Json:
    """Press a button or choose from a menu, in a message or in a view."""
    user = slack.workspace.user(done["user"])
    message, view = _where(slack, user, done)
    blocks: Blocks = message.blocks if message else view.content["blocks"] if view else []
    block_id, element = element_of(blocks, done["action_id"], done.get("block_id"))
    action = {**_action(element, done.get("value")), "block_id": block_id}
    action["action_ts"] = slack.workspace.ts()
    trigger = slack.tickets.trigger(user.id, view.id if view and not _is_home(view) else None)
    payload = base(slack, "block_actions", user) | {"trigger_id": trigger, "actions": [action]}
    values = _remembered(slack, user, message, view, blocks)
    if has_state(element):
        entry = state(element, done.get("value"))
        values.setdefault(block_id, {})[element["action_id"]] = entry
    if message:
        channel = slack.workspace.channel(message.channel)
        token = slack.tickets.hook(channel.id, user.id, message.ts, message.thread_ts)
        payload |= from_message(message, channel)
        payload |= {
            "response_url": response_url(slack, "actions", token),
            "state": {"values": values},
        }
    elif view:
        payload |= from_view(view)
    reply = await slack.delivery.interaction(payload)
    return outcome(
        reply.failure is None,
        failure=reply.failure,
        trigger_id=trigger,
        response_url=payload.get("response_url"),
    )


async def options(slack: Slack, done: Mapping[str, Any]) -> Json:
    """Ask the app for the options of an external menu."""
    user = slack.workspace.user(done["user"])
    message, view = _where(slack, user, done)
    blocks: Blocks = message.blocks if message else view.content["blocks"] if view else []
    block_id, element = element_of(blocks, done["action_id"], done.get("block_id"))
    payload = base(slack, "block_suggestion", user) | {
        "action_id": element["action_id"],
        "block_id": block_id,
        "value": str(done.get("value") or ""),
    }
    if message:
        payload |= from_message(message, slack.workspace.channel(message.channel))
    elif view:
        payload |= from_view(view)
    reply = await slack.delivery.interaction(payload)
    if reply.failure or not isinstance(reply.body, dict):
        return outcome(ok=False, failure=reply.failure or "no_options")
    if problems := options_problems(reply.body):
        return outcome(ok=False, failure="invalid_options", problems=problems)
    return outcome(ok=True, **reply.body)


async def shortcut(slack: Slack, done: Mapping[str, Any]) -> Json:
    """Run a shortcut, on a message where one is given."""
    user = slack.workspace.user(done["user"])
    trigger = slack.tickets.trigger(user.id)
    about = done.get("ts")
    payload = base(slack, "message_action" if about else "shortcut", user)
    payload |= {"callback_id": done["callback_id"], "trigger_id": trigger}
    if about:
        channel = slack.workspace.channel(done["channel"])
        message = slack.workspace.message(channel.id, about)
        token = slack.tickets.hook(channel.id, user.id, message.ts)
        payload |= {
            "channel": place(channel),
            "message": message.wire(),
            "message_ts": message.ts,
            "response_url": response_url(slack, "actions", token),
        }
    reply = await slack.delivery.interaction(payload)
    return outcome(reply.failure is None, failure=reply.failure, trigger_id=trigger)


def open_home(slack: Slack, done: Mapping[str, Any]) -> Json:
    """Go to the app's Home tab (or its messages); the app hears of it."""
    user = slack.workspace.user(done["user"])
    channel = slack.workspace.channel(user.id)
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": done.get("tab") or "home",
        "event_ts": slack.workspace.ts(),
    }
    if (view := slack.workspace.homes.get(user.id)) is not None and event["tab"] == "home":
        event["view"] = view.wire()
    return outcome(events.send(slack, "app_home_opened", event))


def _where(slack: Slack, user: User, done: Mapping[str, Any]) -> tuple[Message | None, View | None]:
    """The message or the view that something is done in."""
    if view_id := done.get("view_id"):
        return None, view_of(slack, user, view_id)
    channel: Channel = slack.workspace.channel(done["channel"])
    message = slack.workspace.message(channel.id, done["ts"])
    if message.only_for not in (None, user.id) or user.id not in channel.members:
        raise SlackError("message_not_found")
    return message, None


def view_of(slack: Slack, user: User, view_id: str) -> View:
    """A view that somebody has open, or not_found."""
    view = slack.workspace.views.get(view_id) or slack.workspace.homes.get(user.id)
    if view is None or view.id != view_id or view.user != user.id:
        raise SlackError("not_found")
    return view


def _is_home(view: View) -> bool:
    return bool(view.content["type"] == "home")


def _action(element: Json, raw: Any) -> Json:
    """An action as Slack tells it."""
    told: Json = {"type": element["type"], "action_id": element["action_id"]}
    if element["type"] == "button":
        told |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        return told
    if "placeholder" in element:
        told["placeholder"] = element["placeholder"]
    return told | filled(element, raw)


def _remembered(
    slack: Slack, user: User, message: Message | None, view: View | None, blocks: Blocks
) -> Json:
    """The values of a view, or of a message as one person left them."""
    if view:
        return view.values
    key = (user.id, message.ts if message else "")
    values = slack.workspace.values.setdefault(key, {})
    for block_id, element in elements(blocks):
        if has_state(element):
            entry = state(element, initial(element))
            values.setdefault(block_id, {}).setdefault(element["action_id"], entry)
    return values
