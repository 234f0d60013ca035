"""The app manifest: what Slack must know of the app, with the least scopes."""

from collections.abc import Mapping
from typing import Final

from bot.settings import Settings
from bot.slack.receive import PATH

NAME: Final = "Cloud Cost"

SCOPES: Final[Mapping[str, str]] = {
    "commands": "the slash command",
    "chat:write": "answers that are shared, files in direct messages, "
    "what the product tells by itself",
    "files:write": "charts and CSV files",
    "app_mentions:read": "questions in threads, where slash commands can't be used",
    "im:history": "questions in a direct message to the app",
    "users:read": "who is a guest and sees nothing by default; names and time zones of owners",
}
"""Every bot scope asked for, and the feature that needs it."""

OPTIONAL_SCOPES: Final[Mapping[str, str]] = {
    "channels:history": "before a message is posted again that Slack never acknowledged, whether "
    "it is there already; in public channels the app was invited to",
    "groups:history": "the same in private channels",
    "im:write": "the same in direct messages: it says which those with a person are",
}
"""Scopes that may be declined when the app is installed, and what each is good for.

Source: docs.slack.dev/changelog/2026/03/16/optional-scopes
"""

EVENTS: Final = ("app_home_opened", "app_mention", "message.im")


def manifest(settings: Settings) -> dict[str, object]:
    """The manifest for this installation, to be pasted at api.slack.com/apps.

    With SLACK_APP_TOKEN it is one for Socket Mode, else for HTTP at PUBLIC_URL.
    """
    socket = settings.slack_app_token is not None
    url = None if socket else f"{settings.public_url or 'https://YOUR-PUBLIC-URL'}{PATH}"
    command = {
        "command": settings.slack_command,
        "description": "What did it cost?",
        "usage_hint": "[project] [last-7d | mtd | …] [by service] · help",
        "should_escape": True,
    }
    interactivity: dict[str, object] = {"is_enabled": True}
    events: dict[str, object] = {"bot_events": list(EVENTS)}
    if url is not None:
        command["url"] = url
        interactivity |= {"request_url": url, "message_menu_options_url": url}
        events["request_url"] = url
    return {
        "display_information": {
            "name": NAME,
            "description": "What the cloud costs, and why, where you talk about it.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {
            "scopes": {
                "bot": [*SCOPES, *OPTIONAL_SCOPES],
                "bot_optional": list(OPTIONAL_SCOPES),
            }
        },
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }
