"""Whoever delivers goes on looking, whatever goes wrong."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

from bot.notify.channel import Keep
from bot.notify.notifier import Notifier
from core.database import Database, DatabaseSettingsError
from core.outbox.model import Delivered, Delivery, Outcome
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


class Taking:
    """A channel that takes everything."""

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Take it."""
        del delivery, keep
        return Delivered(None)


async def test_it_looks_again_after_any_failure(fresh_database: Database) -> None:
    await put(fresh_database, told("a"))
    outbox = Refusing(fresh_database)
    notifier = Notifier(outbox, {"slack": Taking()}, look_every=SOON)
    await notifier.start()
    try:
        async with asyncio.timeout(10):
            while (await outbox.backlog()).queued:  # noqa: ASYNC110 - another task's event
                await asyncio.sleep(0.01)
    finally:
        await notifier.close()
