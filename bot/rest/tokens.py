"""JSON Web Tokens of the API: signed here with HS256, keys told apart by id.

The first key of JWT_SECRETS signs, all of them verify: to rotate, put a new one first and
drop the old one when the last token signed with it has expired.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

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
    """Who a verified token stands for, and until when."""

    viewer: Viewer
    jti: str
    expires: datetime

    def check(self, now: datetime) -> None:
        """Refuse it once it has expired, some seconds of skew between clocks aside."""
        if self.expires + _LEEWAY <= now:
            raise UnauthorizedError("The token has expired.", fix="Issue a new one.")


class Keys:
    """The keys of JWT_SECRETS by their ids; the first signs."""

    def __init__(self, settings: Settings) -> None:
        """Read the keys.

        Raises:
            KeysError: one has no id or is shorter than 32 characters.
        """
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        secrets = settings.jwt_secrets
        self._keys = _read(secrets.get_secret_value()) if secrets else {}

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

    def verify(self, text: str, now: datetime) -> Bearer:
        """Who presents a token.

        Raises:
            UnauthorizedError: it wasn't signed here, isn't for here, lacks a claim, or has
                expired; says which.
        """
        try:
            kid = jwt.get_unverified_header(text).get("kid")
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise UnauthorizedError("The token is signed with a key that isn't known here.")
            claims = jwt.decode(
                text,
                key,
                [ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise UnauthorizedError(f"The token can't be accepted: {error}.") from None
        bearer = _bearer(claims)
        bearer.check(now)
        return bearer


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
    try:
        expires = datetime.fromtimestamp(claims["exp"], UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise UnauthorizedError("The token's claim 'exp' is no time.") from None
    return Bearer(Viewer(str(claims["sub"]), role, seen), str(claims["jti"]), expires)


def _read(text: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    for entry in text.split(","):
        kid, colon, secret = entry.strip().partition(":")
        if not kid or not colon:
            raise KeysError
        if len(secret) < SHORTEST_KEY:
            raise KeysError(
                f"The secret of the key {kid!r} in JWT_SECRETS has {len(secret)} characters; "
                f"it needs {SHORTEST_KEY} or more.",
                fix="Make one with: openssl rand -base64 48",
            )
        keys[kid] = secret
    return keys
