"""What people type: slash commands, and messages that the app may hear of."""

import re
from typing import Final

from sandbox.slack import events
from sandbox.slack.delivery import Reply
from sandbox.slack.errors import SlackError
from sandbox.slack.model import APP, BOT_USER, TEAM, TEAM_DOMAIN, Channel, Json, Message, User
from sandbox.slack.payloads import channel_name, outcome, response_url
from sandbox.slack.slack import Slack
from sandbox.slack.workspace import Workspace

SLACKBOT: Final = "USLACKBOT"
_MENTION: Final = re.compile(r"(?<![\w<])([@#])([\w.-]*\w)")
_LINK: Final = re.compile(r"(?<![<|])\bhttps?://[^\s<>|]+")


async def typed(
    slack: Slack, user_id: str, channel_id: str, text: str, thread_ts: str | None = None
) -> Json:
    """Send what somebody typed: a command if it starts with a slash, else a message."""
    user = slack.workspace.user(user_id)
    channel = slack.workspace.channel(channel_id)
    if user.id not in channel.members:
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    if text.startswith("/"):
        return await _command(slack, user, channel, text, thread_ts)
    message = slack.workspace.post(
        Message(
            ts=slack.workspace.ts(),
            channel=channel.id,
            user=user.id,
            text=escape(slack.workspace, text),
            thread_ts=thread_ts,
        )
    )
    slack.workspace.read[user.id, channel.id] = message.ts
    _heard(slack, channel, message)
    return outcome(ok=True, ts=message.ts)


async def _command(
    slack: Slack, user: User, channel: Channel, typed_text: str, thread_ts: str | None
) -> Json:
    name, _, text = typed_text.partition(" ")
    if name in ("/invite", "/remove"):
        return membership(slack, channel, joins=name == "/invite")
    if name != slack.config.command:
        return notice(slack, user, channel, f"{name} is not a valid command.", "unknown_command")
    if thread_ts:
        words = f"{name} is not supported in threads. Sorry!"
        return notice(slack, user, channel, words, "not_in_threads", thread_ts=thread_ts)
    token = slack.tickets.hook(channel.id, user.id)
    trigger = slack.tickets.trigger(user.id)
    form = {
        "token": "verification-is-by-signature",
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": escape(slack.workspace, text.strip()) if slack.config.should_escape else text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url(slack, "commands", token),
        "trigger_id": trigger,
    }
    reply = await slack.delivery.command(form)
    return await _answered(slack, user, channel, typed_text, reply) | {
        "trigger_id": trigger,
        "response_url": form["response_url"],
    }


async def _answered(
    slack: Slack, user: User, channel: Channel, typed_text: str, reply: Reply
) -> Json:
    """Show what came with the acknowledgement, or that none came."""
    name = typed_text.split(maxsplit=1)[0]
    failure = reply.failure
    content = {"text": reply.body} if isinstance(reply.body, str) else reply.body
    if not failure and content:
        try:
            text, blocks = await slack.accept(content, private=True)
        except (SlackError, AttributeError):
            failure = "invalid_command_response"
    if failure:
        words = f'{name} failed with the error "{failure}"'
        return notice(slack, user, channel, words, failure)
    public = isinstance(content, dict) and content.get("response_type") == "in_channel"
    if public:
        echo = Message(slack.workspace.ts(), channel.id, user.id, typed_text)
        slack.workspace.post(echo)
    if not content:
        return outcome(ok=True)
    message = Message(
        slack.workspace.ts(),
        channel.id,
        BOT_USER,
        text,
        blocks,
        only_for=None if public else user.id,
    )
    return outcome(ok=True, ts=slack.workspace.post(message).ts)


def notice(
    slack: Slack,
    user: User,
    channel: Channel,
    words: str,
    why: str,
    *,
    thread_ts: str | None = None,
) -> Json:
    """Slack itself tells somebody that something didn't work."""
    message = Message(
        slack.workspace.ts(),
        channel.id,
        SLACKBOT,
        words,
        only_for=user.id,
        notice=why,
        thread_ts=thread_ts,
    )
    slack.workspace.post(message)
    return outcome(ok=False, failure=why, ts=message.ts)


def membership(slack: Slack, channel: Channel, *, joins: bool) -> Json:
    """Let the app into a channel, or out of it."""
    if joins:
        channel.members.add(BOT_USER)
    else:
        channel.members.discard(BOT_USER)
    words = f"<@{BOT_USER}> {'joined' if joins else 'was removed from'} the channel."
    message = Message(slack.workspace.ts(), channel.id, SLACKBOT, words, notice="membership")
    slack.workspace.post(message)
    slack.workspace.tell("channel", channel=channel.id)
    return outcome(ok=True, ts=message.ts)


def _heard(slack: Slack, channel: Channel, message: Message) -> None:
    """Tell the app of a message that it may hear."""
    common: Json = {
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "event_ts": message.ts,
        "channel": channel.id,
        "team": TEAM,
    }
    if message.thread_ts:
        common["thread_ts"] = message.thread_ts
    if channel.im_with:
        event = {"type": "message", "channel_type": "im", **common}
        events.send(slack, "message.im", event)
    elif slack.workspace.bot_in(channel):
        if f"<@{BOT_USER}" in message.text:
            events.send(slack, "app_mention", {"type": "app_mention", **common})
        kind = "group" if channel.private else "channel"
        event = {"type": "message", "channel_type": kind, **common}
        events.send(slack, f"message.{kind}s", event)


def escape(workspace: Workspace, text: str) -> str:
    """Text as Slack sends it: ids of people and channels, links marked, &, < and > escaped."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _LINK.sub(lambda found: f"<{found[0]}>", text)
    return _MENTION.sub(lambda found: _mention(workspace, found), text)


def _mention(workspace: Workspace, found: re.Match[str]) -> str:
    sign, name = found.groups()
    if sign == "@":
        for user in workspace.users.values():
            if name in (user.name, user.id):
                return f"<@{user.id}|{user.name}>"
    for channel in workspace.channels.values():
        if sign == "#" and channel.name and name == channel.name:
            return f"<#{channel.id}|{'' if channel.private else channel.name}>"
    return found[0]
