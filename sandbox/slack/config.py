"""How the local Slack is set up: whose app it has installed, and how strict it is."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

EVENTS = frozenset({"app_home_opened", "app_mention", "message.im"})


@dataclass(slots=True, kw_only=True)
class Config:
    """The settings of one local Slack; a test may change them while it runs.

    `scopes` None grants every scope; with a manifest only those that it asks for are granted.
    Times are seconds.
    """

    host: str = "127.0.0.1"
    port: int = 0
    app_url: str | None = None
    app_name: str = "Cloud Cost"
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(12)}")
    app_token: str = field(default_factory=lambda: f"xapp-{secrets.token_hex(12)}")
    socket: bool = False
    command: str = "/cost"
    usage_hint: str = "[project] [last-7d | mtd | …] [by service] · help"
    description: str = "What did it cost?"
    should_escape: bool = True
    scopes: frozenset[str] | None = None
    events: frozenset[str] = EVENTS
    ack_seconds: float = 3
    trigger_seconds: float = 3
    file_seconds: float = 0.3
    event_retries: tuple[float, ...] = (0, 60, 300)
    channel_rate: bool = False
    save: Path | None = None

    def install(self, manifest: Mapping[str, Any]) -> Self:
        """Take names, command, scopes and events from an app manifest, as Slack does."""
        features = manifest.get("features", {})
        self.app_name = manifest.get("display_information", {}).get("name", self.app_name)
        for command in features.get("slash_commands", [])[:1]:
            self.command = command["command"]
            self.usage_hint = command.get("usage_hint", "")
            self.description = command.get("description", "")
            self.should_escape = command.get("should_escape", False)
        self.scopes = frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ()))
        settings = manifest.get("settings", {})
        self.events = frozenset(settings.get("event_subscriptions", {}).get("bot_events", ()))
        self.socket = settings.get("socket_mode_enabled", self.socket)
        return self
