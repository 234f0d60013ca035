"""views.*: modals, three deep, and the Home tab."""

import json
import secrets
from typing import Any, Final

from sandbox.slack.blocks import view_problems, with_ids
from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import method, need
from sandbox.slack.model import Json, View
from sandbox.slack.slack import Slack
from sandbox.slack.workspace import new_id

DEEPEST: Final = 3
LARGEST: Final = 250_000


@method("views.open")
async def open_view(slack: Slack, arguments: Json) -> Json:
    """Open a modal with a trigger id."""
    content = await accepted(slack, arguments, "modal")
    trigger = slack.tickets.exchange(_trigger(arguments))
    return {"view": show(slack, trigger.user, content).wire()}


@method("views.push")
async def push(slack: Slack, arguments: Json) -> Json:
    """Put a modal on top of the one that the trigger id came from."""
    content = await accepted(slack, arguments, "modal")
    trigger = slack.tickets.exchange(_trigger(arguments))
    if trigger.view is None or trigger.view not in slack.workspace.views:
        raise SlackError("not_found")
    return {"view": show(slack, trigger.user, content, on=trigger.view).wire()}


@method("views.update")
async def update(slack: Slack, arguments: Json) -> Json:
    """Change an open modal, if nobody did since its hash."""
    view = _found(slack, arguments)
    content = await accepted(slack, arguments, view.content["type"])
    _unchanged(view, arguments)
    change(slack, view, content)
    return {"view": view.wire()}


@method("views.publish")
async def publish(slack: Slack, arguments: Json) -> Json:
    """Show somebody's Home tab."""
    need(arguments, "user_id")
    user = slack.workspace.user(str(arguments["user_id"]))
    content = await accepted(slack, arguments, "home")
    if (view := slack.workspace.homes.get(user.id)) is not None:
        _unchanged(view, arguments)
        change(slack, view, content)
        return {"view": view.wire()}
    view_id = new_id("V")
    view = View(view_id, user.id, content, _hash(), root=view_id)
    slack.workspace.homes[user.id] = view
    slack.workspace.tell("home", user=user.id)
    return {"view": view.wire()}


async def accepted(slack: Slack, arguments: Json, kind: str) -> Json:
    """A view's content as it will be shown, if Slack takes it."""
    content = _content(arguments.get("view"))
    if len(json.dumps(content)) > LARGEST:
        raise SlackError("view_too_large")
    problems = view_problems(content)
    if not problems and content["type"] != kind:
        problems = [f"must be a {kind} view [json-pointer:/view/type]"]
    if not problems:
        problems = await slack.picture_problems(content["blocks"], "/view/blocks")
    if problems:
        raise SlackError("invalid_arguments", problems)
    return {**content, "blocks": with_ids(content["blocks"])}


def show(slack: Slack, user: str, content: Json, on: str | None = None) -> View:
    """Open a modal for somebody, on top of another or by itself."""
    views = slack.workspace.views
    if on and len(stack(slack, user)) >= DEEPEST:
        raise SlackError("push_limit_reached")
    _unique(slack, content)
    if on is None:
        for view in stack(slack, user):
            del views[view.id]
    view_id = new_id("V")
    root = views[on].root if on else view_id
    view = View(view_id, user, content, _hash(), root=root, previous=on)
    views[view_id] = view
    slack.workspace.tell("view", user=user)
    return view


def change(slack: Slack, view: View, content: Json) -> None:
    """Give a view other content; what was typed stays where the input stays."""
    _unique(slack, content, view)
    kept = {block["block_id"] for block in content["blocks"]}
    view.content, view.hash = content, _hash()
    view.values = {key: value for key, value in view.values.items() if key in kept}
    slack.workspace.tell("home" if content["type"] == "home" else "view", user=view.user)


def stack(slack: Slack, user: str) -> list[View]:
    """The modals that somebody has open, the bottom one first."""
    return [view for view in slack.workspace.views.values() if view.user == user]


def _content(value: Any) -> Json:
    try:
        content = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise SlackError("invalid_arguments", ["missing required field: view"])
    return content


def _trigger(arguments: Json) -> str:
    trigger = arguments.get("trigger_id") or arguments.get("interactivity_pointer")
    if not trigger:
        raise SlackError("invalid_arguments", ["missing required field: trigger_id"])
    return str(trigger)


def _found(slack: Slack, arguments: Json) -> View:
    wanted = arguments.get("view_id")
    external = arguments.get("external_id")
    for view in (*slack.workspace.views.values(), *slack.workspace.homes.values()):
        if view.id == wanted or (external and view.content.get("external_id") == external):
            return view
    raise SlackError("not_found")


def _unchanged(view: View, arguments: Json) -> None:
    if arguments.get("hash") and arguments["hash"] != view.hash:
        raise SlackError("hash_conflict")


def _unique(slack: Slack, content: Json, but: View | None = None) -> None:
    external = content.get("external_id")
    for view in slack.workspace.views.values():
        if external and view is not but and view.content.get("external_id") == external:
            raise SlackError("duplicate_external_id")


def _hash() -> str:
    return secrets.token_hex(8)
