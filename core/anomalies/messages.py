"""What messages carry that tell of anomalies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from core.anomalies.found import Anomaly
from core.anomalies.telling import Post
from core.outbox.model import Destination, Message, Verb
from core.subscriptions.model import Reason

ANOMALY: Final = "anomaly"
"""The kind of the messages that tell of one; their values are a `Told`."""
ANOMALIES: Final = "anomalies"
"""Of those that tell of several at once, a `Digest`."""
MOST: Final = 20
"""Of how many a digest tells; of others it says how many there are."""


@dataclass(frozen=True, slots=True)
class Told:
    """One anomaly; `gone`: late data made it ordinary. `reason`: why it is told there."""

    anomaly: Anomaly
    reason: Reason | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """Those that had no message of their own, what came to most first; `more` aren't listed.

    `reasons`: why they are told there.
    """

    anomalies: tuple[Anomaly, ...]
    more: int = 0
    reasons: tuple[Reason, ...] = ()


TOLD: TypeAdapter[Told] = TypeAdapter(Told)
DIGEST: TypeAdapter[Digest] = TypeAdapter(Digest)


def message(post: Post, anomaly: Anomaly, verb: Verb, *, gone: bool = False) -> Message:
    """A message of one anomaly, in a thread of its own."""
    told = Told(anomaly, post.reason, gone)
    return Message(
        key=f"anomaly:{anomaly.id}:{post.revision}:{post.to.channel}:{post.to.address}",
        to=post.to,
        thread=f"anomaly:{anomaly.id}",
        verb=verb,
        kind=ANOMALY,
        values=TOLD.dump_python(told, mode="json"),
    )


def digest(
    to: Destination, some: Sequence[Anomaly], reasons: Iterable[Reason], now: datetime
) -> Message:
    """One message of several anomalies."""
    key = f"anomalies:{now.isoformat()}:{to.channel}:{to.address}"
    value = Digest(tuple(some[:MOST]), max(len(some) - MOST, 0), tuple(dict.fromkeys(reasons)))
    return Message(key, to, key, Verb.POST, ANOMALIES, DIGEST.dump_python(value, mode="json"))
