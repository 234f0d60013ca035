"""The outbox: told if and only if it is committed, one after the other, by whoever works."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.access.model import Role, Viewer
from core.database import Database
from core.outbox.model import (
    MOST_TRIES,
    Deferred,
    Delivered,
    DeliveredError,
    DeliveryState,
    Outcome,
    Parked,
    UnknownDeliveryError,
    Verb,
    failure,
)
from core.outbox.service import THREADS_KEPT, OutboxService, enqueue
from core.outbox.store import drop, lease
from tests.core.outbox.taking import AT_ONCE, DONE, HERE, SLACK, delivered, leased
from tests.support.outbox import put, told


async def test_what_is_rolled_back_is_never_told(
    fresh_database: Database, outbox: OutboxService
) -> None:
    with suppress(RuntimeError):
        async with fresh_database.begin() as tx:
            assert await enqueue(tx, told("a"))
            raise RuntimeError
    assert await outbox.lease(SLACK) is None


async def test_a_key_is_told_once(fresh_database: Database, outbox: OutboxService) -> None:
    await put(fresh_database, told("a"), told("a", text="again"))
    assert [each.message.values["text"] for each in await outbox.listed()] == ["a"]
    async with fresh_database.begin() as tx:
        assert not await enqueue(tx, told("a"))


async def test_a_destination_has_one_message_under_way(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), told("b"), told("c", to="C2"))
    assert (await leased(outbox)).message.key == "a"
    assert (await leased(outbox)).message.key == "c"
    assert await outbox.lease(SLACK) is None


async def test_a_crowd_of_workers_gets_each_message_once(fresh_database: Database) -> None:
    await put(fresh_database, *(told(f"{n}", to=f"C{n % 5}") for n in range(40)))
    seen: list[str] = []

    async def work() -> None:
        outbox = OutboxService(fresh_database)
        idle = 0
        while idle < 20:
            if (delivery := await outbox.lease(SLACK)) is None:
                idle += 1
                await asyncio.sleep(0.005)
                continue
            seen.append(delivery.message.key)
            assert await outbox.settle(delivery, Delivered(HERE))

    await asyncio.gather(*(work() for _ in range(6)))
    for destination in range(5):
        assert [int(key) for key in seen if int(key) % 5 == destination] == list(
            range(destination, 40, 5)
        )


async def test_what_a_dead_worker_held_is_taken_over_and_it_can_say_no_more(
    fresh_database: Database, outbox: OutboxService
) -> None:
    dying = OutboxService(fresh_database)
    await put(fresh_database, told("a"))
    lost = await leased(dying)
    assert lost.unanswered_since is None
    async with fresh_database.begin() as tx:
        await tx.execute(text("UPDATE outbox_destinations SET lease_until = now()"))
    taken = await leased(outbox)
    assert (taken.id, taken.tries) == (lost.id, 2)
    assert taken.unanswered_since is not None
    assert not await dying.settle(lost, Delivered(HERE))
    assert not await dying.renew(lost)
    assert not await dying.keep(lost, {"file": "F1"})
    assert await outbox.settle(taken, Delivered(HERE))


async def test_a_thread_s_messages_are_numbered_in_the_order_of_their_commits(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """The second waits for the first to commit: it can't overtake it."""
    await put(fresh_database, told("z"))
    await outbox.settle(await leased(outbox), Delivered(HERE))
    async with fresh_database.begin() as first:
        await enqueue(first, told("a", thread="t"))
        second = asyncio.create_task(put(fresh_database, told("b", thread="t")))
        await put(fresh_database, told("c", thread="u"))
        assert not second.done()
        delivery = await leased(outbox)
        assert delivery.message.key == "c"
        await outbox.settle(delivery, Delivered(HERE))
    await second
    delivery = await leased(outbox)
    assert delivery.message.key == "a"


async def test_a_writer_in_a_long_transaction_holds_no_worker_up(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), told("b"))
    async with fresh_database.begin() as tx:
        await enqueue(tx, told("c"))
        async with asyncio.timeout(60):
            for key in ("a", "b"):
                delivery = await leased(outbox)
                assert delivery.message.key == key
                await outbox.settle(delivery, Delivered(HERE))


async def test_waits_double_up_to_a_quarter_of_an_hour_and_end_some_day(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """And begin anew when somebody has it tried again."""
    await put(fresh_database, told("a"))
    delivery = await leased(outbox)
    for tries, longest in ((1, 2), (2, 4), (5, 32), (9, 512), (10, 900), (99, 900)):
        came = failure(replace(delivery, tries=tries), "busy", answered=True)
        assert isinstance(came, Deferred)
        assert longest / 2 <= came.wait.total_seconds() <= longest
    given_up = failure(replace(delivery, tries=MOST_TRIES), "busy", answered=True)
    assert given_up == Parked("given up after 100 tries: busy")
    for _ in range(3):
        await outbox.settle(delivery, Deferred(AT_ONCE, "busy", answered=True))
        delivery = await leased(outbox)
    assert delivery.tries == 4
    await outbox.settle(delivery, given_up)
    await outbox.retry_parked()
    assert (await leased(outbox)).tries == 1


async def test_workers_do_not_wait_for_one_another(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), told("b", to="C2"))
    async with fresh_database.begin() as tx, asyncio.timeout(60):
        taking = await lease(tx, SLACK, timedelta(minutes=1))
        assert taking is not None
        assert (taking.message.key, (await leased(outbox)).message.key) == ("a", "b")


async def test_it_is_known_since_when_a_message_may_be_there(
    fresh_database: Database,
) -> None:
    """However many die at it: whoever looks for it looks from the first of them on."""
    dying = OutboxService(fresh_database, lease=timedelta(microseconds=1))
    await put(fresh_database, told("a"))
    await leased(dying)
    second, third = await leased(dying), await leased(dying)
    assert second.unanswered_since == third.unanswered_since is not None


@pytest.mark.parametrize("outcome", [Deferred(AT_ONCE, "busy", answered=True), Parked("no")])
async def test_what_is_dropped_while_it_is_tried_stays_so(
    fresh_database: Database, outbox: OutboxService, outcome: Outcome
) -> None:
    await put(fresh_database, told("a"))
    delivery = await leased(outbox)
    await outbox.drop(delivery.id)
    assert await outbox.settle(delivery, outcome)
    [dropped] = await outbox.listed()
    assert (dropped.state, dropped.reason) == (DeliveryState.DROPPED, "dropped by operator")


async def test_what_is_dropped_just_now_is_not_taken(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"))
    async with fresh_database.begin() as tx:
        assert await drop(tx, 1, "not needed")
        taking = asyncio.create_task(outbox.lease(SLACK))
        await waiting(fresh_database)
    assert await taking is None
    await put(fresh_database, told("b"))
    assert (await leased(outbox)).message.key == "b"


async def waiting(database: Database) -> None:
    """Until somebody waits for a lock."""
    locked = text("SELECT 1 FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(60):
        while True:
            async with database.read() as connection:
                if (await connection.execute(locked)).first() is not None:
                    return
            await asyncio.sleep(0.01)


async def test_what_is_put_off_while_somebody_has_it_tried_anew_has_no_tries(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"))
    delivery = await leased(outbox)
    await outbox.retry(delivery.id)
    assert await outbox.settle(delivery, Deferred(AT_ONCE, "wait", answered=True, counts=False))
    again = await leased(outbox)
    assert again.tries == 1
    assert isinstance(failure(again, "no", answered=True), Deferred)


async def test_what_is_delivered_is_neither_retried_nor_dropped(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"))
    delivery = await leased(outbox)
    await outbox.settle(delivery, Delivered(HERE))
    for verb in (outbox.retry(delivery.id), outbox.drop(delivery.id)):
        with pytest.raises(DeliveredError):
            await verb
    with pytest.raises(UnknownDeliveryError):
        await outbox.retry(delivery.id + 1)


async def test_who_retries_or_drops_is_written_down(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"))
    delivery = await leased(outbox)
    await outbox.settle(delivery, Parked("no"))
    ada = Viewer("ada", Role.FINANCE)
    await outbox.retry_parked(by=ada)
    await outbox.retry(delivery.id, by=ada)
    dropped = await outbox.drop(delivery.id, by=ada)
    assert dropped.reason == "dropped by ada"
    async with fresh_database.read() as connection:
        rows = await connection.execute(
            text("SELECT actor, action, subject FROM audit ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [
            ("ada", "delivery.retry", "all"),
            ("ada", "delivery.retry", str(delivery.id)),
            ("ada", "delivery.drop", str(delivery.id)),
        ]


async def test_old_messages_are_forgotten_and_what_waits_is_kept(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), told("b"), told("c", to="C2"))
    await outbox.settle(await leased(outbox), Delivered(HERE))
    await outbox.settle(await leased(outbox), Parked("no"))
    assert await outbox.forget(datetime.now(UTC) + timedelta(days=1)) == 1
    assert {each.message.key for each in await outbox.listed()} == {"b", "c"}
    backlog = await outbox.backlog()
    assert (backlog.queued, backlog.parked) == (1, 1)


async def test_a_thread_is_known_longer_than_its_messages(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """But not for ever, unless something of it waits."""
    await put(fresh_database, told("a"), told("b"), told("c", to="C2"))
    for outcome in (DONE, DONE, Parked("no")):
        await delivered(outbox, outcome)
    assert await outbox.forget(datetime.now(UTC) + timedelta(days=1)) == 2
    await put(fresh_database, told("a2", verb=Verb.REPLY, thread="a"))
    again = await leased(outbox)
    assert again.begun == HERE
    await outbox.settle(again, DONE)
    await outbox.forget(datetime.now(UTC) + THREADS_KEPT + timedelta(days=1))
    await put(fresh_database, told("b2", verb=Verb.REPLY, thread="b"))
    assert (await leased(outbox)).begun is None
    assert (await outbox.backlog()).parked == 1
