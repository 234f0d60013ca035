"""What people do with blocks and views: clicks, menus, submissions, shortcuts."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack import events
from sandbox.slack.blocks import options_problems
from sandbox.slack.delivery import Reply
from sandbox.slack.errors import SlackError
from sandbox.slack.methods.views import accepted, change, show, stack
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
from sandbox.slack.state import elements, filled, has_state, initial, is_empty, state

REQUIRED: Final = "Please complete this required field."


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


async def submit(slack: Slack, done: Mapping[str, Any]) -> Json:
    """Submit a modal; `values` are raw, by block id or action id."""
    user = slack.workspace.user(done["user"])
    view = _view(slack, user, done["view_id"])
    given = done.get("values") or {}
    entries = _entries(view, given)
    if errors := _missing(view, entries):
        return outcome(ok=False, errors=errors)
    view.values = entries
    trigger = slack.tickets.trigger(user.id, view.id)
    payload = base(slack, "view_submission", user) | {
        "trigger_id": trigger,
        "view": view.wire(),
        "response_urls": _response_urls(slack, user, view),
    }
    reply = await slack.delivery.interaction(payload)
    if reply.failure:
        return outcome(ok=False, failure=reply.failure, trigger_id=trigger)
    try:
        told = await _react(slack, user, view, reply)
    except SlackError as error:
        told = outcome(ok=False, failure=error.error, problems=list(error.problems))
    return told | {"trigger_id": trigger}


async def close(slack: Slack, done: Mapping[str, Any]) -> Json:
    """Close a modal, or all of them; the app hears of it where it asked to."""
    user = slack.workspace.user(done["user"])
    view = _view(slack, user, done["view_id"])
    cleared = bool(done.get("clear")) or bool(view.content.get("clear_on_close"))
    closed = stack(slack, user.id) if cleared else [view]
    for one in closed:
        slack.workspace.views.pop(one.id, None)
    slack.workspace.tell("view", user=user.id)
    for one in reversed(closed):
        if one.content.get("notify_on_close"):
            payload = base(slack, "view_closed", user)
            payload |= {"view": one.wire(), "is_cleared": cleared}
            await slack.delivery.interaction(payload)
    return outcome(ok=True)


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
        return None, _view(slack, user, view_id)
    channel: Channel = slack.workspace.channel(done["channel"])
    message = slack.workspace.message(channel.id, done["ts"])
    if message.only_for not in (None, user.id) or user.id not in channel.members:
        raise SlackError("message_not_found")
    return message, None


def _view(slack: Slack, user: User, view_id: str) -> View:
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


def _entries(view: View, given: Mapping[str, Any]) -> Json:
    """The state of every input, from raw values by block id or action id."""
    entries: Json = {}
    for block_id, element in elements(view.content["blocks"]):
        if not has_state(element):
            continue
        action = element["action_id"]
        earlier = view.values.get(block_id, {}).get(action)
        if block_id in given or action in given:
            raw = given.get(block_id, given.get(action))
            entry = state(element, raw)
        else:
            entry = earlier or state(element, initial(element))
        entries.setdefault(block_id, {})[action] = entry
    return entries


def _missing(view: View, entries: Json) -> dict[str, str]:
    """What Slack itself refuses before the app hears of a submission."""
    errors: dict[str, str] = {}
    for block in view.content["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = entries[block["block_id"]][element["action_id"]]
        if is_empty(entry):
            if not block.get("optional"):
                errors[block["block_id"]] = REQUIRED
        elif problem := _unfit(element, entry):
            errors[block["block_id"]] = problem
    return errors


def _unfit(element: Json, entry: Json) -> str | None:
    value = str(entry.get("value"))
    if element["type"] == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please enter at most {element.get('max_length', 3000)} characters."
    if element["type"] == "number_input":
        return _not_a_number(element, value)
    if element["type"] == "email_text_input" and "@" not in value:
        return "Please enter a valid email address."
    if element["type"] == "url_text_input" and "://" not in value:
        return "Please enter a valid URL."
    return None


def _not_a_number(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None


def _response_urls(slack: Slack, user: User, view: View) -> list[Json]:
    """Response URLs for the conversations that were chosen, where an input asks for them."""
    urls = []
    for block_id, element in elements(view.content["blocks"]):
        entry = view.values.get(block_id, {}).get(element["action_id"], {})
        chosen = entry.get("selected_conversation") or entry.get("selected_channel")
        if element.get("response_url_enabled") and chosen:
            token = slack.tickets.hook(chosen, user.id)
            urls.append(
                {
                    "block_id": block_id,
                    "action_id": element["action_id"],
                    "channel_id": chosen,
                    "response_url": response_url(slack, "commands", token),
                }
            )
    return urls


async def _react(slack: Slack, user: User, view: View, reply: Reply) -> Json:
    """Do what the app's answer to a submission says."""
    answer = reply.body if isinstance(reply.body, dict) else {}
    match answer.get("response_action"):
        case "errors":
            errors = answer.get("errors") or {}
            inputs = {b["block_id"] for b in view.content["blocks"] if b["type"] == "input"}
            if not errors or errors.keys() - inputs:
                raise SlackError("invalid_errors")
            return outcome(ok=False, errors=errors)
        case "update":
            change(slack, view, await accepted(slack, answer, "modal"))
        case "push":
            show(slack, user.id, await accepted(slack, answer, "modal"), on=view.id)
        case "clear":
            for one in stack(slack, user.id):
                slack.workspace.views.pop(one.id)
            slack.workspace.tell("view", user=user.id)
        case _:
            slack.workspace.views.pop(view.id, None)
            slack.workspace.tell("view", user=user.id)
    return outcome(ok=True)
