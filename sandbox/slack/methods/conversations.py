"""conversations.*: which places there are and who is there."""

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import flag, method, need, page
from sandbox.slack.model import BOT_USER, Channel, Json, Message
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
    channel = _heard(slack, arguments)
    found = [
        _told(m, arguments)
        for m in slack.workspace.seen_by(None, channel.id)
        if not m.thread_ts and m.ts > str(arguments.get("oldest") or "")
    ]
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
    channel = _heard(slack, arguments)
    ts = str(arguments["ts"])
    found = [
        _told(m, arguments)
        for m in slack.workspace.seen_by(None, channel.id)
        if ts in (m.ts, m.thread_ts)
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


def _heard(slack: Slack, arguments: Json) -> Channel:
    """A channel whose messages the app may read: it is there, and has the scope of its kind."""
    channel = _readable(slack, arguments)
    if channel.im_with and channel.im_with == arguments.get("channel"):
        # A person's id is for posting alone.
        raise SlackError("channel_not_found")
    kinds = {"public_channel": "channels", "private_channel": "groups", "im": "im"}
    needed, granted = f"{kinds[_kind(channel)]}:history", slack.config.scopes
    if granted is not None and needed not in granted:
        raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(granted)))
    if not slack.workspace.bot_in(channel):
        raise SlackError("not_in_channel")
    return channel


def _told(message: Message, arguments: Json) -> Json:
    """A message as lists have it: with metadata only where that is asked for."""
    told = message.wire()
    if message.files:
        told["files"] = [{"id": number} for number in message.files]
    if not flag(arguments.get("include_all_metadata")):
        told.pop("metadata", None)
    return told
