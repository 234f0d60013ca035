"""reactions.*: an emoji beside a message."""

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import method, need
from sandbox.slack.model import BOT_USER, Json, Message
from sandbox.slack.slack import Slack


@method("reactions.add", "reactions:write")
async def add(slack: Slack, arguments: Json) -> Json:
    """React to a message."""
    message = _message(slack, arguments)
    users = message.reactions.setdefault(str(arguments["name"]), [])
    if BOT_USER in users:
        raise SlackError("already_reacted")
    users.append(BOT_USER)
    slack.workspace.changed(message)
    return {}


@method("reactions.remove", "reactions:write")
async def remove(slack: Slack, arguments: Json) -> Json:
    """Take a reaction back."""
    message = _message(slack, arguments)
    name = str(arguments["name"])
    if BOT_USER not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    message.reactions[name].remove(BOT_USER)
    if not message.reactions[name]:
        del message.reactions[name]
    slack.workspace.changed(message)
    return {}


def _message(slack: Slack, arguments: Json) -> Message:
    need(arguments, "channel", "timestamp", "name")
    channel = slack.workspace.channel(str(arguments["channel"]))
    return slack.workspace.message(channel.id, str(arguments["timestamp"]))
