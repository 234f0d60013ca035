"""The keys of an identity provider, from the address that JWT_JWKS_URL names (RFC 7517)."""

from datetime import timedelta
from time import monotonic
from typing import Any, Final

import aiohttp
import jwt
import structlog

from core.cache import Flights

type ProviderKey = tuple[Any, str]
"""A key, and the one algorithm that it verifies by."""

PAUSE: Final = timedelta(seconds=30)
"""An id that isn't known has the keys read again, but no more often than this."""

LASTS: Final = timedelta(hours=1)
"""After this the keys are read again anyway: one that was withdrawn is known no longer."""

_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
_PATIENCE: Final = aiohttp.ClientTimeout(total=5)
_LARGEST: Final = 1_000_000
_log = structlog.get_logger()


class Provider:
    """The public keys of one identity provider, read when first needed.

    While it can't be reached, the keys read last go on holding.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, ProviderKey] = {}
        self._read_at = float("-inf")
        self._flights = Flights[str, None]()

    async def key(self, kid: str) -> ProviderKey | None:
        """The key of an id, if the provider has one."""
        lasts = LASTS if kid in self._keys else PAUSE
        if monotonic() - self._read_at >= lasts.total_seconds():
            await self._flights.join(self._url, self._read)
        return self._keys.get(kid)

    async def _read(self) -> None:
        self._read_at = monotonic()
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE, raise_for_status=True) as session,
                session.get(self._url) as reply,
            ):
                self._keys = _usable(await reply.content.read(_LARGEST))
        except (aiohttp.ClientError, TimeoutError, ValueError, jwt.PyJWTError) as error:
            _log.warning("rest.jwks", url=self._url, error=repr(error), kept=len(self._keys))


def _usable(document: bytes) -> dict[str, ProviderKey]:
    """Public keys for signatures, by id; others of the set are left out."""
    keys = jwt.PyJWKSet.from_json(document.decode()).keys
    return {
        key.key_id: (key.key, key.algorithm_name)
        for key in keys
        if key.key_id and key.algorithm_name in _ALGORITHMS and key.public_key_use != "enc"
    }
