"""Addresses by which a reader of mail ends what they get: signed, without login, for good.

One names who declines and what. Whoever has it can do no more than that: it shows nothing, and
without the signature it is nothing.

It doesn't expire: a mail is found years later, and its reader still wants no more. CAN-SPAM asks
for 30 days at least (15 U.S.C. 7704(a)(3)(A)(ii)), RFC 8058 for an address that works by itself,
without login or cookie, and names no end. It ends with the key of JWT_SECRETS that signed it: one
that is replaced because it leaked goes at once, one that is merely old stays behind the new one
as long as mails are to be declined by.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bot.settings import Settings
from bot.signing import Signer
from core.outbox.model import Destination
from core.subscriptions.model import Of, Reason

PATH: Final = "/unsubscribe"
_PURPOSE: Final = "unsubscribe"
_MOST: Final = 30
"""Reasons in one address: a header with it, on one line, may have 998 letters."""


@dataclass(frozen=True, slots=True)
class Declining:
    """Who wants no more of what."""

    to: Destination
    reasons: tuple[Reason, ...]


def address(settings: Settings, to: Destination, reasons: Iterable[Reason]) -> str | None:
    """Where a reader declines; None without PUBLIC_URL or a signing key."""
    signer, named = Signer(settings), defaultdict[str, list[int]](list)
    for each in islice(dict.fromkeys(reasons), _MOST):
        named[each.of].append(each.id)
    if settings.public_url is None or not signer.able or not named:
        return None
    claims = {"c": to.channel, "a": to.address, "of": named}
    return f"{settings.public_url}{PATH}/{signer.sign(_PURPOSE, claims)}"


def read(settings: Settings, token: str) -> Declining | None:
    """What an address is for; None if it wasn't made here."""
    claims = Signer(settings).read(_PURPOSE, token, "c", "a", "of")
    if claims is None:
        return None
    reasons = tuple(Reason(Of(of), each) for of, some in claims["of"].items() for each in some)
    return Declining(Destination(claims["c"], claims["a"]), reasons)
