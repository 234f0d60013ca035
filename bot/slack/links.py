"""Signed, expiring addresses of charts, for Slack to show in private answers.

Slack refuses uploaded files there but shows an image by its public address. The address
says which question, whose and on which day; the picture is drawn when it is fetched, for
what that person may see at that moment. It gives away nothing without the signature.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from bot.settings import Settings
from bot.signing import Signer
from core.clock import Clock

PATH: Final = "/charts"
LIFE: Final = timedelta(days=30)
LONGEST: Final = 3000
_AUDIENCE: Final = "chart"
_DOUBT: Final = timedelta(minutes=5)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pictured:
    """Whose question on which day a picture answers."""

    question: str
    today: date
    workspace: str
    user: str


class Links:
    """Makes and reads the addresses; without PUBLIC_URL or a signing key there are none."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._base = settings.public_url
        self._signer = Signer(settings)
        self._clock = clock
        self._doubted: datetime | None = None

    def doubt(self) -> None:
        """Slack could not fetch a picture: for some minutes nobody waits for it to fail again."""
        self._doubted = self._clock()
        _log.warning(
            "slack.picture_refused",
            public_url=self._base,
            fix="Slack must reach PUBLIC_URL; until it does, private answers show its own chart.",
        )

    def address(self, pictured: Pictured) -> str | None:
        """Where Slack can fetch the picture; None where it can't."""
        if self._base is None or not self._signer.able or self._in_doubt():
            return None
        claims = {
            "exp": self._clock() + LIFE,
            "q": pictured.question,
            "d": pictured.today.isoformat(),
            "w": pictured.workspace,
            "u": pictured.user,
        }
        url = f"{self._base}{PATH}/{self._signer.sign(_AUDIENCE, claims)}.png"
        return url if len(url) <= LONGEST else None

    def _in_doubt(self) -> bool:
        return self._doubted is not None and self._clock() - self._doubted < _DOUBT

    def read(self, token: str) -> Pictured | None:
        """What an address stands for; None if it wasn't made here or has expired."""
        claims = self._signer.read(_AUDIENCE, token, "exp")
        if claims is None:
            return None
        if claims["exp"] <= self._clock().timestamp():
            return None
        return Pictured(claims["q"], date.fromisoformat(claims["d"]), claims["w"], claims["u"])
