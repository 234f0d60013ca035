"""What falls due with time alone: snoozes that end, reminders, a channel's message of the day."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from core.alerts import store, telling
from core.alerts.judging import reached, released
from core.alerts.kept import Kept, changed
from core.alerts.model import AlertState, Kind, Occasion, Telling
from core.alerts.raising import tell
from core.alerts.telling import Digests, Told
from core.clock import last_digest
from core.database import Connection
from core.outbox.model import Destination, Message, Verb

_FROM, _UNTIL = time(9), time(17)
_FRIDAY: Final = 4
_ALL: Final = 100


@dataclass(frozen=True, slots=True)
class Tended:
    """How many snoozes ended, owners were reminded, digests were posted."""

    ended: int = 0
    reminded: int = 0
    digests: int = 0


async def tend(
    tx: Connection,
    *,
    now: datetime,
    zone: ZoneInfo,
    zones: Mapping[str, ZoneInfo],
    digests: Digests = (),
    declined: Collection[tuple[int, Destination]] = (),
) -> Tended:
    """Do what is due, in one transaction.

    Args:
        tx: the transaction.
        now: the instant.
        zone: of reports.
        zones: of owners; of others `zone`.
        digests: destinations that want one message a day.
        declined: who wants no more of which budget's alerts.
    """
    await store.lock(tx)
    ended = [_ended(each, now, zone) for each in await store.snoozed_until(tx, now)]
    await tell(tx, ended, digests, now)
    due = [
        replace(each, reminded_on=now.astimezone(where).date())
        for each in await store.raised(tx, locked=True)
        if (each.subject.budget, telling.owner(each)) not in declined
        and is_due(each, now, where := zones.get(each.subject.owner or "", zone))
    ]
    await store.change(tx, due)
    posted = [*await _digests(tx, now, zone)]
    await telling.send(tx, [*_reminders(due), *posted])
    return Tended(len(ended), len(due), len(posted))


async def owners(connection: Connection) -> frozenset[str]:
    """Those who may have to be reminded."""
    found = await store.raised(connection)
    return frozenset(each.subject.owner for each in found if each.subject.owner)


def _ended(kept: Kept, now: datetime, zone: ZoneInfo) -> Told:
    """The end of a snooze: what was crossed meanwhile is told, if it still is."""
    memory, waited = released(kept.memory, kept.figures)
    if waited:
        memory = replace(memory, acknowledged=None)
    after = changed(kept, replace(kept, memory=memory, version=kept.version + 1), now)
    if not waited:
        return Told(kept, after)
    over = kept.subject.period.end <= now.astimezone(zone).date()
    return Told(kept, after, Occasion.RECORD if over else Occasion.WAITED, waited)


def is_due(kept: Kept, now: datetime, zone: ZoneInfo) -> bool:
    """Whether to remind the owner: of 100% since another day, at work, once a day."""
    local = now.astimezone(zone)
    return (
        kept.alert().state is AlertState.RAISED
        and telling.owner(kept) is not None
        and _is_over(kept)
        and local.weekday() <= _FRIDAY
        and _FROM <= local.time() < _UNTIL
        and kept.subject.period.end > local.date()
        and (kept.raised_at or now).astimezone(zone).date() < local.date()
        # Not again on a day that has been theirs already, where they have gone west since.
        and (kept.reminded_on is None or kept.reminded_on < local.date())
    )


def _is_over(kept: Kept) -> bool:
    return any(
        mark.threshold.kind is Kind.ACTUAL
        and mark.threshold.percent >= _ALL
        and reached(mark.threshold, kept.figures)
        for mark in kept.memory.crossed()
    )


def _reminders(due: Sequence[Kept]) -> Iterator[Message]:
    for each in due:
        to = telling.owner(each)
        if to is not None:
            yield telling.reminder(each, to, Verb.POST)


async def _digests(tx: Connection, now: datetime, zone: ZoneInfo) -> Sequence[Message]:
    """The messages of the day of those destinations where something has waited long enough."""
    waiting = await store.due_digests(tx, last_digest(now, zone))
    kept = await store.of_numbers(tx, {each.alert for each in waiting})
    found: defaultdict[Destination, list[Telling]] = defaultdict(list)
    for each in waiting:
        if each.to in kept[each.alert].to:
            alert = kept[each.alert].alert()
            found[each.to].append(Telling(Occasion.DIGEST, alert, each.crossed))
    return [telling.roundup(to, Occasion.DIGEST, told, now) for to, told in found.items()]
