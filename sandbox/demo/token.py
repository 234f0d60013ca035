"""A token of the product's REST API, signed with the key that the demo has given it.

`cost-tracker token issue` makes the same, two seconds later.
"""

import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

from sandbox.demo.home import Home

ISSUER: Final = "cloud-cost-tracker"
_HOLDS: Final = timedelta(days=90)
_LONG_ENOUGH: Final = timedelta(days=30)
_ALGORITHM: Final = "HS256"


def token(home: Home) -> str:
    """Return that of the last start if it still holds for long, else a new one; kept."""
    key_id, _, key = home.secrets.jwt.partition(":")
    file, now = home.folder / "token", datetime.now(UTC)
    if file.exists():
        kept = file.read_text().strip()
        with suppress(jwt.InvalidTokenError):
            claims = jwt.decode(kept, key, [_ALGORITHM], audience=ISSUER, issuer=ISSUER)
            if claims["exp"] > (now + _LONG_ENOUGH).timestamp():
                return kept
    claims = {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": "demo",
        "jti": secrets.token_hex(12),
        "role": "admin",
        "iat": now,
        "exp": now + _HOLDS,
    }
    made = jwt.encode(claims, key, _ALGORITHM, headers={"kid": key_id})
    home.write_secret(file.name, made)
    return made
