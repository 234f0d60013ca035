"""Workers that are killed while they send mail: none is lost, and a repeated one is the same."""

import asyncio
import signal
import sys

import pytest

from core.database import Database
from core.outbox.model import Verb
from core.outbox.service import OutboxService
from tests.support.mail import ADA, mailbox, mailing
from tests.support.outbox import put, told

LEASE = 0.6
_WORKER = """
import asyncio, os, signal, sys
from core.database import Database
from core.outbox.service import OutboxService
from bot.notify.mail import MailChannel
from tests.support.mail import mailing

url, server, lease, point = sys.argv[1:]

def dying(work, before, after):
    async def worked(self, *given):
        for here in (before, None, after):
            if here is None:
                done = await work(self, *given)
            elif here == point:
                os.kill(os.getpid(), signal.SIGKILL)
        return done
    return worked

MailChannel.deliver = dying(MailChannel.deliver, "leased", "sent")
OutboxService.settle = dying(OutboxService.settle, "", "settled")

async def main():
    database = await Database.connect(url)
    async with mailing(database, server, lease=float(lease)) as notifier:
        await notifier.start()
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize(("point", "sent"), [("leased", 2), ("sent", 3), ("settled", 2)])
async def test_a_worker_killed_at_a_point_is_followed_by_another(
    fresh_database: Database, point: str, sent: int
) -> None:
    outbox = OutboxService(fresh_database)
    async with mailbox() as box:
        post = told("a", to=ADA, channel="mail")
        reply = told("b", to=ADA, channel="mail", thread="a", verb=Verb.REPLY, subject="a")
        await put(fresh_database, post, reply)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _WORKER, fresh_database.url, box.url, str(LEASE), point),
            stdout=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(60):
            assert await process.wait() == -signal.SIGKILL
        async with mailing(fresh_database, box.url) as notifier, asyncio.timeout(60):
            await notifier.start()
            while (await outbox.backlog()).queued:  # noqa: ASYNC110 - another worker's event
                await asyncio.sleep(0.05)
        assert (await outbox.backlog()).parked == 0
        assert [each.message["subject"] for each in box.mails][-2:] == ["a", "Re: a"]
        assert len(box.mails) == sent
        ids = [each.message["message-id"] for each in box.mails]
        assert len(set(ids)) == 2
        assert box.mails[-1].message["in-reply-to"] == ids[0]
