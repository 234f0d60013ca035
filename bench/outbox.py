"""The outbox: a thousand deliveries to fifty channels, drained by three workers at Slack's pace."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from bench import Figure, Limit
from bot.notify.channel import Keep
from bot.notify.notifier import Notifier
from core.database import Database
from core.embedded_postgres import ensure, stop
from core.outbox.model import Delivered, Delivery, Destination, Message, Outcome, Receipt, Verb
from core.outbox.service import OutboxService, enqueue
from migrations import upgrade

DELIVERIES: Final = 1000
CHANNELS: Final = 50
WORKERS: Final = 3
RUNS: Final = 2
PACE: Final = timedelta(seconds=1)
ANSWER: Final = 0.02
SLOWEST: Final = 2
"""Times the pace alone."""


class Paced:
    """A Slack that answers after a while, and notes what it was sent."""

    def __init__(self) -> None:
        self.told: defaultdict[str, list[str]] = defaultdict(list)

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Take a message."""
        del keep
        await asyncio.sleep(ANSWER)
        self.told[delivery.message.to.address].append(delivery.message.key)
        return Delivered(Receipt(delivery.message.to.address, delivery.message.key), PACE)


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """Seconds to drain them all, beside the pace alone; the order is checked."""
    database = await Database.connect(await ensure(folder, durable=False))
    try:
        await upgrade(database)
        writing, draining = [], []
        for run in range(RUNS):
            began = time.perf_counter()
            await _write(database, run)
            writing.append((time.perf_counter() - began) / DELIVERIES * 1000)
            slack, began = Paced(), time.perf_counter()
            await _drain(database, slack)
            draining.append(time.perf_counter() - began)
            _check(slack)
        pace = DELIVERIES / CHANNELS * (PACE.total_seconds() + ANSWER)
        yield Figure("outbox: write a message, in a transaction of its own", writing)
        yield Figure(
            f"outbox: {DELIVERIES:,} deliveries to {CHANNELS} channels by {WORKERS} workers",
            draining,
            [pace],
            unit="s",
            judged=Limit.TIMES,
            limit=SLOWEST,
            raw_is="the pace alone",
        )
    finally:
        await database.close()
        await stop(folder)


async def _write(database: Database, run: int) -> None:
    for n in range(DELIVERIES):
        to = Destination("slack", f"C{n % CHANNELS}")
        message = Message(f"{run}:{n:04}", to, f"{run}:{n}", Verb.POST, "bench", {"n": n})
        async with database.begin() as tx:
            await enqueue(tx, message)


async def _drain(database: Database, slack: Paced) -> None:
    outbox = OutboxService(database)
    workers = [Notifier(outbox, {"slack": slack}, at_once=8) for _ in range(WORKERS)]
    for worker in workers:
        await worker.start()
    while (await outbox.backlog()).queued:  # noqa: ASYNC110 - the workers' own business
        await asyncio.sleep(0.05)
    for worker in workers:
        await worker.close()


def _check(slack: Paced) -> None:
    assert sum(map(len, slack.told.values())) == DELIVERIES
    for keys in slack.told.values():
        assert keys == sorted(keys)
