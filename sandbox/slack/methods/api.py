"""api.test, auth.test, apps.connections.open."""

from sandbox.slack.errors import SlackError
from sandbox.slack.methods.registry import method
from sandbox.slack.model import BOT, BOT_USER, TEAM, TEAM_DOMAIN, TEAM_NAME, Json
from sandbox.slack.slack import Slack


@method("api.test")
async def test(_slack: Slack, arguments: Json) -> Json:
    """Echo."""
    if error := arguments.get("error"):
        raise SlackError(error, args=arguments)
    return {"args": arguments}


@method("auth.test")
async def auth_test(slack: Slack, _arguments: Json) -> Json:
    """Whose token this is."""
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.example/",
        "team": TEAM_NAME,
        "user": slack.workspace.users[BOT_USER].name,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", app_token=True)
async def connections_open(slack: Slack, _arguments: Json) -> Json:
    """An address for one Socket Mode connection."""
    base = slack.base.replace("http", "ws", 1)
    return {"url": f"{base}/link?ticket={slack.sockets.ticket()}"}
