"""What this installation signs for itself, with the keys of JWT_SECRETS: addresses it gives out."""

from collections.abc import Mapping
from typing import Any

import jwt

from bot.settings import Settings

_ALGORITHM = "HS256"


class Signer:
    """Signs claims for a purpose and reads them back; the first key signs, all verify."""

    def __init__(self, settings: Settings) -> None:
        """Take the keys that there are."""
        secrets = settings.jwt_secrets.get_secret_value() if settings.jwt_secrets else ""
        self._keys = [each.partition(":")[2].strip() for each in secrets.split(",") if each]

    @property
    def able(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def sign(self, purpose: str, claims: Mapping[str, Any]) -> str:
        """Claims as a token of letters that an address may have."""
        return jwt.encode({"aud": purpose, **claims}, self._keys[0], _ALGORITHM)

    def read(self, purpose: str, token: str, *required: str) -> dict[str, Any] | None:
        """The claims of a token of that purpose; None if it wasn't signed here.

        Whoever has tokens expire looks at `exp` by their own clock.
        """
        found = (_claims(token, key, purpose, required) for key in self._keys)
        return next((claims for claims in found if claims is not None), None)


def _claims(token: str, key: str, purpose: str, required: tuple[str, ...]) -> dict[str, Any] | None:
    options: Any = {"require": ["aud", *required], "verify_exp": False}
    try:
        return jwt.decode(token, key, [_ALGORITHM], audience=purpose, options=options)
    except jwt.InvalidTokenError:
        return None
