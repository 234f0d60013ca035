"""users.*: who works here."""

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import method, need, page
from sandbox.slack.model import Json
from sandbox.slack.slack import Slack


@method("users.info", "users:read")
async def info(slack: Slack, arguments: Json) -> Json:
    """One person."""
    need(arguments, "user")
    return {"user": _told(slack, slack.workspace.user(str(arguments["user"])).wire())}


@method("users.list", "users:read")
async def listed(slack: Slack, arguments: Json) -> Json:
    """Everybody."""
    found = [_told(slack, user.wire()) for user in slack.workspace.users.values()]
    members, metadata = page(found, arguments)
    return {"members": members, "cache_ts": 0, "response_metadata": metadata}


@method("users.lookupByEmail", "users:read.email")
async def by_email(slack: Slack, arguments: Json) -> Json:
    """The person with an address."""
    need(arguments, "email")
    for user in slack.workspace.users.values():
        if user.wire()["profile"]["email"] == arguments["email"]:
            return {"user": user.wire()}
    raise SlackError("users_not_found")


def _told(slack: Slack, user: Json) -> Json:
    """Addresses are told only with their own scope."""
    if slack.config.scopes is not None and "users:read.email" not in slack.config.scopes:
        user["profile"].pop("email")
    return user
