"""Order holds, whatever fails."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database import Database
from core.outbox.model import Deferred, Delivered, Outcome, Parked, Verb
from core.outbox.service import OutboxService
from tests.core.outbox.taking import AT_ONCE, HERE, SLACK
from tests.support.outbox import put, told

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
