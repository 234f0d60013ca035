"""Anomalies told: at most three a week in messages of their own, the others in a digest.

One transaction decides and writes: any number of processes may post at once, and any of them be
killed, and each destination is told of each anomaly once. What was told is kept for good.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from core.anomalies import posted, store
from core.anomalies.found import Anomaly
from core.anomalies.hearing import Heard, Hearers
from core.anomalies.messages import ANOMALIES, ANOMALY, digest, message
from core.anomalies.telling import GONE, Post, telling, version, weight
from core.clock import Clock, last_digest
from core.costs.reading.worth import worth as worth_of
from core.database import Connection, Database
from core.outbox.model import MAIL, Destination, Message, Verb
from core.outbox.service import enqueue_all
from core.subscriptions.model import Kind, Pace
from core.subscriptions.service import SubscriptionService

_KEPT: Final = timedelta(days=100)
"""So long messages follow what screenings find; days before aren't screened any more."""
_WAITS: Final = timedelta(days=35)
_AS_IT_IS: Final[Mapping[str, Decimal]] = MappingProxyType({})
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Posted:
    """What was told: in messages of their own, in digests, changed."""

    posts: int = 0
    digests: int = 0
    updates: int = 0


@dataclass(frozen=True, slots=True)
class Decided:
    """What one destination is told now."""

    posts: tuple[Heard, ...] = ()
    digest: tuple[Heard, ...] = ()
    updates: tuple[Anomaly, ...] = ()
    gone: tuple[int, ...] = ()


def decide(
    heard: Iterable[Heard],
    told: Collection[Post],
    known: Iterable[Anomaly],
    *,
    now: datetime,
    zone: ZoneInfo,
    worth: Mapping[str, Decimal] = _AS_IT_IS,
) -> Decided:
    """Decide what a destination is told.

    Args:
        heard: what it is to hear of.
        told: what it was told.
        known: of that, all that is still out of the ordinary.
        now: the instant.
        zone: of the digests' time.
        worth: what a currency's unit is in a common one; 1 if unknown.
    """
    news = {each.anomaly.id: each for each in heard}
    slow = {number for number, each in news.items() if each.pace is Pace.DIGEST}
    there = {each.id: each for each in known}
    there |= {n: each.anomaly for n, each in news.items() if n not in slow}
    plan = telling([*there.values()], told, since=_LONG_AGO, now=now, worth=worth)
    before = {post.anomaly for post in told}
    daily, weekly = last_digest(now, zone), last_digest(now, zone, weekly=True)
    late = [news[a.id] for a in plan.waiting if a.found_at < weekly]
    late += [
        news[n]
        for n in slow - before
        if not news[n].anomaly.verdict and news[n].anomaly.found_at < daily
    ]
    late.sort(key=lambda h: (-weight(h.anomaly, worth), h.anomaly.id))
    return Decided(
        tuple(news[each.id] for each in plan.posts), tuple(late), plan.updates, plan.gone
    )


class AnomalyPoster:
    """Tells of anomalies."""

    def __init__(
        self,
        database: Database,
        subscriptions: SubscriptionService,
        clock: Clock,
        *,
        zone: ZoneInfo,
    ) -> None:
        """Keep its parts; `zone` is that of reports."""
        self._database = database
        self._subscriptions = subscriptions
        self._clock = clock
        self._zone = zone

    async def listen(self) -> None:
        """Note the projects' own channels, before a screening: what it finds is news to them."""
        async with self._database.begin() as tx:
            await posted.lock(tx)
            await posted.listen(tx, await self._subscriptions.own_channels(tx), self._clock())

    async def post(self) -> Posted:
        """Tell what is to be told now, after a screening or when digests are due."""
        now = self._clock()
        listening = await self._subscriptions.listening(Kind.ANOMALIES)
        async with self._database.begin() as tx:
            await posted.lock(tx)
            own = await self._subscriptions.own_channels(tx)
            await posted.listen(tx, own, now)
            hearers = Hearers(listening, own, await posted.since(tx))
            heard = hearers.of(await store.found_since(tx, now - _WAITS))
            told = await posted.lately(tx, now - _KEPT)
            numbers = {each.anomaly for posts in told.values() for each in posts}
            known = await store.of_numbers(tx, numbers)
            gone = await store.of_numbers(tx, numbers, gone=True)
            wanted = [
                _Wanted(to, heard.get(to, ()), told.get(to, ()))
                for to in sorted({*heard, *told}, key=lambda to: (to.channel, to.address))
            ]
            decided = partial(decide, now=now, zone=self._zone, worth=await worth_of(tx))
            written = [each.written(known, gone, decided, now) for each in wanted]
            await posted.put(tx, [post for each in written for post in each.posts])
            await enqueue_all(tx, [sent for each in written for sent in each.messages])
        return _counted(written)


@dataclass(frozen=True, slots=True)
class _Written:
    """What becomes of what was decided: what to keep, and what to send."""

    posts: list[Post]
    messages: list[Message]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A destination, what it is to hear of, and what it was told."""

    to: Destination
    heard: Sequence[Heard]
    told: Sequence[Post]

    def written(
        self,
        known: Mapping[int, Anomaly],
        gone: Mapping[int, Anomaly],
        decided: Callable[[Sequence[Heard], Sequence[Post], Sequence[Anomaly]], Decided],
        now: datetime,
    ) -> _Written:
        there = [known[post.anomaly] for post in self.told if post.anomaly in known]
        plan = decided(self.heard, self.told, there)
        done = _Written([], [])
        for each in plan.posts:
            post = _new(self.to, each, now)
            done.posts.append(post)
            done.messages.append(message(post, each.anomaly, Verb.POST))
        if plan.digest:
            done.posts.extend(
                replace(_new(self.to, each, now), digest=True) for each in plan.digest
            )
            some = [each.anomaly for each in plan.digest]
            reasons = (each.reason for each in plan.digest)
            done.messages.append(digest(self.to, some, reasons, now))
        before = {post.anomaly: post for post in self.told}
        for anomaly in plan.updates:
            _retell(done, before[anomaly.id], anomaly)
        for number in plan.gone:
            if number in gone:
                _retell(done, before[number], gone[number], gone=True)
        return done


def _new(to: Destination, heard: Heard, now: datetime) -> Post:
    return Post(heard.anomaly.id, now, version(heard.anomaly), to=to, reason=heard.reason)


def _retell(done: _Written, post: Post, anomaly: Anomaly, *, gone: bool = False) -> None:
    """Have a message say what is known now; a mail can't be changed."""
    said = GONE if gone else version(anomaly)
    post = replace(post, said=said, revision=post.revision + 1)
    done.posts.append(post)
    if post.to.channel != MAIL:
        done.messages.append(message(post, anomaly, Verb.UPDATE, gone=gone))


async def retell(tx: Connection, anomaly: Anomaly) -> None:
    """Have the messages about an anomaly say what is known now, within the transaction."""
    await posted.lock(tx)
    done = _Written([], [])
    for post in await posted.of_anomaly(tx, anomaly.id):
        if not post.digest and post.said != version(anomaly):
            _retell(done, post, anomaly)
    await posted.put(tx, done.posts)
    await enqueue_all(tx, done.messages)


def _counted(written: Iterable[_Written]) -> Posted:
    sent = [each for one in written for each in one.messages]
    return Posted(
        posts=sum(each.kind == ANOMALY and each.verb is Verb.POST for each in sent),
        digests=sum(each.kind == ANOMALIES for each in sent),
        updates=sum(each.verb is Verb.UPDATE for each in sent),
    )
