"""Addresses by which a reader of mail ends what they get: signed, without login, for good.

One names who declines and what. Whoever has it can do no more than that: it shows nothing, and
without the signature it is nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.settings import Settings
from bot.signing import Signer
from core.outbox.model import Destination
from core.subscriptions.model import Of, Reason

PATH: Final = "/unsubscribe"
_PURPOSE: Final = "unsubscribe"
_MOST: Final = 60
"""Reasons in one address: more would make it longer than some programs take."""


@dataclass(frozen=True, slots=True)
class Declining:
    """Who wants no more of what."""

    to: Destination
    reasons: tuple[Reason, ...]


def address(settings: Settings, to: Destination, reasons: Iterable[Reason]) -> str | None:
    """Where a reader declines; None without PUBLIC_URL or a signing key."""
    signer, named = Signer(settings), [f"{each.of}:{each.id}" for each in reasons][:_MOST]
    if settings.public_url is None or not signer.able or not named:
        return None
    claims = {"c": to.channel, "a": to.address, "r": " ".join(named)}
    return f"{settings.public_url}{PATH}/{signer.sign(_PURPOSE, claims)}"


def read(settings: Settings, token: str) -> Declining | None:
    """What an address is for; None if it wasn't made here."""
    claims = Signer(settings).read(_PURPOSE, token, "c", "a", "r")
    if claims is None:
        return None
    named = (each.split(":") for each in claims["r"].split())
    reasons = tuple(Reason(Of(of), int(number)) for of, number in named)
    return Declining(Destination(claims["c"], claims["a"]), reasons)
