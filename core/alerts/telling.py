"""Who is told what: a thread a budget and period, and one message where there would be many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from pydantic import TypeAdapter

from core.alerts.kept import Kept, Key
from core.alerts.model import (
    ALERT,
    ALERTS,
    AlertState,
    Occasion,
    Roundup,
    Telling,
    Threshold,
)
from core.database import Connection
from core.outbox.model import MAIL, SLACK, Destination, Message, Verb
from core.outbox.service import enqueue_all

TELLING: TypeAdapter[Telling] = TypeAdapter(Telling)
"""What is told of one alert as the values of messages, and back."""
ROUNDUP: TypeAdapter[Roundup] = TypeAdapter(Roundup)
"""Likewise of several."""

MOST_TOLD: Final = 20
"""Of how many a message tells; of others it says how many there are."""

_TOGETHER: Final = {Occasion.SET, Occasion.LATE, Occasion.RECORD}
"""Occasions on which many are crossed at once that nobody crossed just now."""

type Several = Mapping[Destination, Collection[Key]]
"""The alerts that a destination is told of in one message, and not in their own threads."""
type Digests = Collection[Destination]
"""Destinations that want one message a day."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an alert in a transaction; `occasion` None: there is nothing to tell.

    `before` None: it is new. `crossed`, `was` and `by` as of `Telling`.
    """

    before: Kept | None
    after: Kept
    occasion: Occasion | None = None
    crossed: tuple[Threshold, ...] = ()
    was: Decimal | None = None
    by: str | None = None

    @property
    def shown(self) -> bool:
        """Whether the messages that there are have to say something else."""
        return self.before is not None and self.after.revision != self.before.revision

    @property
    def telling(self) -> Telling | None:
        """What is told of it."""
        if self.occasion is None:
            return None
        return Telling(self.occasion, self.after.alert(), self.crossed, self.was, self.by)


def thread(kept: Kept) -> str:
    """What the messages of a budget's period have in common."""
    return f"budget:{kept.subject.budget}:{kept.subject.period.start}"


def together(told: Iterable[Told], digests: Digests) -> Several:
    """Find what would be a volley."""
    found: defaultdict[tuple[Destination, Occasion], set[Key]] = defaultdict(set)
    for each in told:
        if each.occasion in _TOGETHER:
            for to in each.after.to:
                if to not in digests:
                    found[to, each.occasion].add(each.after.key)
    several: defaultdict[Destination, set[Key]] = defaultdict(set)
    for (to, _), keys in found.items():
        if len(keys) > 1:
            several[to] |= keys
    return several


def begun(told: Told, several: Several, digests: Digests) -> Told:
    """The same with the threads that begin with what is told."""
    kept = told.after
    if told.occasion is None:
        return told
    new = [
        to
        for to in kept.to
        if to not in kept.places and to not in digests and kept.key not in several.get(to, ())
    ]
    return replace(told, after=replace(kept, places=(*kept.places, *new)))


def messages(told: Told, several: Several, digests: Digests) -> Iterator[Message]:
    """What is told of one alert in its own threads; for the last time in those left behind."""
    kept, telling = told.after, told.telling
    there = told.before.places if told.before is not None else ()
    for place in there:
        if place not in kept.places and place.channel != MAIL:
            yield _message(kept, place, Verb.UPDATE, Telling(Occasion.LEFT, kept.alert()))
    for place in kept.places:
        if place not in there:
            if telling is not None:
                yield _message(kept, place, Verb.POST, telling)
            continue
        if told.shown and place.channel != MAIL:
            yield _message(kept, place, Verb.UPDATE, Telling(Occasion.STATE, kept.alert()))
        apart = place in digests or kept.key in several.get(place, ())
        if telling is not None and place in kept.to and not apart:
            yield _message(kept, place, Verb.REPLY, telling)


def roundups(told: Iterable[Told], several: Several, now: datetime) -> Iterator[Message]:
    """The messages that tell of several alerts at once."""
    found: defaultdict[tuple[Destination, Occasion], list[Telling]] = defaultdict(list)
    for each in told:
        for to in each.after.to:
            if each.telling is not None and each.after.key in several.get(to, ()):
                found[to, each.telling.occasion].append(each.telling)
    for (to, occasion), tellings in found.items():
        yield roundup(to, occasion, tellings, now)


def roundup(
    to: Destination, occasion: Occasion, tellings: Sequence[Telling], now: datetime
) -> Message:
    """One message of several alerts, the most severe first."""
    ordered = sorted(tellings, key=_severity, reverse=True)
    value = Roundup(occasion, tuple(ordered[:MOST_TOLD]), max(len(ordered) - MOST_TOLD, 0))
    key = f"alerts:{occasion}:{now.isoformat()}:{to.channel}:{to.address}"
    return Message(key, to, key, Verb.POST, ALERTS, ROUNDUP.dump_python(value, mode="json"))


def _severity(telling: Telling) -> tuple[tuple[int, bool], int]:
    worst = telling.crossed[0].severity if telling.crossed else (0, False)
    return worst, -telling.alert.id


def _message(kept: Kept, to: Destination, verb: Verb, telling: Telling) -> Message:
    return Message(
        key=f"alert:{kept.id}:{kept.revision}:{verb}:{to.channel}:{to.address}",
        to=to,
        thread=thread(kept),
        verb=verb,
        kind=ALERT,
        values=TELLING.dump_python(telling, mode="json"),
    )


def reminder(kept: Kept, to: Destination, verb: Verb) -> Message:
    """A message to the owner, in a thread of its own: of 100% that nobody has acknowledged.

    Its key is the day's: who owns the budget again in the course of one isn't reminded again.
    """
    name = f"reminder:{kept.id}:{kept.reminded_on}"
    told = tuple(crossing.threshold for crossing in kept.alert().crossed)
    occasion = Occasion.REMINDER if verb is Verb.POST else Occasion.STATE
    said = "" if verb is Verb.POST else f":{kept.revision}"
    return Message(
        key=f"{name}:{to.channel}:{to.address}{said}",
        to=to,
        thread=name,
        verb=verb,
        kind=ALERT,
        values=TELLING.dump_python(Telling(occasion, kept.alert(), told), mode="json"),
    )


def owner(kept: Kept) -> Destination | None:
    """Where the budget's owner is reached."""
    name = kept.subject.owner
    if not name:
        return None
    return Destination(MAIL if "@" in name else SLACK, name)


async def send(tx: Connection, told: Iterable[Message]) -> None:
    """Write messages, a destination's and a thread's one after the other, in constant order."""
    order = {Verb.POST: 0, Verb.UPDATE: 1, Verb.REPLY: 2, Verb.FILE: 3}
    ordered = sorted(
        told, key=lambda m: (m.to.channel, m.to.address, m.thread, order[m.verb], m.key)
    )
    await enqueue_all(tx, ordered)


def done_with_reminder(told: Told) -> Iterator[Message]:
    """What the owner's latest reminder says, once somebody has done something about it."""
    before, to = told.before, owner(told.before) if told.before is not None else None
    if before is None or before.reminded_on is None or to is None or to.channel == MAIL:
        return
    if before.alert().state is AlertState.RAISED and told.shown:
        yield reminder(replace(told.after, reminded_on=before.reminded_on), to, Verb.UPDATE)
