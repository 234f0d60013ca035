"""A sync by hand counts: the scheduler doesn't do it again, and neither gets in the other's way."""

import asyncio
from datetime import date
from typing import cast

import pytest

from bot.scheduler.syncing import Synced, by_hand
from bot.services import Services
from bot.settings import Settings
from core.clock import Clock
from core.database import Database
from core.ingest.errors import NoSourcesError
from core.ingest.model import Progress, SyncReport
from core.jobs.model import Job, JobState
from core.jobs.service import JobService
from tests.support.clock import FakeClock

PERIOD = "2026-11-22T14:00Z"


class FakeIngest:
    """Syncs by writing down what was asked; `error` makes it fail."""

    def __init__(self, *sources: str, error: str | None = None) -> None:
        self.sources = sources
        self.error = error
        self.synced: list[tuple[str | None, date | None]] = []

    def chosen(self, _name: str | None) -> tuple[str, ...]:
        if not self.sources:
            raise NoSourcesError
        return self.sources

    async def sync(
        self, source: str | None, *, full: bool, since: date | None, progress: Progress | None
    ) -> tuple[SyncReport, ...]:
        assert not full
        assert progress is None
        self.synced.append((source, since))
        return (SyncReport("gcp", error=self.error),)


class Hand:
    """Somebody who syncs by hand; `waited` for which jobs."""

    def __init__(self, database: Database, clock: Clock, ingest: FakeIngest) -> None:
        self.jobs = JobService(database, worker="hand")
        self.waited: list[Job] = []
        self._services = Services(
            **dict.fromkeys(Services.__slots__)  # type: ignore[arg-type]  # not asked
            | {"settings": Settings(), "clock": clock, "jobs": self.jobs, "ingest": ingest}
        )

    async def sync(self, source: str | None = None, since: date | None = None) -> Synced:
        return await by_hand(self._services, source, since=since, waiting=self.waited.append)

    async def job(self) -> Job:
        found = await self.jobs.latest("sync")
        assert found is not None
        return found


@pytest.fixture
def noon(clock: FakeClock) -> Clock:
    return clock.at("2026-11-22T20:00")


async def test_it_is_the_sync_of_the_day(fresh_database: Database, noon: Clock) -> None:
    hand = Hand(fresh_database, noon, FakeIngest("gcp"))
    assert await hand.sync() == Synced((SyncReport("gcp"),), counts=True)
    done = await hand.job()
    assert (done.period, done.state) == (PERIOD, JobState.DONE)
    assert await JobService(fresh_database, worker="scheduler").claim("sync", PERIOD) is None


async def test_what_is_done_is_done_again_when_asked(fresh_database: Database, noon: Clock) -> None:
    """The scheduler does what follows once a period; after others, whoever asked for them."""
    ingest = FakeIngest("gcp")
    hand = Hand(fresh_database, noon, ingest)
    assert [(await hand.sync()).counts for _ in range(2)] == [True, False]
    assert ingest.synced == [(None, None)] * 2
    assert hand.waited == []
    assert (await hand.job()).attempts == 1


@pytest.mark.parametrize(("source", "since"), [("gcp", None), (None, date(2026, 11, 1))])
async def test_a_part_is_not_the_sync_of_the_day(
    fresh_database: Database, noon: Clock, source: str | None, since: date | None
) -> None:
    ingest = FakeIngest("gcp")
    hand = Hand(fresh_database, noon, ingest)
    assert await hand.sync(source, since) == Synced((SyncReport("gcp"),), counts=False)
    assert ingest.synced == [(source, since)]
    assert await hand.jobs.latest("sync") is None


async def test_one_that_is_under_way_is_waited_for(fresh_database: Database, noon: Clock) -> None:
    ingest = FakeIngest("gcp")
    hand, other = Hand(fresh_database, noon, ingest), JobService(fresh_database, worker="scheduler")
    job = await other.claim("sync", PERIOD)
    assert job is not None
    async with asyncio.TaskGroup() as group, asyncio.timeout(60):
        async with other.running(job):
            mine = group.create_task(hand.sync())
            while not hand.waited:  # noqa: ASYNC110  # what happens is not ours to signal
                await asyncio.sleep(0.01)
            assert ingest.synced == []
        assert (await mine).reports == (SyncReport("gcp"),)
    assert [one.worker for one in hand.waited] == ["scheduler"]
    assert len(ingest.synced) == 1


async def test_one_that_fails_is_left_to_the_scheduler(
    fresh_database: Database, noon: Clock
) -> None:
    hand = Hand(fresh_database, noon, FakeIngest("gcp", error="No table."))
    (report,) = (await hand.sync()).reports
    assert report.error == "No table."
    failed = await hand.job()
    assert (failed.state, failed.error) == (JobState.FAILED, "gcp: No table.")
    [kept] = cast("list[dict[str, object]]", failed.result)
    assert kept["error"] == "No table."


async def test_without_sources_no_job_is_made(fresh_database: Database, noon: Clock) -> None:
    hand = Hand(fresh_database, noon, FakeIngest())
    with pytest.raises(NoSourcesError):
        await hand.sync()
    assert await hand.jobs.latest("sync") is None
