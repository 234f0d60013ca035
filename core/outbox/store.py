"""The SQL of the outbox. Leases and waits are told by the database's clock.

What is leased is a destination, and with it its oldest message that can go: the order of a
destination holds, whoever works.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    Update,
    and_,
    delete,
    exists,
    extract,
    func,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert

from core.database import Connection
from core.many import one_of
from core.outbox.model import (
    Backlog,
    Deferred,
    Delivered,
    Delivery,
    DeliveryState,
    Destination,
    Message,
    Outcome,
    Parked,
    Receipt,
    Undelivered,
    Verb,
)
from core.outbox.tables import destinations, outbox, threads

NOW = func.clock_timestamp()
REPLACED: Final = "a later update says more"
_QUEUED = outbox.c.state == DeliveryState.QUEUED
_PARKED = outbox.c.state == DeliveryState.PARKED
_UPDATE = outbox.c.verb == Verb.UPDATE
REPLACEABLE: Final = (_UPDATE, or_(_PARKED, and_(_QUEUED, outbox.c.tries == 0)))
"""An update that nobody has seen, nor is anybody at it: a later one says all that it does."""
_FREE = or_(destinations.c.lease_until.is_(None), destinations.c.lease_until < NOW)


async def enqueue(tx: Connection, message: Message) -> int | None:
    """Write a message; its id, or None where its key has been used.

    The thread's row stays locked to the end of the transaction, so that in a thread messages
    are numbered in the order in which they are committed.
    """
    place = await _destination(tx, message.to)
    fresh = insert(threads).values(destination_id=place, key=message.thread)
    kept = fresh.on_conflict_do_update(
        index_elements=[threads.c.destination_id, threads.c.key], set_={"used_at": NOW}
    )
    thread = (await tx.execute(kept.returning(threads.c.id))).scalar_one()
    written = (
        insert(outbox)
        .values(
            key=message.key,
            destination_id=place,
            thread_id=thread,
            verb=message.verb,
            kind=message.kind,
            values=dict(message.values),
            state=DeliveryState.QUEUED,
        )
        .on_conflict_do_nothing(index_elements=[outbox.c.key])
        .returning(outbox.c.id)
    )
    number: int | None = (await tx.execute(written)).scalar_one_or_none()
    if number is not None and message.verb is Verb.UPDATE:
        await _replace(tx, place, thread, number, *REPLACEABLE)
    return number


async def take_up(tx: Connection, to: Destination, key: str, begun: Receipt) -> None:
    """Write down what began a thread."""
    values = {"place": begun.place, "begun": begun.id}
    fresh = insert(threads).values(destination_id=await _destination(tx, to), key=key, **values)
    await tx.execute(
        fresh.on_conflict_do_update(
            index_elements=[threads.c.destination_id, threads.c.key], set_=values
        )
    )


async def _destination(tx: Connection, to: Destination) -> int:
    """The id of a destination, whose row isn't locked: workers need it meanwhile."""
    here = and_(destinations.c.channel == to.channel, destinations.c.address == to.address)
    known = select(destinations.c.id).where(here)
    found: int | None = (await tx.execute(known)).scalar_one_or_none()
    if found is None:
        values = {"channel": to.channel, "address": to.address}
        await tx.execute(insert(destinations).values(values).on_conflict_do_nothing())
        found = (await tx.execute(known)).scalar_one()
    return found


async def _replace(
    tx: Connection, place: Any, thread: Any, number: int, *which: ColumnElement[bool]
) -> None:
    """Drop such updates of a thread as come before one: that says all that they do."""
    # The destination is the thread's; it is named for its index.
    earlier = (outbox.c.destination_id == place, outbox.c.thread_id == thread)
    statement = update(outbox).where(*earlier, outbox.c.id < number, *which)
    await tx.execute(statement.values(state=DeliveryState.DROPPED, reason=REPLACED))


async def lease(tx: Connection, channels: Collection[str], lasting: timedelta) -> Delivery | None:
    """Take the oldest message of a destination that is free, if any is due."""
    head = _head(destinations.c.id).lateral("head")
    free = (
        select(destinations.c.id)
        .join(head, true())
        .where(destinations.c.channel.in_(channels), destinations.c.free_at <= NOW, _FREE)
        .where(head.c.due_at <= NOW)
        .order_by(head.c.id)
        .limit(1)
        # Whoever enqueues holds a key share on it: neither has to wait for the other.
        .with_for_update(of=destinations, skip_locked=True, key_share=True)
    )
    place = (await tx.execute(free)).scalar_one_or_none()
    if place is None:
        return None
    # Another may have held it since that statement began: now it is ours, look again.
    found = (await tx.execute(_head(place))).one_or_none()
    if found is None or (delivery := await _find(tx, found.id, due=True)) is None:
        return None
    begun = (
        update(outbox)
        # Whoever drops one doesn't hold its destination.
        .where(outbox.c.id == delivery.id, _QUEUED)
        .values(
            tries=outbox.c.tries + 1,
            unanswered_since=func.coalesce(outbox.c.unanswered_since, NOW),
        )
        .returning(outbox.c.tries)
    )
    tries = (await tx.execute(begun)).scalar_one_or_none()
    if tries is None:
        return None
    taken = (
        update(destinations)
        .where(destinations.c.id == place)
        .values(lease=destinations.c.lease + 1, lease_until=NOW + lasting)
    )
    number = (await tx.execute(taken.returning(destinations.c.lease))).scalar_one()
    return replace(delivery, tries=tries, lease=number)


def _head(place: Any) -> Select[tuple[int, datetime]]:
    """The oldest message of a destination that isn't behind a parked one of its thread.

    An update isn't behind an update: that one was parked while this was written.
    """
    earlier = outbox.alias("earlier")
    behind = exists().where(
        earlier.c.thread_id == outbox.c.thread_id,
        earlier.c.state == DeliveryState.PARKED,
        earlier.c.id < outbox.c.id,
        or_(earlier.c.verb != Verb.UPDATE, outbox.c.verb != Verb.UPDATE),
    )
    return (
        select(outbox.c.id, outbox.c.due_at)
        .where(outbox.c.destination_id == place, _QUEUED, ~behind)
        .order_by(outbox.c.id)
        .limit(1)
    )


async def renew(tx: Connection, delivery: Delivery, lasting: timedelta) -> bool:
    """Push the lease on; False if the destination is no longer this worker's."""
    return await _touch(tx, delivery, lease_until=NOW + lasting)


async def keep(tx: Connection, delivery: Delivery, notes: Mapping[str, Any]) -> bool:
    """Keep what the next try must know; False if it is no longer this worker's to say."""
    if not await _touch(tx, delivery, lease=delivery.lease):
        return False
    await tx.execute(_row(delivery).values(notes=dict(notes)))
    return True


async def settle(tx: Connection, delivery: Delivery, outcome: Outcome) -> bool:
    """Record what became of a try and free the destination; False if it isn't ours any more."""
    pause = outcome.pause if isinstance(outcome, Delivered) else timedelta()
    if not await _touch(tx, delivery, lease_until=null(), free_at=NOW + pause):
        return False
    match outcome:
        case Delivered(receipt):
            await _record(tx, delivery, receipt)
        case Deferred(wait, reason, answered, counts):
            values: dict[str, Any] = {"due_at": NOW + wait, "reason": reason}
            if answered:
                values["unanswered_since"] = null()
            if not counts:
                # Somebody may have had it tried anew meanwhile, which begins at none.
                values["tries"] = func.greatest(outbox.c.tries - 1, 0)
            await tx.execute(_row(delivery).where(_QUEUED).values(values))
        case Parked(reason):
            parked = {"state": DeliveryState.PARKED, "reason": reason}
            await tx.execute(_row(delivery).where(_QUEUED).values(parked))
    return True


async def _record(tx: Connection, delivery: Delivery, receipt: Receipt | None) -> None:
    at, number = (receipt.place, receipt.id) if receipt else (None, None)
    values = {"state": DeliveryState.DELIVERED, "delivered_at": NOW, "reason": None}
    received = {"place": at, "receipt": number, "unanswered_since": None}
    await tx.execute(_row(delivery).values(values | received))
    thread = _of(delivery, "thread_id")
    if receipt is not None and delivery.message.verb in (Verb.POST, Verb.UPDATE):
        begun = update(threads).where(threads.c.id == thread)
        await tx.execute(begun.values(place=at, begun=number))
    if delivery.message.verb is Verb.UPDATE:
        # Those that were parked, or retried, while this was on its way.
        place = _of(delivery, "destination_id")
        await _replace(tx, place, thread, delivery.id, _UPDATE, or_(_PARKED, _QUEUED))


async def _touch(tx: Connection, delivery: Delivery, **values: Any) -> bool:
    """Change the destination that a delivery holds; False if another has taken it over."""
    mine = update(destinations).where(
        destinations.c.id == _of(delivery, "destination_id"),
        destinations.c.lease == delivery.lease,
    )
    return bool((await tx.execute(mine.values(values))).rowcount)


def _of(delivery: Delivery, column: str) -> ScalarSelect[Any]:
    """A column of a delivery's row."""
    itself = outbox.alias("itself")
    return select(itself.c[column]).where(itself.c.id == delivery.id).scalar_subquery()


def _row(delivery: Delivery) -> Update:
    return update(outbox).where(outbox.c.id == delivery.id)


async def find(connection: Connection, number: int) -> Delivery | None:
    """One delivery."""
    return await _find(connection, number)


async def _find(connection: Connection, number: int, *, due: bool = False) -> Delivery | None:
    statement = _deliveries().where(outbox.c.id == number)
    if due:
        statement = statement.where(outbox.c.due_at <= NOW)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _delivery(row)


async def listed(
    connection: Connection, state: DeliveryState | None, *, before: int | None, limit: int
) -> tuple[Delivery, ...]:
    """Deliveries, the newest first."""
    statement = _deliveries().order_by(outbox.c.id.desc()).limit(limit)
    if state is not None:
        statement = statement.where(outbox.c.state == state)
    if before is not None:
        statement = statement.where(outbox.c.id < before)
    return tuple(_delivery(row) for row in await connection.execute(statement))


async def parked(connection: Connection, keys: Collection[str]) -> Mapping[str, list[Undelivered]]:
    """By thread, where what is written to it is parked; the first reason of each place."""
    statement = (
        select(threads.c.key, destinations.c.channel, destinations.c.address, outbox.c.reason)
        .join(threads, threads.c.id == outbox.c.thread_id)
        .join(destinations, destinations.c.id == outbox.c.destination_id)
        .where(_PARKED, one_of(threads.c.key, keys))
        .ext(distinct_on(threads.c.id))
        .order_by(threads.c.id, outbox.c.id)
    )
    found: dict[str, list[Undelivered]] = {}
    for key, channel, address, reason in await connection.execute(statement):
        found.setdefault(key, []).append(Undelivered(Destination(channel, address), reason or ""))
    return found


async def retry(tx: Connection, numbers: Collection[int] | None) -> tuple[int, ...]:
    """Have some that aren't delivered, or all that are parked, tried now; their ids."""
    if numbers is None:
        wanted = _PARKED
    else:
        waiting = (DeliveryState.PARKED, DeliveryState.QUEUED)
        wanted = and_(outbox.c.id.in_(numbers), outbox.c.state.in_(waiting))
    values = {"state": DeliveryState.QUEUED, "due_at": NOW, "tries": 0}
    statement = update(outbox).where(wanted).values(values).returning(outbox.c.id)
    return tuple(sorted((await tx.execute(statement)).scalars()))


async def drop(tx: Connection, number: int, reason: str) -> bool:
    """Give one up that isn't delivered."""
    waiting = (DeliveryState.PARKED, DeliveryState.QUEUED)
    statement = update(outbox).where(outbox.c.id == number, outbox.c.state.in_(waiting))
    dropped = statement.values(state=DeliveryState.DROPPED, reason=reason)
    return bool((await tx.execute(dropped)).rowcount)


async def backlog(connection: Connection) -> Backlog:
    """What isn't delivered."""
    waited = extract("epoch", NOW - func.min(outbox.c.created_at).filter(_QUEUED))
    parked = func.count().filter(_PARKED)
    statement = select(func.count().filter(_QUEUED), waited, parked).where(or_(_QUEUED, _PARKED))
    queued, seconds, still = (await connection.execute(statement)).one()
    return Backlog(queued, timedelta(seconds=float(seconds or 0)), still)


async def forget(tx: Connection, written: datetime, unused: datetime) -> int:
    """Delete messages written before an instant, and threads nobody has used since another."""
    done = (DeliveryState.DELIVERED, DeliveryState.DROPPED)
    old = delete(outbox).where(outbox.c.state.in_(done), outbox.c.created_at < written)
    gone = (await tx.execute(old)).rowcount
    empty = ~exists().where(outbox.c.thread_id == threads.c.id)
    await tx.execute(delete(threads).where(threads.c.used_at < unused, empty))
    return gone


def _deliveries() -> Select[Any]:
    return (
        select(
            outbox,
            outbox.c["values"].label("said"),
            destinations.c.channel,
            destinations.c.address,
            destinations.c.lease,
            threads.c.key.label("thread"),
            threads.c.place.label("begun_in"),
            threads.c.begun,
        )
        .join(destinations, destinations.c.id == outbox.c.destination_id)
        .join(threads, threads.c.id == outbox.c.thread_id)
    )


def _delivery(row: Row[Any]) -> Delivery:
    message = Message(
        key=row.key,
        to=Destination(row.channel, row.address),
        thread=row.thread,
        verb=Verb(row.verb),
        kind=row.kind,
        values=row.said,
    )
    return Delivery(
        id=row.id,
        message=message,
        state=DeliveryState(row.state),
        token=str(row.token),
        created_at=row.created_at,
        due_at=row.due_at,
        tries=row.tries,
        begun=_receipt(row.begun_in, row.begun),
        unanswered_since=row.unanswered_since,
        notes=row.notes,
        reason=row.reason,
        delivered_at=row.delivered_at,
        receipt=_receipt(row.place, row.receipt),
        lease=row.lease,
    )


def _receipt(place: str | None, number: str | None) -> Receipt | None:
    return Receipt(place, number) if place and number else None
