"""An evaluation's readings become alerts, in one transaction: what is remembered and told."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.alerts import store, telling
from core.alerts.judging import judge
from core.alerts.kept import Kept, Key, ended, judged
from core.alerts.model import Occasion, Why
from core.alerts.reading import Memory, Reading, Round, Watched
from core.alerts.telling import Digests, Told
from core.database import Connection


@dataclass(frozen=True, slots=True)
class Raised:
    """What an evaluation came to: periods looked at, alerts told of, others that changed."""

    looked_at: int = 0
    told: int = 0
    changed: int = 0


async def would_tell(
    connection: Connection, readings: Sequence[Reading], *, now: datetime, today: date
) -> tuple[Reading, ...]:
    """The readings of which somebody would be told in the alert's own thread, the worst first."""
    _, found = await _judged(connection, readings, now, today, locked=False)
    told = [(one, each) for one, each in found if each.occasion is not None]
    several = telling.together([each for _, each in told], ())
    told = [
        (one, each)
        for one, each in told
        if any(each.after.key not in several.get(to, ()) for to in each.after.to)
    ]
    told.sort(key=lambda each: each[1].crossed[0].severity, reverse=True)
    return tuple(one for one, _ in told)


async def raise_alerts(
    tx: Connection,
    looked: Round,
    *,
    now: datetime,
    today: date,
    whys: Mapping[Key, Why],
    digests: Digests = (),
) -> Raised:
    """Remember what readings say, and tell what is to be told: each crossing once.

    What a later evaluation knew, or a change of a budget brought, isn't undone by readings that
    were made before. Alerts of what nothing is held against any more say so.

    Args:
        tx: the transaction; it is `alone`.
        looked: what the evaluation found, of any number of budgets.
        now: the instant.
        today: the day in the reports' time zone.
        whys: what made the difference, as far as somebody has looked.
        digests: destinations that want one message a day.
    """
    found, judgements = await _judged(tx, looked.readings, now, today, locked=True)
    told = [_explained(each, whys) for _, each in judgements]
    told += await _withdrawn(tx, looked, now, today)
    await store.know(tx, [Watched.of(each) for each in found if not each.closed])
    if looked.whole and not looked.over:
        present = [each.subject.budget for each in looked.readings if not each.closed]
        await store.forget_others(tx, present, looked.data_version)
    await tell(tx, told, digests, now)
    return Raised(len(found), sum(t.occasion is not None for t in told), sum(t.shown for t in told))


async def alone(tx: Connection) -> None:
    """Let one transaction at a time raise alerts, to its end."""
    await store.lock(tx)


async def watched(connection: Connection, budgets: Collection[int]) -> Mapping[int, Watched]:
    """What the evaluations before knew, by budget."""
    return await store.known(connection, budgets)


async def is_behind(connection: Connection, version: int) -> bool:
    """Whether a budget was evaluated last by older data than of a version."""
    return await store.is_behind(connection, version)


async def end_alerts(tx: Connection, budget: int, *, now: datetime) -> None:
    """A budget is removed: its messages say so, and no evaluation raises anything of it."""
    await alone(tx)
    await store.forget(tx, budget)
    told = [
        Told(each, ended(each, replace(each, removed=True), now))
        for each in await store.of_budget(tx, budget)
    ]
    await tell(tx, told, (), now)


async def tell(tx: Connection, told: Iterable[Told], digests: Digests, now: datetime) -> list[Told]:
    """Keep what became of alerts and write the messages; them as they are kept."""
    several = telling.together(told := [*told], digests)
    told = [telling.begun(each, several, digests) for each in told]
    numbers = await store.add(tx, [each.after for each in told if each.before is None])
    await store.change(tx, [t.after for t in told if t.before is not None and t.after != t.before])
    told = [_numbered(each, numbers) for each in told]
    await store.collect(tx, _waiting(told, digests, now))
    sent = [
        message
        for each in told
        for message in (
            *telling.messages(each, several, digests),
            *telling.done_with_reminder(each),
        )
    ]
    await telling.send(tx, [*sent, *telling.roundups(told, several, now)])
    return told


async def _judged(
    connection: Connection,
    readings: Sequence[Reading],
    now: datetime,
    today: date,
    *,
    locked: bool,
) -> tuple[list[Reading], list[tuple[Reading, Told]]]:
    """The readings that count, and what comes of those that make any difference."""
    watched = await store.known(connection, {each.subject.budget for each in readings})
    kept = await store.of(connection, [_key(each) for each in readings], locked=locked)
    found, told = [], []
    for each in readings:
        known, before = watched.get(each.subject.budget), kept.get(_key(each))
        if known is not None and known.is_newer(each.data_version, each.changed_at):
            continue
        if before is not None and before.removed:
            continue
        found.append(each)
        made = _told(each, known, before, now, today)
        if made is not None:
            told.append((each, made))
    return found, told


async def _withdrawn(tx: Connection, looked: Round, now: datetime, today: date) -> list[Told]:
    """What becomes of alerts that go on, and of whose days there was no reading."""
    keys = [_key(each) for each in looked.readings]
    others = [
        each
        for each in await store.others(tx, looked.budgets.keys(), keys)
        if looked.over is None or looked.over is (each.subject.period.end <= today)
    ]
    known = await store.known(tx, {each.subject.budget for each in others})
    return [
        Told(each, ended(each, replace(each, withdrawn=True), now))
        for each in others
        if (newer := known.get(each.subject.budget)) is None
        or not newer.is_newer(looked.data_version, looked.budgets[each.subject.budget])
    ]


def _told(
    reading: Reading,
    watched: Watched | None,
    before: Kept | None,
    now: datetime,
    today: date,
) -> Told | None:
    """What comes of a reading; None where there is nothing to remember or to change."""
    memory = before.memory if before is not None else Memory()
    found = judge(reading, watched, memory, now=now, today=today)
    if before is None and not found.memory.marks:
        return None
    after = judged(before, reading, found, now)
    if after == before:
        return None
    by = reading.changed_by if found.occasion is Occasion.SET else None
    return Told(before, after, found.occasion, found.told, found.was, by)


def _explained(told: Told, whys: Mapping[Key, Why]) -> Told:
    """With what made the difference; it needs no message of its own."""
    if told.occasion is None or told.after.key not in whys:
        return told
    return replace(told, after=replace(told.after, why=whys[told.after.key]))


def _numbered(told: Told, numbers: Mapping[Key, int]) -> Told:
    number = numbers.get(told.after.key, told.after.id)
    return replace(told, after=replace(told.after, id=number))


def _waiting(told: Iterable[Told], digests: Digests, now: datetime) -> Iterator[store.Waiting]:
    for each in told:
        if each.occasion is not None:
            for to in each.after.to:
                if to in digests:
                    yield store.Waiting(to, each.after.id, now, each.crossed)


def _key(reading: Reading) -> Key:
    return reading.subject.budget, reading.subject.period.start
