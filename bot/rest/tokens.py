"""JSON Web Tokens of the API: signed here with HS256, or by an identity provider.

Keys are told apart by id. The first of JWT_SECRETS signs, all of them verify: to rotate, put
a new one first and drop the old one when the last token signed with it has expired. A key
verifies by the one algorithm that it is for, whatever a token says of itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from bot.rest.provider import Provider, ProviderKey
from bot.settings import Settings
from core.access.model import Role, Token, Viewer
from core.errors import ConfigurationError, CostTrackerError

ALGORITHM: Final = "HS256"
SHORTEST_KEY: Final = 32
_REQUIRED: Final = ("exp", "iat", "aud", "iss", "sub", "jti", "role")
_LEEWAY: Final = timedelta(seconds=10)


class UnauthorizedError(CostTrackerError):
    """A bearer token is needed: Authorization: Bearer …."""


class KeysError(ConfigurationError):
    """JWT_SECRETS must be 'kid:secret', several separated by commas."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a verified token stands for, and when."""

    viewer: Viewer
    jti: str
    begins: datetime
    expires: datetime

    def check(self, now: datetime) -> None:
        """Refuse it before its time and after, some seconds of skew between clocks aside."""
        if self.expires + _LEEWAY <= now:
            raise UnauthorizedError("The token has expired.", fix="Issue a new one.")
        if now + _LEEWAY < self.begins:
            raise UnauthorizedError(
                f"The token holds from {self.begins:%Y-%m-%d %H:%M:%S} UTC only.",
                fix="Check the clocks of this machine and of the one that issued it.",
            )


class Keys:
    """The keys of JWT_SECRETS by their ids; the first signs."""

    def __init__(self, settings: Settings) -> None:
        """Read the keys.

        Raises:
            KeysError: one has no id, has another's, or is shorter than 32 characters.
        """
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        secrets = settings.jwt_secrets
        self._keys = _read(secrets.get_secret_value()) if secrets else {}
        url = settings.jwt_jwks_url
        self._provider = None if url is None else Provider(url)

    def __bool__(self) -> bool:
        """Whether any token can be verified."""
        return bool(self._keys) or self._provider is not None

    def sign(self, token: Token) -> str:
        """The token itself, as its bearer presents it."""
        if not self._keys:
            raise KeysError("JWT_SECRETS is not set, so no token can be signed.")
        kid, key = next(iter(self._keys.items()))
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": token.subject,
            "jti": token.jti,
            "role": str(token.role),
            "iat": token.issued_at,
            "exp": token.expires_at,
        }
        if token.projects is not None:
            claims["projects"] = sorted(token.projects)
        return jwt.encode(claims, key, ALGORITHM, headers={"kid": kid})

    async def verify(self, text: str, now: datetime) -> Bearer:
        """Who presents a token.

        Raises:
            UnauthorizedError: it wasn't signed by a key known here, isn't for here, lacks a
                claim, isn't valid yet or any more; says which.
        """
        try:
            key, algorithm = await self._key(jwt.get_unverified_header(text).get("kid"))
            claims = jwt.decode(
                text,
                key,
                [algorithm],
                audience=self._audience,
                issuer=self._issuer,
                # Times are judged by our clock, below.
                options={
                    "require": list(_REQUIRED),
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.InvalidTokenError as error:
            raise UnauthorizedError(f"The token can't be accepted: {error}.") from None
        bearer = _bearer(claims)
        bearer.check(now)
        return bearer

    async def _key(self, kid: object) -> ProviderKey:
        if isinstance(kid, str):
            if kid in self._keys:
                return self._keys[kid], ALGORITHM
            if self._provider is not None and (found := await self._provider.key(kid)):
                return found
        raise UnauthorizedError("The token is signed with a key that isn't known here.")


def _bearer(claims: Mapping[str, Any]) -> Bearer:
    projects = claims.get("projects")
    try:
        role = Role(claims["role"])
    except ValueError:
        raise UnauthorizedError(f"The token's role {claims['role']!r} is none.") from None
    if projects is not None and not (
        isinstance(projects, list) and all(isinstance(slug, str) for slug in projects)
    ):
        raise UnauthorizedError("The token's claim 'projects' must be a list of slugs.")
    seen = None if projects is None else frozenset(projects)
    begins = max(_instant(claims, "iat"), _instant(claims, "nbf", "iat"))
    viewer = Viewer(str(claims["sub"]), role, seen)
    return Bearer(viewer, str(claims["jti"]), begins, _instant(claims, "exp"))


def _instant(claims: Mapping[str, Any], name: str, default: str = "") -> datetime:
    try:
        return datetime.fromtimestamp(claims.get(name, claims.get(default)), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise UnauthorizedError(f"The token's claim {name!r} is no time.") from None


def _read(text: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    for entry in text.split(","):
        kid, colon, secret = entry.strip().partition(":")
        if not kid or not colon:
            raise KeysError(fix="Make one with: echo k1:$(openssl rand -base64 48)")
        if kid in keys:
            raise KeysError(f"Two keys in JWT_SECRETS have the id {kid!r}.")
        if len(secret) < SHORTEST_KEY:
            raise KeysError(
                f"The secret of the key {kid!r} in JWT_SECRETS has {len(secret)} characters; "
                f"it needs {SHORTEST_KEY} or more.",
                fix="Make one with: openssl rand -base64 48",
            )
        keys[kid] = secret
    return keys
