"""Keeping a workspace over a restart: messages, files, pictures, Home tabs, who has read what.

Open modals, trigger ids and response URLs are gone after a restart, as they soon would be.
"""

import asyncio
import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sandbox.slack.model import Channel, File, Json, Message, View
from sandbox.slack.slack import Slack

EVERY: Final = 2.0


def read(slack: Slack, path: Path) -> None:
    """Take up what a file kept, if there is one."""
    if not path.exists():
        return
    kept = json.loads(path.read_text(), object_hook=_bytes_back)
    workspace = slack.workspace
    for item in kept["channels"]:
        channel = Channel(**item | {"members": set(item["members"])})
        workspace.channels[channel.id] = channel
    for item in kept["messages"]:
        message = Message(**item)
        workspace.messages.setdefault(message.channel, {})[message.ts] = message
    workspace.files = {item["id"]: File(**item) for item in kept["files"]}
    workspace.homes = {item["user"]: View(**item) for item in kept["homes"]}
    workspace.read = {(user, channel): ts for user, channel, ts in kept["read"]}
    slack.pictures.kept = {key: (kind, content) for key, kind, content in kept["pictures"]}


def write(slack: Slack, path: Path) -> None:
    """Keep everything in a file, whole or not at all."""
    workspace = slack.workspace
    kept: Json = {
        "channels": [asdict(channel) for channel in workspace.channels.values()],
        "messages": [asdict(m) for held in workspace.messages.values() for m in held.values()],
        "files": [asdict(file) for file in workspace.files.values()],
        "homes": [asdict(view) for view in workspace.homes.values()],
        "read": [[*key, ts] for key, ts in workspace.read.items()],
        "pictures": [[key, *picture] for key, picture in slack.pictures.kept.items()],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(kept, default=_plain))
    draft.replace(path)


async def keep(slack: Slack, path: Path) -> None:
    """Write a little after each change, until cancelled."""
    changed = asyncio.Event()

    def note(_change: Json) -> None:
        changed.set()

    slack.workspace.listeners.add(note)
    while True:
        await changed.wait()
        await asyncio.sleep(EVERY)
        changed.clear()
        write(slack, path)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _bytes_back(value: Json) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value
