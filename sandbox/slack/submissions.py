"""Submitting and closing modals: values, what Slack itself refuses, what the app answers."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack.delivery import Reply
from sandbox.slack.errors import SlackError
from sandbox.slack.interactions import view_of
from sandbox.slack.methods.views import accepted, change, show, stack
from sandbox.slack.model import Json, User, View
from sandbox.slack.payloads import base, outcome, response_url
from sandbox.slack.slack import Slack
from sandbox.slack.state import elements, has_state, initial, is_empty, state

REQUIRED: Final = "Please complete this required field."


async def submit(slack: Slack, done: Mapping[str, Any]) -> Json:
    """Submit a modal; `values` are raw, by block id or action id."""
    user = slack.workspace.user(done["user"])
    view = view_of(slack, user, done["view_id"])
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
    view = view_of(slack, user, done["view_id"])
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
