"""Writes that may be sent again: under one Idempotency-Key, what was done once is not done twice.

Who doesn't know whether a write has arrived sends it again with the key it had, and gets the
reply that the first one got. What was refused is not kept: nothing was done, so it is tried
anew. https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Final

from aiohttp import web

from bot.rest.tokens import Bearer
from bot.services import Services
from core.errors import ConflictError, InvalidError
from core.jobs.model import Job, JobState

type Write = Callable[[], Awaitable[web.StreamResponse]]

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
"""A header of replies that were kept: nothing was done this time."""
RULE: Final = "^[!-~]{1,255}$"
KIND: Final = "rest.write"
KEPT: Final = timedelta(hours=24)


class KeyRuleError(InvalidError):
    """An Idempotency-Key has 1 to 255 visible characters of ASCII."""


class UnderWayError(ConflictError):
    """The write with this Idempotency-Key is still under way."""


class KeyReusedError(InvalidError):
    """This Idempotency-Key was used for another write."""


class Repeats:
    """The replies of writes that had a key, for a day; in every replica the same."""

    def __init__(self, services: Services) -> None:
        self._jobs = services.jobs

    async def give(self, request: web.Request, bearer: Bearer, write: Write) -> web.StreamResponse:
        """Write, unless that was done under this key; the reply, then or now.

        Raises:
            KeyRuleError, KeyReusedError: the key is none, or another write's.
            UnderWayError: it is being done just now.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return await write()
        if not re.fullmatch(RULE, key):
            raise KeyRuleError(f"{key[:80]!r} is no {HEADER}.", fix="A random UUID will do.")
        # Each caller has keys of their own.
        name = _digest(bearer.viewer.subject, key)
        asked = _digest(request.method, request.raw_path, await request.read())
        job = await self._jobs.claim(KIND, name, lasting=KEPT)
        if job is None:
            return _again(await self._jobs.find(KIND, name), asked)
        async with self._jobs.running(job):
            response = await write()
            await self._jobs.report(job, _kept(asked, response))
        return response


def _again(job: Job | None, asked: str) -> web.Response:
    if job is None or job.state is not JobState.DONE:
        raise UnderWayError(fix="Send it again in some seconds, to see what became of it.")
    kept: Any = job.result
    if kept["asked"] != asked:
        raise KeyReusedError(fix="Send every write with a key of its own.")
    return web.Response(
        body=kept["body"].encode(),
        status=kept["status"],
        content_type=kept["type"],
        headers={REPLAYED: "true"},
    )


def _kept(asked: str, response: web.StreamResponse) -> dict[str, object]:
    assert isinstance(response, web.Response)  # noqa: S101 - writes reply with JSON
    return {
        "asked": asked,
        "status": response.status,
        "type": response.content_type,
        "body": response.text,
    }


def _digest(*parts: str | bytes) -> str:
    """One name for several parts, wherever one ends and the next begins."""
    digest = blake2b(digest_size=16)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8))
        digest.update(content)
    return digest.hexdigest()
