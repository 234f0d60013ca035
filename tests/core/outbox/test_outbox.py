"""The outbox: told if and only if it is committed, one after the other, by whoever works."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.access.model import Role, Viewer
from core.database import Database
from core.outbox.model import (
    Deferred,
    Delivered,
    DeliveredError,
    Delivery,
    DeliveryState,
    Message,
    Outcome,
    Parked,
    Receipt,
    UnknownDeliveryError,
    Verb,
    failure,
)
from core.outbox.service import OutboxService, enqueue
from core.outbox.store import drop, lease
from tests.support.outbox import put, told

SLACK = ("slack",)
HERE = Receipt("C1", "1.0")
DONE = Delivered(HERE)
AT_ONCE = timedelta()


@pytest.fixture
def outbox(fresh_database: Database) -> OutboxService:
    return OutboxService(fresh_database)


async def leased(outbox: OutboxService) -> Delivery:
    delivery = await outbox.lease(SLACK)
    assert delivery is not None
    return delivery


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
    dying = OutboxService(fresh_database, lease=timedelta(milliseconds=100))
    await put(fresh_database, told("a"))
    lost = await leased(dying)
    assert lost.unanswered_since is None
    await asyncio.sleep(0.15)
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
        async with asyncio.timeout(10):
            for key in ("a", "b"):
                delivery = await leased(outbox)
                assert delivery.message.key == key
                await outbox.settle(delivery, Delivered(HERE))


async def test_workers_do_not_wait_for_one_another(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), told("b", to="C2"))
    async with fresh_database.begin() as tx, asyncio.timeout(10):
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


async def test_updates_that_nobody_has_seen_are_left_out_for_the_last(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a", thread="t"))
    await put(fresh_database, *(told(f"u{n}", verb=Verb.UPDATE, thread="t") for n in range(3)))
    states = {each.message.key: each.state for each in await outbox.listed()}
    dropped, queued = DeliveryState.DROPPED, DeliveryState.QUEUED
    assert states == {"a": queued, "u0": dropped, "u1": dropped, "u2": queued}


async def delivered(outbox: OutboxService, outcome: Outcome = DONE) -> str:
    """Deliver the next message; its key."""
    delivery = await leased(outbox)
    assert await outbox.settle(delivery, outcome)
    return delivery.message.key


async def states(outbox: OutboxService) -> dict[str, str]:
    return {each.message.key: str(each.state) for each in await outbox.listed()}


def updating(key: str) -> Message:
    return told(key, verb=Verb.UPDATE, thread="a")


async def test_an_update_that_is_parked_is_left_out_for_a_later_one(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """It neither holds the later up nor is ever sent after it; nor does what came between go."""
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    assert await delivered(outbox, Parked("the app isn't in the channel")) == "u0"
    await put(fresh_database, told("r", verb=Verb.REPLY, thread="a"))
    assert await outbox.lease(SLACK) is None
    await put(fresh_database, updating("u1"))
    assert (await states(outbox))["u0"] == "dropped"
    assert [await delivered(outbox), await delivered(outbox)] == ["r", "u1"]
    assert await outbox.retry_parked() == ()


async def test_an_update_that_is_parked_while_a_later_one_is_written_is_too(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    trying = await leased(outbox)
    await put(fresh_database, updating("u1"))
    await outbox.settle(trying, Parked("no"))
    assert await delivered(outbox) == "u1"
    assert await states(outbox) == {"a": "delivered", "u0": "dropped", "u1": "delivered"}


async def test_an_update_that_is_retried_while_a_later_one_is_sent_does_not_follow_it(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    trying = await leased(outbox)
    await put(fresh_database, updating("u1"))
    await outbox.settle(trying, Parked("no"))
    later = await leased(outbox)
    assert await outbox.retry_parked() == (trying.id,)
    await outbox.settle(later, DONE)
    assert await outbox.lease(SLACK) is None
    assert (await states(outbox))["u0"] == "dropped"


async def test_an_update_that_is_parked_holds_up_what_is_no_update(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """And an update waits for the post: that is no update either."""
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox, Parked("no"))
    assert await outbox.lease(SLACK) is None
    await outbox.retry_parked()
    await delivered(outbox)
    await delivered(outbox, Parked("no"))
    await put(fresh_database, told("r", verb=Verb.REPLY, thread="a"), told("b"))
    assert await delivered(outbox) == "b"
    assert await outbox.lease(SLACK) is None


async def test_an_update_that_somebody_is_at_is_not_taken_from_them(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """It may be there: whoever looks for it must know of it."""
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    await leased(outbox)
    await put(fresh_database, updating("u1"), told("b", to="C2"))
    assert await states(outbox) == {"a": "delivered", **dict.fromkeys(("u0", "u1", "b"), "queued")}


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
    async with asyncio.timeout(10):
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


DESTINATIONS = st.sampled_from(["C1", "C2"])
THREADS = st.sampled_from(["t", "u"])
VERBS = st.sampled_from([Verb.REPLY, Verb.UPDATE])
OUTCOMES = st.sampled_from(
    [
        Delivered(HERE),
        Deferred(AT_ONCE, "later", answered=True),
        Deferred(AT_ONCE, "no answer", answered=False),
        Deferred(AT_ONCE, "wait", answered=True, counts=False),
        Parked("no"),
        None,
    ]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), DESTINATIONS, THREADS, VERBS),
        st.tuples(st.just("work"), OUTCOMES),
        st.tuples(st.just("retry")),
    ),
    max_size=40,
)


class _UndoError(Exception):
    """Ends an example's transaction."""


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
async def test_order_holds_whatever_fails(
    database: Database, steps: list[tuple[str, *tuple[Any, ...]]]
) -> None:
    """Per destination where nothing was parked, of replies and of updates in a thread always.

    Each reply arrives once, and of updates the last. An outcome None is a worker that dies: its
    lease ends at once.
    """
    with suppress(_UndoError):
        async with database.begin():
            example = _Example(database)
            for step in steps:
                await example.take(*step)
            await example.finish()
            example.check()
            raise _UndoError


class _Example:
    """What was written and what has arrived, in order; where something was parked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._outbox = OutboxService(database, lease=timedelta(microseconds=1))
        self._written: list[tuple[str, str, str, Verb]] = []
        self._arrived: list[str] = []
        self._parked: set[str] = set()

    async def take(self, what: str, *more: Any) -> None:
        match what:
            case "put":
                to, thread, verb = more
                key = f"{len(self._written)}"
                self._written.append((key, to, thread, verb))
                await put(self._database, told(key, to=to, thread=thread, verb=verb))
            case "work":
                await self._work(*more)
            case _:
                await self._outbox.retry_parked()

    async def finish(self) -> None:
        await self._outbox.retry_parked()
        while await self._work(Delivered(HERE)):
            pass

    async def _work(self, outcome: Outcome | None) -> bool:
        delivery = await self._outbox.lease(SLACK)
        if delivery is None:
            return False
        if outcome is not None:
            assert await self._outbox.settle(delivery, outcome)
        if isinstance(outcome, Delivered):
            self._arrived.append(delivery.message.key)
        if isinstance(outcome, Parked):
            self._parked.add(delivery.message.to.address)
        return True

    def check(self) -> None:
        replies = [key for key, _, _, verb in self._written if verb is Verb.REPLY]
        assert sorted(set(replies) & set(self._arrived)) == sorted(replies)
        assert len(set(self._arrived)) == len(self._arrived)
        for place in {tuple(place) for _, *place in self._written}:
            keys = [key for key, *where in self._written if tuple(where) == place]
            self._in_order(keys)
            assert keys[-1] in self._arrived
        for to in {to for _, to, *_ in self._written} - self._parked:
            self._in_order([key for key, where, *_ in self._written if where == to])

    def _in_order(self, keys: Sequence[str]) -> None:
        arrived = [int(key) for key in self._arrived if key in keys]
        assert arrived == sorted(arrived)
