"""Which anomalies a channel is told of now, which wait for its digest, which messages change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from core.anomalies.found import Anomaly
from core.outbox.model import Destination
from core.subscriptions.model import Reason

MOST: Final = 3
WEEK: Final = timedelta(days=7)
GONE: Final = "gone"
"""The version of a message that says that late data made it ordinary."""
_SOMEWHERE: Final = Destination("")
_ONE: Final = Decimal(1)
_AS_IT_IS: Final[Mapping[str, Decimal]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Post:
    """That a channel was told of an anomaly.

    `said`: the `version` of what its message says now, or `GONE`. `digest`: it was told with
    others, in a message that isn't changed any more and doesn't count as a post. `revision`:
    how often its message was written. `reason`: why it is told there.
    """

    anomaly: int
    at: datetime
    said: str
    digest: bool = False
    to: Destination = _SOMEWHERE
    revision: int = 1
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What a channel is told.

    `posts`: in a message each, what came to most first. `waiting`: with the next digest, in the
    same order, unless there is room for a post before. `updates`: their messages change.
    `gone`: numbers of those whose messages have to say that they are none.
    """

    posts: tuple[Anomaly, ...] = ()
    waiting: tuple[Anomaly, ...] = ()
    updates: tuple[Anomaly, ...] = ()
    gone: tuple[int, ...] = ()


def version(anomaly: Anomaly) -> str:
    """The same for as long as there is nothing else to say of it."""
    said = repr((anomaly.incident, anomaly.why, anomaly.verdict, anomaly.judged_by))
    return blake2b(said.encode(), digest_size=12).hexdigest()


def telling(
    found: Sequence[Anomaly],
    told: Collection[Post],
    *,
    since: datetime,
    now: datetime,
    worth: Mapping[str, Decimal] = _AS_IT_IS,
) -> Telling:
    """What to tell a channel: no more than three posts in any seven days, nothing twice.

    Args:
        found: what there is of the channel's projects; of those told all that aren't gone.
        told: what the channel was told, ever or as long as that is kept.
        since: only what was found from then on is news to it.
        now: the instant.
        worth: what a currency's unit is in a common one, so that impacts compare; 1 if unknown.
    """
    before = {post.anomaly: post for post in told}
    news = [a for a in found if a.id not in before and a.found_at >= since and not a.verdict]
    news.sort(key=lambda a: (-weight(a, worth), a.id))
    lately = sum(not post.digest and post.at > now - WEEK for post in told)
    room = max(MOST - lately, 0)
    changing = {number: post for number, post in before.items() if not post.digest}
    there = {a.id for a in found}
    return Telling(
        posts=tuple(news[:room]),
        waiting=tuple(news[room:]),
        updates=tuple(a for a in found if a.id in changing and changing[a.id].said != version(a)),
        gone=tuple(n for n, post in changing.items() if n not in there and post.said != GONE),
    )


def weight(anomaly: Anomaly, worth: Mapping[str, Decimal] = _AS_IT_IS) -> Decimal:
    """How much it came to, up or down, in the currency that `worth` is in."""
    found = anomaly.incident
    return abs(found.impact) * worth.get(found.currency, _ONE)
