"""The things a workspace holds, and how Slack writes them on the wire."""

from dataclasses import dataclass, field
from typing import Any, Final

type Json = dict[str, Any]
type Blocks = list[Json]

TEAM: Final = "T0SANDBOX"
TEAM_NAME: Final = "Northwind"
TEAM_DOMAIN: Final = "northwind"
APP: Final = "A0CLOUDCOST"
BOT_USER: Final = "U0CLOUDCOST"
BOT: Final = "B0CLOUDCOST"


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the app's bot user; `role` is admin, member, guest or bot."""

    id: str
    name: str
    real_name: str
    title: str = ""
    role: str = "member"
    color: str = "#4a154b"

    def wire(self) -> Json:
        """As users.info tells it."""
        return {
            "id": self.id,
            "team_id": TEAM,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "color": self.color.removeprefix("#"),
            "tz": "America/Los_Angeles",
            "tz_label": "Pacific Time",
            "tz_offset": -28800,
            "profile": self._profile(),
            "is_admin": self.role == "admin",
            "is_owner": self.role == "admin",
            "is_primary_owner": False,
            "is_restricted": self.role == "guest",
            "is_ultra_restricted": self.role == "guest",
            "is_bot": self.role == "bot",
            "is_app_user": False,
            "updated": 0,
        }

    def _profile(self) -> Json:
        return {
            "title": self.title,
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "email": f"{self.name}@{TEAM_DOMAIN}.example",
            "team": TEAM,
        }


@dataclass(slots=True)
class Channel:
    """A channel, or (`im_with`) the direct messages between a person and the app."""

    id: str
    name: str
    topic: str = ""
    members: set[str] = field(default_factory=set)
    private: bool = False
    archived: bool = False
    im_with: str | None = None

    def wire(self) -> Json:
        """As conversations.info tells it."""
        if self.im_with:
            return {
                "id": self.id,
                "is_im": True,
                "user": self.im_with,
                "created": 0,
                "is_archived": False,
                "is_user_deleted": False,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": self.name == "general",
            "is_member": BOT_USER in self.members,
            "num_members": len(self.members),
            "created": 0,
            "creator": "U0ADA",
            "topic": {"value": self.topic, "creator": "U0ADA", "last_set": 0},
            "purpose": {"value": self.topic, "creator": "U0ADA", "last_set": 0},
        }


@dataclass(slots=True)
class Message:
    """A message; one with `only_for` is ephemeral: that person alone sees it.

    `command` is what was typed to get it; `notice` marks Slack's own words (Slackbot).
    """

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: Blocks = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    edited: str | None = None
    metadata: Json | None = None
    only_for: str | None = None
    notice: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def by_bot(self) -> bool:
        """Whether the app wrote it."""
        return self.user == BOT_USER

    def wire(self) -> Json:
        """As chat.postMessage returns it and interactions carry it."""
        told: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        if self.by_bot:
            told |= {"bot_id": BOT, "app_id": APP, "team": TEAM}
        if self.blocks:
            told["blocks"] = self.blocks
        if self.attachments:
            told["attachments"] = self.attachments
        if self.thread_ts:
            told["thread_ts"] = self.thread_ts
        if self.edited:
            told["edited"] = {"user": self.user, "ts": self.edited}
        if self.metadata:
            told["metadata"] = self.metadata
        if self.reactions:
            told["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in self.reactions.items()
            ]
        return told


@dataclass(slots=True)
class File:
    """An uploaded file; it can be shown from `ready_at` on, some time after its completion."""

    id: str
    name: str
    length: int
    token: str
    alt_txt: str = ""
    title: str = ""
    content: bytes | None = None
    ready_at: float | None = None
    shares: list[str] = field(default_factory=list)

    @property
    def is_image(self) -> bool:
        """Whether an image block can show it."""
        return self.name.lower().endswith((".png", ".jpg", ".jpeg", ".gif"))


@dataclass(slots=True)
class View:
    """A modal or a Home tab as somebody sees it."""

    id: str
    user: str
    content: Json
    hash: str
    root: str
    previous: str | None = None
    values: Json = field(default_factory=dict)

    def wire(self) -> Json:
        """As views.open returns it and interactions carry it."""
        return {
            "id": self.id,
            "team_id": TEAM,
            "state": {"values": self.values},
            "hash": self.hash,
            "app_id": APP,
            "bot_id": BOT,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_installed_team_id": TEAM,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "submit": None,
            "close": None,
        } | self.content
