"""Many messages at once: the same as one by one."""

from sqlalchemy import select

from core.database import Database
from core.outbox.model import Message, Verb
from core.outbox.service import OutboxService, enqueue_all
from core.outbox.tables import destinations, outbox, threads
from tests.support.outbox import put, told

MESSAGES = (
    told("a:post", thread="a", to="C1"),
    told("b:post", thread="b", to="C2"),
    told("a:update-1", thread="a", to="C1", verb=Verb.UPDATE),
    told("a:update-2", thread="a", to="C1", verb=Verb.UPDATE),
    told("a:reply", thread="a", to="C1", verb=Verb.REPLY),
    told("b:post", thread="b", to="C2"),
    told("c:mail", thread="a", to="ada@x.example", channel="mail"),
)


async def written(database: Database) -> list[tuple[object, ...]]:
    """What is in the outbox: to whom, in which thread, and whether it is sent still."""
    statement = (
        select(
            outbox.c.key,
            destinations.c.channel,
            destinations.c.address,
            threads.c.key,
            outbox.c.verb,
            outbox.c.state,
        )
        .join(destinations, destinations.c.id == outbox.c.destination_id)
        .join(threads, threads.c.id == outbox.c.thread_id)
        .order_by(outbox.c.id)
    )
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(statement)]


async def at_once(database: Database, *messages: Message) -> int:
    async with database.begin() as tx:
        return await enqueue_all(tx, messages)


async def test_many_at_once_are_what_one_by_one_are(fresh_database: Database) -> None:
    await put(fresh_database, *MESSAGES)
    alone = await written(fresh_database)
    async with fresh_database.begin() as tx:
        for table in (outbox, threads, destinations):
            await tx.execute(table.delete())
    assert await at_once(fresh_database, *MESSAGES) == 6
    assert await written(fresh_database) == alone
    assert len(alone) == 6


async def test_what_was_written_before_isnt_again_and_its_update_goes(
    fresh_database: Database,
) -> None:
    await put(fresh_database, *MESSAGES[:3])
    assert await at_once(fresh_database, *MESSAGES[:4]) == 1
    found = {key: state for key, *_, state in await written(fresh_database)}
    assert (found["a:update-1"], found["a:update-2"]) == ("dropped", "queued")
    assert await at_once(fresh_database) == 0
    assert (await OutboxService(fresh_database).backlog()).queued == 3
