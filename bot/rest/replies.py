"""Finished replies, kept for as long as they would be made again just as they are.

An answer depends on the data, the day, what was asked, and what the asker may see. Together
these are its key here, and its entity tag for the client.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Final

from aiohttp import web
from cachetools import LRUCache
from multidict import CIMultiDict

from bot.services import Services
from core.access.model import Viewer

type Make = Callable[[], Awaitable[web.StreamResponse]]
type Key = tuple[int, date, frozenset[str] | None, str, str, str]

KEPT_BYTES: Final = 16 * 2**20
COMPRESSED: Final = 8 * 2**10
"""Bodies of so many bytes are compressed; below, the network gains less than it costs here."""

_OK: Final = 200


@dataclass(frozen=True, slots=True)
class _Reply:
    headers: CIMultiDict[str]
    body: bytes


def _size(reply: _Reply) -> int:
    return len(reply.body)


class Replies:
    """Replies that are made once, and sent as often as they are asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: LRUCache[Key, _Reply] = LRUCache(KEPT_BYTES, _size)

    async def give(self, request: web.Request, viewer: Viewer, make: Make) -> web.StreamResponse:
        """The reply kept, or one that is made; without its body where the client has it."""
        key = await self._key(request, viewer)
        kept = self._kept.get(key)
        headers = kept.headers if kept else _headers(key)
        known = request.headers.get("If-None-Match", "")
        if headers["ETag"].removeprefix("W/") in known:
            return web.Response(status=304, headers=_headers(key))
        if kept is None:
            made = await make()
            if made.status != _OK or not isinstance(made, web.Response):
                return made
            made.headers.update(headers)
            kept = _Reply(made.headers, await compressed(request, made))
            if _size(kept) <= KEPT_BYTES // 8:
                self._kept[key] = kept
        return web.Response(body=kept.body, headers=kept.headers)

    async def _key(self, request: web.Request, viewer: Viewer) -> Key:
        headers = request.headers
        return (
            await self._services.costs.data_version(),
            self._services.today(),
            viewer.projects,
            request.raw_path,
            headers.get("Accept", ""),
            headers.get("Accept-Encoding", ""),
        )


async def compressed(request: web.Request, response: web.Response) -> bytes:
    """The body of a response as it goes out; a large one gzipped, if the client can read it."""
    body = response.body
    assert isinstance(body, bytes)  # noqa: S101 - all that is sent whole is bytes
    if len(body) < COMPRESSED:
        return body
    response.headers["Vary"] = "Accept, Accept-Encoding"
    if "gzip" not in request.headers.get("Accept-Encoding", "").lower():
        return body
    response.headers["Content-Encoding"] = "gzip"
    return await asyncio.to_thread(gzip.compress, body, 5, mtime=0)


def _headers(key: Key) -> dict[str, str]:
    """The tag is the same in every replica; it is weak, as it doesn't tell encodings apart."""
    version, today, projects, asked, accept, _ = key
    said = repr((version, today, projects and sorted(projects), asked, accept))
    return {
        "ETag": f'W/"{blake2b(said.encode(), digest_size=12).hexdigest()}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding",
    }
