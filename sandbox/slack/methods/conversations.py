"""conversations.*: which places there are and who is there."""

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import method, need, page
from sandbox.slack.model import BOT_USER, Channel, Json
from sandbox.slack.slack import Slack

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


@method("conversations.list", *READ)
async def listed(slack: Slack, arguments: Json) -> Json:
    """The channels of the kinds asked for; private ones only where the app is."""
    kinds = str(arguments.get("types") or "public_channel").split(",")
    archived = arguments.get("exclude_archived") in (True, "true", "1", 1)
    found = [
        channel.wire()
        for channel in slack.workspace.channels.values()
        if _kind(channel) in kinds
        and not (archived and channel.archived)
        and (not channel.private or slack.workspace.bot_in(channel))
    ]
    channels, metadata = page(found, arguments)
    return {"channels": channels, "response_metadata": metadata}


@method("conversations.info", *READ)
async def info(slack: Slack, arguments: Json) -> Json:
    """One channel."""
    return {"channel": _readable(slack, arguments).wire()}


@method("conversations.members", *READ)
async def members(slack: Slack, arguments: Json) -> Json:
    """Who is in a channel."""
    found, metadata = page(sorted(_readable(slack, arguments).members), arguments)
    return {"members": found, "response_metadata": metadata}


@method("conversations.open", "im:write")
async def opened(slack: Slack, arguments: Json) -> Json:
    """The direct messages between the app and one person."""
    users = arguments.get("users") or ""
    user = users[0] if isinstance(users, list) else str(users).split(",")[0]
    channel = slack.workspace.channel(slack.workspace.user(user).id)
    return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}


@method("conversations.join", "channels:join")
async def join(slack: Slack, arguments: Json) -> Json:
    """Let the app into a public channel."""
    channel = _readable(slack, arguments)
    if channel.archived:
        raise SlackError("is_archived")
    if channel.private or channel.im_with:
        raise SlackError("method_not_supported_for_channel_type")
    channel.members.add(BOT_USER)
    slack.workspace.tell("channel", channel=channel.id)
    return {"channel": channel.wire()}


@method("conversations.history", *HISTORY)
async def history(slack: Slack, arguments: Json) -> Json:
    """The public messages of a channel, newest first."""
    channel = _member(slack, arguments)
    found = [m.wire() for m in slack.workspace.seen_by(None, channel.id) if not m.thread_ts]
    messages, metadata = page(found[::-1], arguments)
    return {
        "messages": messages,
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


@method("conversations.replies", *HISTORY)
async def replies(slack: Slack, arguments: Json) -> Json:
    """A thread, its parent first."""
    need(arguments, "ts")
    channel = _member(slack, arguments)
    ts = str(arguments["ts"])
    found = [
        m.wire() for m in slack.workspace.seen_by(None, channel.id) if ts in (m.ts, m.thread_ts)
    ]
    if not found:
        raise SlackError("thread_not_found")
    messages, metadata = page(found, arguments)
    return {"messages": messages, "has_more": False, "response_metadata": metadata}


def _kind(channel: Channel) -> str:
    if channel.im_with:
        return "im"
    return "private_channel" if channel.private else "public_channel"


def _readable(slack: Slack, arguments: Json) -> Channel:
    need(arguments, "channel")
    channel = slack.workspace.channel(str(arguments["channel"]))
    if channel.private and not slack.workspace.bot_in(channel):
        raise SlackError("channel_not_found")
    return channel


def _member(slack: Slack, arguments: Json) -> Channel:
    channel = _readable(slack, arguments)
    if not slack.workspace.bot_in(channel):
        raise SlackError("not_in_channel")
    return channel
