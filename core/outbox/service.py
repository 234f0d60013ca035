"""The verbs of the outbox: write a message, deliver what was written, look at what wasn't."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from core.access.model import OPERATOR, Viewer
from core.access.service import record
from core.database import Connection, Database
from core.outbox import many, store
from core.outbox.model import (
    Backlog,
    DeliveredError,
    Delivery,
    DeliveryState,
    Destination,
    Message,
    Outcome,
    Receipt,
    Undelivered,
    UnknownDeliveryError,
)

THREADS_KEPT: Final = timedelta(days=400)
"""How long a thread that nobody has written to can be taken up again."""


async def enqueue(tx: Connection, message: Message) -> bool:
    """Write a message within the transaction of what it reports: told if that is committed.

    Do it last in a transaction, and for several threads always in the same order: their rows
    stay locked to its end.

    Returns:
        False where one of that key is there already; that one is told, not this.
    """
    return await store.enqueue(tx, message) is not None


async def enqueue_all(tx: Connection, messages: Sequence[Message]) -> int:
    """Write messages as `enqueue` does, however many, in their order.

    Returns:
        How many weren't there already.
    """
    return await many.enqueue_all(tx, messages)


async def take_up(tx: Connection, to: Destination, thread: str, begun: Receipt) -> None:
    """Let a thread be one that is there already: begun by a person, or by a surface."""
    await store.take_up(tx, to, thread, begun)


async def parked(
    connection: Connection, threads: Collection[str]
) -> Mapping[str, Sequence[Undelivered]]:
    """Of some threads, where what is written to them can't be delivered; of others nothing."""
    return await store.parked(connection, threads)


class OutboxService:
    """Hands messages to whoever delivers them, and answers for those that aren't."""

    def __init__(self, database: Database, *, lease: timedelta = timedelta(minutes=1)) -> None:
        self.lease_time = lease
        self._database = database

    async def lease(self, channels: Collection[str]) -> Delivery | None:
        """Take a message that can go by one of some channels; nobody else gets it meanwhile.

        Its destination gets nothing else before `settle`, or before the lease has ended.
        """
        async with self._database.begin() as tx:
            return await store.lease(tx, channels, self.lease_time)

    async def renew(self, delivery: Delivery) -> bool:
        """Hold it longer; False if the lease had ended and another has it."""
        async with self._database.begin() as tx:
            return await store.renew(tx, delivery, self.lease_time)

    async def keep(self, delivery: Delivery, notes: Mapping[str, Any]) -> bool:
        """Keep with a message that is leased here what a further try must know."""
        async with self._database.begin() as tx:
            return await store.keep(tx, delivery, notes)

    async def settle(self, delivery: Delivery, outcome: Outcome) -> bool:
        """Record what became of it; False if the lease had ended and another has it."""
        async with self._database.begin() as tx:
            return await store.settle(tx, delivery, outcome)

    async def listed(
        self, state: DeliveryState | None = None, *, before: int | None = None, limit: int = 100
    ) -> tuple[Delivery, ...]:
        """Deliveries, the newest first; `before`: the `id` to continue after."""
        async with self._database.read() as connection:
            return await store.listed(connection, state, before=before, limit=limit)

    async def retry(self, number: int, *, by: Viewer = OPERATOR) -> Delivery:
        """Have one that is parked, or waits, tried now.

        Raises:
            UnknownDeliveryError: there is none of that number.
            DeliveredError: it isn't waiting any more.
        """
        async with self._database.begin() as tx:
            done = await store.retry(tx, [number])
            found = await self._changed(tx, number, done=bool(done))
            await record(tx, by, "delivery.retry", str(number), key=found.message.key)
            return found

    async def retry_parked(self, *, by: Viewer = OPERATOR) -> tuple[int, ...]:
        """Have all that are parked tried now; their numbers."""
        async with self._database.begin() as tx:
            numbers = await store.retry(tx, None)
            if numbers:
                await record(tx, by, "delivery.retry", "all", numbers=numbers)
            return numbers

    async def drop(self, number: int, *, by: Viewer = OPERATOR) -> Delivery:
        """Give one up that isn't delivered; what comes after it in its thread can go.

        Raises:
            UnknownDeliveryError, DeliveredError: as for `retry`.
        """
        async with self._database.begin() as tx:
            done = await store.drop(tx, number, f"dropped by {by.subject}")
            found = await self._changed(tx, number, done=done)
            await record(tx, by, "delivery.drop", str(number), key=found.message.key)
            return found

    async def backlog(self) -> Backlog:
        """How much isn't delivered, and for how long."""
        async with self._database.read() as connection:
            return await store.backlog(connection)

    async def forget(self, written: datetime) -> int:
        """Forget messages written before an instant and delivered or dropped; how many."""
        async with self._database.begin() as tx:
            return await store.forget(tx, written, written - THREADS_KEPT)

    async def _changed(self, tx: Connection, number: int, *, done: bool) -> Delivery:
        found = await store.find(tx, number)
        if found is None:
            raise UnknownDeliveryError(f"There is no delivery {number}.")
        if not done:
            raise DeliveredError(f"Delivery {number} is {found.state} already.")
        return found
