"""Messages to the outside, where they go, and what can become of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import uniform
from typing import Any, Final

from core.errors import ConflictError, NotFoundError

MOST_TRIES: Final = 100
"""After so many failures, about a day of them, a delivery is given up until somebody looks."""

_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=15)


class UnknownDeliveryError(NotFoundError):
    """There is no such delivery."""


class DeliveredError(ConflictError):
    """That has been delivered."""


class Verb(StrEnum):
    """What a message does to its thread.

    `post` begins it, `update` changes what began it, `reply` and `file` add to it.
    """

    POST = "post"
    UPDATE = "update"
    REPLY = "reply"
    FILE = "file"


class DeliveryState(StrEnum):
    """Where a delivery stands. `dropped`: nobody needs it any more."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    PARKED = "parked"
    DROPPED = "dropped"


SLACK: Final = "slack"
"""The channel whose addresses are ids of Slack's channels and people."""
MAIL: Final = "mail"
"""The channel whose addresses are those of e-mail; what was sent by it can't be changed."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where messages go: the name of a channel (`slack`), and an address within it."""

    channel: str
    address: str = ""


OPERATIONS: Final = Destination("operations")
"""Who runs this installation; delivery knows where that is."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be told.

    `key` is unique among the messages that are kept: enqueued twice within two months, it is
    told once. `thread` names what belongs together at its destination. `kind` and `values`
    (JSON) say what is told, never how it looks; no secret is among them.
    """

    key: str
    to: Destination
    thread: str
    verb: Verb
    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side calls a message: a place and an id in it (Slack: channel and ts)."""

    place: str
    id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way.

    begun: what began its thread, once that is delivered.
    token: an id of its own, which goes with the message and by which it can be found again.
    tries: how often delivery was begun, not counting those that the other side put off.
    unanswered_since: when it was first tried without an answer; the message may be there.
    notes: what delivery keeps between tries.
    lease: fences off a worker that lost its destination.
    """

    id: int
    message: Message
    state: DeliveryState
    token: str
    created_at: datetime
    due_at: datetime
    tries: int = 0
    begun: Receipt | None = None
    unanswered_since: datetime | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    delivered_at: datetime | None = None
    receipt: Receipt | None = None
    lease: int = 0


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Where messages of a thread can't be delivered, and why."""

    to: Destination
    reason: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has it; its destination takes nothing more for `pause`."""

    receipt: Receipt | None
    pause: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Deferred:
    """To be tried again after `wait`.

    `answered`: the other side said no, so the message isn't there. `counts`: this was a failure.
    """

    wait: timedelta
    reason: str
    answered: bool
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Parked:
    """Not to be tried again before somebody says so."""

    reason: str


type Outcome = Delivered | Deferred | Parked


@dataclass(frozen=True, slots=True)
class Backlog:
    """What isn't delivered: how many wait, how long the oldest has; how many are parked."""

    queued: int = 0
    oldest: timedelta = timedelta()
    parked: int = 0


def failure(delivery: Delivery, reason: str, *, answered: bool) -> Deferred | Parked:
    """What follows a failure that may pass: a longer wait each time, and some day an end."""
    if delivery.tries >= MOST_TRIES:
        return Parked(f"given up after {delivery.tries} tries: {reason}")
    wait = min(_FIRST_WAIT * (1 << min(delivery.tries - 1, 20)), _LONGEST_WAIT)
    # Not all at once, when what was down for everybody is up again.
    return Deferred(wait * uniform(0.5, 1), reason, answered)  # noqa: S311 - no secret
