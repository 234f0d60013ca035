"""What somebody sees: the workspace, messages, modals and the Home tab, for page and tests."""

from sandbox.slack.blocks import images
from sandbox.slack.methods.files import wire as file_wire
from sandbox.slack.methods.views import stack
from sandbox.slack.model import BOT_USER, Channel, Json, Message
from sandbox.slack.pictures import key_of
from sandbox.slack.slack import Slack


async def state(slack: Slack, asked: Json) -> Json:
    """Who and what there is, with unread counts."""
    me = asked.get("as") or ""
    config = slack.config
    return {
        "ok": True,
        "app": {
            "id": BOT_USER,
            "name": config.app_name,
            "command": config.command,
            "usage_hint": config.usage_hint,
            "description": config.description,
            "mode": "socket" if config.socket else "http",
            "app_url": config.app_url,
            "connections": slack.sockets.alive,
        },
        "ack_seconds": config.ack_seconds,
        "users": [
            {"id": u.id, "name": u.name, "real_name": u.real_name, "title": u.title}
            | {"role": u.role, "color": u.color}
            for u in slack.workspace.users.values()
        ],
        "channels": [_channel(slack, me, c) for c in slack.workspace.visible(me)],
        "faults": [
            {"method": f.method, "kind": f.kind, "times": f.times}
            for f in slack.faults.planned
            if f.times > 0
        ],
    }


def _channel(slack: Slack, me: str, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "private": channel.private,
        "archived": channel.archived,
        "im": channel.im_with is not None,
        "bot": slack.workspace.bot_in(channel),
        "members": sorted(channel.members),
        "unread": slack.workspace.unread(me, channel.id),
        "last_read": slack.workspace.read.get((me, channel.id), "0"),
    }


async def messages(slack: Slack, asked: Json) -> Json:
    """The messages of a channel, oldest first."""
    channel = slack.workspace.channel(asked["channel"])
    seen = list(slack.workspace.seen_by(asked.get("as"), channel.id))
    return {"ok": True, "messages": [_shown(slack, message, seen) for message in seen]}


def _shown(slack: Slack, message: Message, around: list[Message]) -> Json:
    """A message with what the page needs beside it."""
    replies = [m for m in around if m.thread_ts == message.ts and m.ts != message.ts]
    addresses = [image.get("image_url") for _, image in images(message.blocks)]
    uploaded = [image["slack_file"] for _, image in images(message.blocks) if "slack_file" in image]
    files = [*message.files, *(file["id"] for file in uploaded if "id" in file)]
    return message.wire() | {
        "channel": message.channel,
        "only_for": message.only_for,
        "notice": message.notice,
        "broadcast": message.broadcast,
        "attached": message.files,
        "replies": {"count": len(replies), "users": sorted({m.user for m in replies})},
        "pictures": {url: f"/sandbox/picture/{key_of(url)}" for url in addresses if url},
        "files": {
            file_id: file_wire(slack, slack.workspace.files[file_id])
            for file_id in files
            if file_id in slack.workspace.files
        },
    }


async def views(slack: Slack, asked: Json) -> Json:
    """The open modals, the bottom one first."""
    open_ones = stack(slack, asked["as"])
    return {"ok": True, "views": [_viewed(slack, view.wire()) for view in open_ones]}


async def home(slack: Slack, asked: Json) -> Json:
    """The app's Home tab, where it was published."""
    view = slack.workspace.homes.get(asked["as"])
    return {"ok": True, "view": _viewed(slack, view.wire()) if view else None}


def _viewed(slack: Slack, view: Json) -> Json:
    found = [image for _, image in images(view["blocks"])]
    uploaded = [image["slack_file"].get("id") for image in found if "slack_file" in image]
    addresses = [image["image_url"] for image in found if "image_url" in image]
    return view | {
        "pictures": {url: f"/sandbox/picture/{key_of(url)}" for url in addresses},
        "files": {
            file_id: file_wire(slack, slack.workspace.files[file_id])
            for file_id in uploaded
            if file_id in slack.workspace.files
        },
    }
