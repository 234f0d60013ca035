"""Who calls: the bearer of a token, verified once and remembered until it expires."""

from typing import Final

from aiohttp import web
from cachetools import LRUCache

from bot.rest.tokens import Bearer, Keys, UnauthorizedError
from bot.services import Services
from core.access.model import Viewer

_KEPT: Final = 1000


class Gate:
    """Admits those who bear a token that was issued here, hasn't expired and isn't revoked."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keys = Keys(services.settings)
        self._verified: LRUCache[str, Bearer] = LRUCache(_KEPT)

    async def admit(self, request: web.Request) -> Viewer:
        """Who the caller is.

        Raises:
            UnauthorizedError: says what is missing or wrong.
        """
        bearer = self._bearer(request.headers.get("Authorization", ""))
        if await self._services.access.is_revoked(bearer.jti):
            raise UnauthorizedError("The token has been revoked.", fix="Issue a new one.")
        return bearer.viewer

    def _bearer(self, header: str) -> Bearer:
        known = self._verified.get(header)
        if known is None:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise UnauthorizedError
            known = self._keys.verify(token.strip(), self._services.clock())
            self._verified[header] = known
        known.check(self._services.clock())
        return known
