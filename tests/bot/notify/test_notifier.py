"""Whoever delivers goes on looking, whatever goes wrong, and holds what it is at."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from bot.notify.channel import Keep
from bot.notify.notifier import Notifier
from core.database import Database, DatabaseSettingsError
from core.errors import UnavailableError
from core.outbox.model import Delivered, Delivery, DeliveryState, Outcome
from core.outbox.service import OutboxService
from tests.support.outbox import put, told

SOON = timedelta(milliseconds=10)


class Refusing(OutboxService):
    """Its database refuses the password for a while, and then forgets that it did."""

    looks = 0

    async def lease(self, channels: Collection[str]) -> Delivery | None:
        """Take a message, from the third look on."""
        self.looks += 1
        if self.looks < 3:
            raise DatabaseSettingsError
        return await super().lease(channels)


class Forgetful(OutboxService):
    """Its database is away when it is to be told what became of a message."""

    away = 2

    async def settle(self, delivery: Delivery, outcome: Outcome) -> bool:
        """Record it, from the third time on."""
        if self.away:
            self.away -= 1
            raise UnavailableError
        return await super().settle(delivery, outcome)


class Taking:
    """A channel that takes everything."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Take it."""
        del keep
        self.taken.append(delivery.message.key)
        return Delivered(None)


class Slow(Taking):
    """A channel that takes a message when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let = asyncio.Event(), asyncio.Event()

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Take it, later."""
        self.begun.set()
        await self.let.wait()
        return await super().deliver(delivery, keep)


class Broken(Taking):
    """A channel with a mistake in it, for some."""

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Fail at what is for C1."""
        if delivery.message.to.address == "C1":
            raise ZeroDivisionError
        return await super().deliver(delivery, keep)


def notifying(outbox: OutboxService, channel: Taking) -> Notifier:
    return Notifier(outbox, {"slack": channel}, look_every=SOON)


async def test_it_looks_again_after_any_failure(fresh_database: Database) -> None:
    await put(fresh_database, told("a"))
    outbox = Refusing(fresh_database)
    notifier = notifying(outbox, Taking())
    await notifier.start()
    try:
        async with asyncio.timeout(60):
            while (await outbox.backlog()).queued:  # noqa: ASYNC110 - another task's event
                await asyncio.sleep(0.01)
    finally:
        await notifier.close()


async def held_until(database: Database) -> datetime:
    [(until,)] = await database.fetch("SELECT lease_until FROM outbox_destinations")
    assert isinstance(until, datetime)
    return until


async def test_what_takes_long_is_held_as_long_as_it_takes(fresh_database: Database) -> None:
    await put(fresh_database, told("a"))
    outbox = OutboxService(fresh_database, lease=timedelta(seconds=2))
    channel = Slow()
    working = asyncio.create_task(notifying(outbox, channel).drain())
    await channel.begun.wait()
    until = await held_until(fresh_database)
    async with asyncio.timeout(60):
        while await held_until(fresh_database) == until:  # noqa: ASYNC110 - a row of the database
            await asyncio.sleep(0.05)
    channel.let.set()
    assert await working == 1
    assert (await outbox.listed())[0].state is DeliveryState.DELIVERED


async def test_what_is_under_way_is_finished_before_it_closes(fresh_database: Database) -> None:
    await put(fresh_database, told("a"), told("b"))
    outbox, channel = OutboxService(fresh_database), Slow()
    notifier = notifying(outbox, channel)
    await notifier.start()
    await channel.begun.wait()
    closing = asyncio.create_task(notifier.close())
    channel.let.set()
    await closing
    states = {each.message.key: each.state for each in await outbox.listed()}
    assert states == {"a": DeliveryState.DELIVERED, "b": DeliveryState.QUEUED}


async def test_what_was_delivered_is_recorded_once_the_database_is_back(
    fresh_database: Database,
) -> None:
    await put(fresh_database, told("a"))
    outbox, channel = Forgetful(fresh_database), Taking()
    assert await notifying(outbox, channel).drain() == 1
    assert (await outbox.listed())[0].state is DeliveryState.DELIVERED
    assert channel.taken == ["a"]


async def test_a_mistake_in_a_channel_is_a_failure_that_others_do_not_wait_for(
    fresh_database: Database,
) -> None:
    await put(fresh_database, told("a", to="C1"), told("b", to="C2"))
    outbox, channel = OutboxService(fresh_database), Broken()
    assert await notifying(outbox, channel).drain() == 2
    [_, failed] = await outbox.listed()
    assert channel.taken == ["b"]
    assert (failed.state, failed.tries) == (DeliveryState.QUEUED, 1)
    assert (failed.reason or "").startswith("ZeroDivisionError")
    assert failed.unanswered_since is not None
