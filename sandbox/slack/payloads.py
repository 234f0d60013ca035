"""The payloads that Slack sends, as far as they have parts in common."""

from typing import Any

from sandbox.slack.blocks import walk
from sandbox.slack.errors import SlackError
from sandbox.slack.model import APP, TEAM, TEAM_DOMAIN, Blocks, Channel, Json, Message, User, View
from sandbox.slack.slack import Slack


def base(slack: Slack, kind: str, user: User) -> Json:
    """Who did something where, in every interaction."""
    return {
        "type": kind,
        "token": "verification-is-by-signature",
        "api_app_id": APP,
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM},
        "enterprise": None,
        "is_enterprise_install": False,
        "action_ts": slack.workspace.ts(),
    }


def place(channel: Channel) -> Json:
    """A channel in an interaction."""
    return {"id": channel.id, "name": channel_name(channel)}


def channel_name(channel: Channel) -> str:
    """A channel's name in payloads."""
    if channel.im_with:
        return "directmessage"
    return "privategroup" if channel.private else channel.name


def from_message(message: Message, channel: Channel) -> Json:
    """The part that says which message an interaction is about; an ephemeral one isn't shown."""
    private = message.only_for is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": private,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    told: Json = {"container": container, "channel": place(channel)}
    return told if private else told | {"message": message.wire()}


def from_view(view: View) -> Json:
    """The part that says which view an interaction is about."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view.wire()}


def element_of(blocks: Blocks, action_id: str, block_id: str | None) -> tuple[str, Json]:
    """An interactive element by its action id, with its block's id."""
    for block in blocks:
        if block_id in (None, block["block_id"]):
            for part in walk(block):
                if part.get("action_id") == action_id:
                    return block["block_id"], part
    raise SlackError("no_such_element", action_id=action_id)


def response_url(slack: Slack, kind: str, token: str) -> str:
    """The address for answers."""
    return f"{slack.base}/{kind}/{TEAM}/{token}"


def outcome(ok: bool, **more: Any) -> Json:  # noqa: FBT001 - it is what an outcome is
    """What the page and the tests hear of an interaction."""
    return {"ok": ok, **{key: value for key, value in more.items() if value is not None}}
