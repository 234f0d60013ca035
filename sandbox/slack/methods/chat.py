"""chat.*: messages to channels, to people and to one person alone."""

from typing import Final

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import flag, method, need
from sandbox.slack.model import BOT_USER, Channel, Json, Message
from sandbox.slack.slack import LONGEST_TEXT, Slack

LONGEST_UPDATE: Final = 4_000


@method("chat.postMessage", "chat:write")
async def post_message(slack: Slack, arguments: Json) -> Json:
    """Post a message as the app."""
    need(arguments, "channel")
    channel = _writable(slack, str(arguments["channel"]))
    if slack.config.channel_rate:
        slack.faults.pace(channel.id, slack.clock())
    text, blocks = await slack.accept(arguments)
    thread = arguments.get("thread_ts") or None
    message = slack.workspace.post(
        Message(
            ts=slack.workspace.ts(),
            channel=channel.id,
            user=BOT_USER,
            text=text,
            blocks=blocks,
            attachments=arguments.get("attachments") or [],
            thread_ts=thread,
            broadcast=flag(arguments.get("reply_broadcast")),
            metadata=arguments.get("metadata"),
        )
    )
    told: Json = {"channel": channel.id, "ts": message.ts, "message": message.wire()}
    if len(arguments.get("text") or "") > LONGEST_TEXT:
        told["warning"] = "message_truncated"
        told["response_metadata"] = {"warnings": ["message_truncated"]}
    return told


@method("chat.postEphemeral", "chat:write")
async def post_ephemeral(slack: Slack, arguments: Json) -> Json:
    """Post a message that one person sees; it can't show uploaded files nor be changed."""
    need(arguments, "channel", "user")
    channel = _writable(slack, str(arguments["channel"]))
    user = slack.workspace.user(str(arguments["user"]))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = await slack.accept(arguments, private=True)
    message = slack.workspace.post(
        Message(
            ts=slack.workspace.ts(),
            channel=channel.id,
            user=BOT_USER,
            text=text,
            blocks=blocks,
            attachments=arguments.get("attachments") or [],
            thread_ts=arguments.get("thread_ts") or None,
            only_for=user.id,
        )
    )
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
async def update(slack: Slack, arguments: Json) -> Json:
    """Change one of the app's messages; ephemeral ones can't be found."""
    need(arguments, "channel", "ts")
    message = _own(slack, arguments, "cant_update_message")
    if "text" in arguments or "blocks" in arguments or "attachments" in arguments:
        if len(arguments.get("text") or "") > LONGEST_UPDATE:
            raise SlackError("msg_too_long")
        text, blocks = await slack.accept(_with_blocks_kept(message, arguments))
        message.text, message.blocks = text, blocks
        message.attachments = arguments.get("attachments") or []
    if "metadata" in arguments:
        message.metadata = arguments["metadata"]
    message.edited = slack.workspace.ts()
    slack.workspace.changed(message)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message.wire(),
    }


def _with_blocks_kept(message: Message, arguments: Json) -> Json:
    """Text alone replaces blocks; blocks alone keep the text."""
    return {"text": arguments.get("text", message.text), **arguments}


@method("chat.delete", "chat:write")
async def delete(slack: Slack, arguments: Json) -> Json:
    """Take one of the app's messages away."""
    need(arguments, "channel", "ts")
    message = _own(slack, arguments, "cant_delete_message")
    slack.workspace.remove(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink")
async def permalink(slack: Slack, arguments: Json) -> Json:
    """A link to a message: here, to the page."""
    need(arguments, "channel", "message_ts")
    channel = slack.workspace.channel(str(arguments["channel"]))
    message = slack.workspace.message(channel.id, str(arguments["message_ts"]))
    return {"channel": channel.id, "permalink": f"{slack.base}/#/{channel.id}/{message.ts}"}


def _writable(slack: Slack, name: str) -> Channel:
    """A channel that the app may write to."""
    channel = slack.workspace.channel(name)
    if channel.archived:
        raise SlackError("is_archived")
    if not slack.workspace.bot_in(channel):
        raise SlackError("channel_not_found" if channel.private else "not_in_channel")
    return channel


def _own(slack: Slack, arguments: Json, refusal: str) -> Message:
    """One of the app's own public messages."""
    channel = slack.workspace.channel(str(arguments["channel"]))
    message = slack.workspace.message(channel.id, str(arguments["ts"]))
    if message.only_for:
        raise SlackError("message_not_found")
    if not message.by_bot:
        raise SlackError(refusal)
    return message
