"""Two hundred reports due at the same minute: made, drawn, written and handed to a paced Slack.

All in one process, as a small installation runs it. The company has 200 accounts of 20 services;
each schedule is of another project and has a workbook; they post to twenty channels.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from bench import Figure
from bench.lag import Lag, sample
from bench.read import DAYS, NOW, _fill
from bench.server import Server
from bot import process
from bot.notify import letters
from bot.notify.channel import Keep
from bot.notify.notifier import Notifier
from bot.opening import open_services
from bot.services import Services
from bot.settings import Settings
from core.access.model import OPERATOR
from core.embedded_postgres import ensure, stop
from core.outbox.model import Delivered, Delivery, Outcome, Receipt
from core.reports.model import ReportKind
from core.schedules.model import Format, Terms
from core.schedules.timing import When, upcoming

SCHEDULES: Final = 200
CHANNELS: Final = 20
PACE: Final = timedelta(seconds=1)
ANSWER: Final = 0.02
MOST_SECONDS: Final = 300
MOST_LAG: Final = 50
_WHEN: Final = When("UTC", time_of_day(9), weekdays=(0,))
_PERMILLE: Final = 0.999


class Clock:
    """Stands at an instant."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The instant."""
        return self.now


class Paced:
    """A Slack that has its letters written, and answers after a while."""

    def __init__(self, services: Services) -> None:
        self.taken = 0
        self._services = services

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Take a message, with its pictures or its file."""
        del keep
        letter = await letters.slack(delivery, self._services)
        assert letter.file is not None or letter.message.blocks
        await asyncio.sleep(ANSWER)
        self.taken += 1
        return Delivered(Receipt(delivery.message.to.address, delivery.message.key), PACE)


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """Seconds until all is taken, and how late the event loop was meanwhile."""
    url = await ensure(folder / "postgres", durable=False)
    try:
        async with Server(url, folder / "rows").database("schedules") as database:
            await _fill(database, SCHEDULES, DAYS)
            settings = Settings(
                database_url=SecretStr(database.url),
                data_dir=folder,
                jwt_secrets=SecretStr("bench:" + "b" * 48),
                sources_file=folder / "sources.toml",
            )
            clock = Clock()
            async with open_services(settings, clock=clock, migrate=False) as services:
                await _schedule(services)
                # What a process imports and compiles once, it has by then.
                await services.schedules.preview(1, OPERATOR)
                process.settle()
                clock.now = upcoming(_WHEN, NOW)
                async for figure in _drain(services):
                    yield figure
    finally:
        await stop(folder / "postgres")


async def _schedule(services: Services) -> None:
    terms = Terms(ReportKind.WEEKLY, "", _WHEN, formats=(Format.XLSX,))
    for number in range(1, SCHEDULES + 1):
        of = replace(terms, subject=f"project-{number}", channels=(f"C{number % CHANNELS:04}",))
        await services.schedules.add(of, by=OPERATOR)


async def _drain(services: Services) -> AsyncIterator[Figure]:
    await services.charts.start()
    slack, lags = Paced(services), list[Lag]()
    notifier = Notifier(services.outbox, {"slack": slack})
    watching = asyncio.create_task(sample(lags))
    await notifier.start()
    began = time.perf_counter()
    taken = await services.poster.work()
    made = time.perf_counter() - began
    async with asyncio.timeout(2 * MOST_SECONDS):
        while (await services.outbox.backlog()).queued:  # noqa: ASYNC110 - told by the database
            await asyncio.sleep(0.5)
    drained = time.perf_counter() - began
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    await notifier.close()
    assert taken == SCHEDULES
    assert slack.taken == 2 * SCHEDULES
    yield Figure(f"schedules: {SCHEDULES} reports due at once, made and kept", [made], unit="s")
    what = f"schedules: the same posted with pictures and workbooks to {CHANNELS} channels"
    yield Figure(what, [drained], unit="s", limit=MOST_SECONDS)
    used = sorted(cpu for _, cpu in lags)
    yield Figure(
        "schedules: event loop busy at a stretch meanwhile, p99.9", [_at(used)], limit=MOST_LAG
    )
    yield Figure("schedules: the same, the longest", [used[-1]], limit=MOST_LAG)


def _at(values: list[float]) -> float:
    return values[int(len(values) * _PERMILLE)]
