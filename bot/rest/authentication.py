"""Who calls: the bearer of a token, verified once and remembered until it expires."""

from dataclasses import replace
from typing import Final

import structlog
from aiohttp import web
from cachetools import LRUCache

from bot.rest.tokens import Bearer, Keys, UnauthorizedError
from bot.services import Services
from core.access.model import OPERATOR, Viewer

_KEPT: Final = 1000
_log = structlog.get_logger()


class Gate:
    """Admits those who bear a token that is signed for here, holds now and isn't revoked."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keys = Keys(services.settings)
        self._verified: LRUCache[str, Bearer] = LRUCache(_KEPT)
        if not self._keys:
            _log.warning("the API refuses everybody: JWT_SECRETS is not set")

    async def admit(self, request: web.Request) -> Bearer:
        """Who the caller is.

        Raises:
            UnauthorizedError: says what is missing or wrong.
        """
        bearer = await self._bearer(request.headers.get("Authorization", ""))
        if await self._services.access.is_revoked(bearer.jti):
            raise UnauthorizedError("The token has been revoked.", fix="Issue a new one.")
        if bearer.viewer.projects is None:
            return bearer
        return replace(bearer, viewer=await self._today(bearer.viewer, bearer.viewer.projects))

    async def _bearer(self, header: str) -> Bearer:
        known = self._verified.get(header)
        if known is None:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise UnauthorizedError
            known = await self._keys.verify(token.strip(), self._services.clock())
            self._verified[header] = known
        known.check(self._services.clock())
        return known

    async def _today(self, viewer: Viewer, slugs: frozenset[str]) -> Viewer:
        """A viewer whose projects are called as they are now: a token outlives a rename."""
        former = (await self._services.costs.vocabulary(OPERATOR)).aliases
        if former.keys().isdisjoint(slugs):
            return viewer
        return replace(viewer, projects=frozenset(former.get(slug, slug) for slug in slugs))
