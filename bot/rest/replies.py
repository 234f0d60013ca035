"""Finished replies, kept for as long as they would be made again just as they are.

An answer depends on the data, the day, what was asked, and what the asker may see. For the
client these together are its entity tag. Here a reply is found by what the request says, token
included, and given if all of that still stands: looking is cheaper than asking who calls.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web
from cachetools import LRUCache
from multidict import CIMultiDict

from bot.rest.tokens import Bearer
from bot.services import Services

type Admit = Callable[[web.Request], Awaitable[Bearer]]
type Make = Callable[[web.Request, Bearer], Awaitable[web.StreamResponse]]

KEPT_BYTES: Final = 16 * 2**20
COMPRESSED: Final = 8 * 2**10
"""Bodies of so many bytes are compressed; below, the network gains less than it costs here."""

_OK: Final = 200


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply to the bearer of a token; of a data version, until the day or the token ends."""

    jti: str
    version: int
    until: datetime
    tag: str
    headers: CIMultiDict[str]
    body: bytes


def _size(reply: _Reply) -> int:
    return len(reply.body)


class Replies:
    """Replies that are made once, and sent as often as they are asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: LRUCache[tuple[str | None, ...], _Reply] = LRUCache(KEPT_BYTES, _size)

    async def give(self, request: web.Request, admit: Admit, make: Make) -> web.StreamResponse:
        """The reply kept, or one that is made; without its body where the client has it."""
        said = request.headers.get
        key = (request.raw_path, said("Authorization"), said("Accept"), said("Accept-Encoding"))
        kept = self._kept.get(key)
        if kept is None or not await self._holds(kept):
            bearer = await admit(request)
            version, today = await self._services.costs.data_version(), self._services.today()
            tag = _tag(request, bearer, version, today)
            if _known(request, tag):
                return _unchanged(tag)
            made = await make(request, bearer)
            if made.status != _OK or not isinstance(made, web.Response):
                return made
            body = await compressed(request, made)
            made.headers.update(_headers(tag))
            until = min(bearer.expires, _end(today, self._services.settings.report_timezone))
            kept = _Reply(bearer.jti, version, until, tag, made.headers, body)
            if _size(kept) <= KEPT_BYTES // 8:
                self._kept[key] = kept
        elif _known(request, kept.tag):
            return _unchanged(kept.tag)
        return web.Response(body=kept.body, headers=kept.headers)

    async def _holds(self, kept: _Reply) -> bool:
        services = self._services
        return (
            services.clock() < kept.until
            and kept.version == await services.costs.data_version()
            and not await services.access.is_revoked(kept.jti)
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


def _tag(request: web.Request, bearer: Bearer, version: int, today: date) -> str:
    """The same in every replica; weak, as it doesn't tell encodings apart."""
    projects = bearer.viewer.projects
    seen = None if projects is None else sorted(projects)
    said = repr((version, today, seen, request.raw_path, request.headers.get("Accept", "")))
    return f'W/"{blake2b(said.encode(), digest_size=12).hexdigest()}"'


def _known(request: web.Request, tag: str) -> bool:
    return tag.removeprefix("W/") in request.headers.get("If-None-Match", "")


def _unchanged(tag: str) -> web.Response:
    return web.Response(status=304, headers=_headers(tag))


def _headers(tag: str) -> dict[str, str]:
    return {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Accept-Encoding",
    }


def _end(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(1), time(), zone).astimezone(UTC)
