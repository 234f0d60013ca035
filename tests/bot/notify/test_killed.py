"""Workers that are killed, wherever they are: nothing is lost, and nothing is told twice."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from core.database import Database
from core.outbox.model import Verb
from core.outbox.service import OutboxService
from tests.support.outbox import delivering, put, told
from tests.support.slack import CHECKOUT, FINANCE, Slackbox

LEASE = 0.6
"""Seconds, of a worker that dies alone."""
OF_MANY = 2.0
"""Of those that work at once: on a busy machine too, none stands still for so long."""
_WORKER = """
import asyncio, os, signal, sys
from core.database import Database
from core.outbox.service import OutboxService
from bot.notify.slack import SlackChannel
from tests.support.outbox import delivering

url, api, token, lease, point = sys.argv[1:]
client = type("Box", (), {"config": type("Config", (), {"bot_token": token}), "api_url": api})
tries = 0

def die(here):
    if here and here == point:
        os.kill(os.getpid(), signal.SIGKILL)

def dying(work, before, after):
    async def worked(self, *given):
        die(before)
        done = await work(self, *given)
        die(after)
        return done
    return worked

SlackChannel.deliver = dying(SlackChannel.deliver, "leased", "sent")
OutboxService.settle = dying(OutboxService.settle, "", "settled")
OutboxService.keep = dying(OutboxService.keep, "", "uploaded")

async def main():
    database = await Database.connect(url)
    async with delivering(database, client, lease=float(lease)) as notifier:
        await notifier.start()
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def worker(
    database: Database, slackbox: Slackbox, point: str = "", *, lease: float = LEASE
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process that delivers, and kills itself when it comes to a point."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WORKER, database.url, slackbox.api_url),
        *(slackbox.config.bot_token, str(lease), point),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def all_delivered(database: Database) -> None:
    outbox = OutboxService(database)
    async with asyncio.timeout(60):
        while (await outbox.backlog()).queued:  # noqa: ASYNC110 - another process's event
            await asyncio.sleep(0.05)
    assert (await outbox.backlog()).parked == 0


@pytest.mark.parametrize("point", ["leased", "uploaded", "sent", "settled"])
async def test_a_worker_killed_at_a_point_is_followed_by_another(
    fresh_database: Database, slackbox: Slackbox, point: str
) -> None:
    await put(
        fresh_database,
        told("file", verb=Verb.FILE, thread="t"),
        told("reply", verb=Verb.REPLY, thread="t"),
    )
    async with worker(fresh_database, slackbox, point) as dying:
        async with asyncio.timeout(60):
            await dying.wait()
        assert dying.returncode == -signal.SIGKILL
    async with delivering(fresh_database, slackbox) as notifier:
        await notifier.start()
        await all_delivered(fresh_database)

    async def both() -> bool:
        return len(await slackbox.messages(CHECKOUT)) >= 2

    await slackbox.until(both)
    messages = await slackbox.messages(CHECKOUT)
    assert sorted(each["text"] for each in messages) == ["", "reply"]
    assert sum(bool(each["files"]) for each in messages) == 1


async def test_three_workers_killed_at_random_tell_all_once_and_in_order(
    fresh_database: Database, slackbox: Slackbox
) -> None:
    keys = [f"{n:02}" for n in range(40)]
    await put(fresh_database, *(told(key, to=(CHECKOUT, FINANCE)[int(key) % 2]) for key in keys))
    chance = random.Random(5)  # noqa: S311 - not for secrets
    await slackbox.fail("chat.postMessage", "rate_limit", times=3)
    await slackbox.fail("chat.postMessage", "slow", times=30, seconds=0.05)

    async def killed() -> None:
        async with worker(fresh_database, slackbox, lease=OF_MANY) as process:
            assert process.stdout is not None
            await process.stdout.readline()
            await asyncio.sleep(chance.uniform(0.05, 0.6))
            process.kill()
            await process.wait()

    await asyncio.gather(*(killed() for _ in range(3)))
    async with delivering(fresh_database, slackbox, lease=OF_MANY) as notifier:
        await notifier.start()
        await all_delivered(fresh_database)
    for n, channel in enumerate((CHECKOUT, FINANCE)):
        said = [each["text"] for each in await slackbox.messages(channel)]
        assert said == keys[n::2]
