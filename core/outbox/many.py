"""Messages by the thousand: the same as one by one, in a few statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ARRAY, BigInteger, bindparam, column, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from core.database import Connection
from core.outbox.model import DeliveryState, Destination, Message, Verb
from core.outbox.store import NOW, REPLACEABLE, REPLACED
from core.outbox.tables import destinations, outbox, threads

type _Places = Mapping[Destination, int]
type _Threads = Mapping[tuple[int, str], int]


async def enqueue_all(tx: Connection, messages: Sequence[Message]) -> int:
    """Write messages in their order; how many weren't there already.

    Threads stay locked to the end of the transaction, as by `enqueue`; one after the other in the
    order of their destinations and keys.
    """
    if not messages:
        return 0
    places = await _destinations(tx, {each.to for each in messages})
    known = await _threads(tx, {(places[each.to], each.thread) for each in messages})
    rows = [
        {
            "key": each.key,
            "destination_id": places[each.to],
            "thread_id": known[places[each.to], each.thread],
            "verb": each.verb,
            "kind": each.kind,
            "values": dict(each.values),
            "state": DeliveryState.QUEUED,
        }
        for each in messages
    ]
    written = insert(outbox).on_conflict_do_nothing(index_elements=[outbox.c.key])
    found = await tx.execute(
        written.returning(outbox.c.id, outbox.c.thread_id, outbox.c.verb), rows
    )
    new = found.all()
    await _replace(tx, [(row.thread_id, row.id) for row in new if row.verb == Verb.UPDATE])
    return len(new)


async def _destinations(tx: Connection, wanted: Collection[Destination]) -> _Places:
    """The ids of destinations, whose rows aren't locked."""
    found = await _known(tx, wanted)
    new = sorted((to.channel, to.address) for to in wanted if to not in found)
    if new:
        values = [{"channel": channel, "address": address} for channel, address in new]
        await tx.execute(insert(destinations).on_conflict_do_nothing(), values)
        found = await _known(tx, wanted)
    return found


async def _known(tx: Connection, wanted: Collection[Destination]) -> dict[Destination, int]:
    names = tuple_(destinations.c.channel, destinations.c.address)
    statement = select(destinations).where(names.in_([(to.channel, to.address) for to in wanted]))
    rows = await tx.execute(statement)
    return {Destination(row.channel, row.address): row.id for row in rows}


async def _threads(tx: Connection, wanted: Iterable[tuple[int, str]]) -> _Threads:
    values = [{"destination_id": place, "key": key} for place, key in sorted(wanted)]
    kept = insert(threads).on_conflict_do_update(
        index_elements=[threads.c.destination_id, threads.c.key], set_={"used_at": NOW}
    )
    rows = await tx.execute(
        kept.returning(threads.c.id, threads.c.destination_id, threads.c.key), values
    )
    return {(row.destination_id, row.key): row.id for row in rows}


async def _replace(tx: Connection, updates: Sequence[tuple[int, int]]) -> None:
    """Drop updates that the latest of their thread replaces: it says all that they do."""
    if not updates:
        return
    latest = (
        func.unnest(
            bindparam("threads", [thread for thread, _ in updates], ARRAY(BigInteger)),
            bindparam("numbers", [number for _, number in updates], ARRAY(BigInteger)),
        )
        .table_valued(column("thread", BigInteger), column("number", BigInteger))
        .render_derived()
    )
    statement = update(outbox).where(
        outbox.c.thread_id == latest.c.thread, outbox.c.id < latest.c.number, *REPLACEABLE
    )
    await tx.execute(statement.values(state=DeliveryState.DROPPED, reason=REPLACED))
