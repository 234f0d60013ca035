"""Slack's image proxy: it fetches a picture when the message is posted, and keeps it."""

import hashlib
from typing import Final

import aiohttp

from sandbox.slack.model import Json
from sandbox.slack.workspace import Workspace

SECONDS: Final = 10
LARGEST: Final = 10_000_000
KINDS: Final = frozenset({"image/png", "image/jpeg", "image/gif"})


class Pictures:
    """The pictures fetched, by address; `get` finds them again by their key."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, bytes]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to fetch."""
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def close(self) -> None:
        """Stop fetching."""
        if self._session:
            await self._session.close()

    def get(self, key: str) -> tuple[str, bytes] | None:
        """Content type and bytes of a kept picture."""
        return self.kept.get(key)

    async def fetch(self, url: str) -> bool:
        """Whether a picture could be had from an address."""
        if self._session is None:
            return False
        try:
            async with self._session.get(url) as reply:
                kind = reply.content_type
                content = await reply.content.read(LARGEST)
                good = reply.ok and kind in KINDS and bool(content)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        if good:
            self.kept[key_of(url)] = (kind, content)
        return good


def key_of(url: str) -> str:
    """The name under which the proxy keeps a picture."""
    return hashlib.sha256(url.encode()).hexdigest()[:32]


def file_shown(workspace: Workspace, image: Json, now: float) -> bool:
    """Whether an uploaded file can be shown: it exists, is a picture and is processed."""
    wanted = image["slack_file"]
    file_id = wanted.get("id") or str(wanted.get("url", "")).rstrip("/").split("/")[-2:][0]
    file = workspace.files.get(file_id)
    return bool(file and file.is_image and file.ready_at is not None and file.ready_at <= now)
