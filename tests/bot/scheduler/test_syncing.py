"""A sync by hand counts: the scheduler doesn't do it again, and neither gets in the other's way."""

import asyncio
from typing import cast

import pytest

from bot.scheduler import syncing
from bot.services import Services
from bot.settings import Settings
from core.clock import Clock
from core.database import Database
from core.ingest.errors import NoSourcesError
from core.ingest.model import Progress, SyncReport
from core.jobs.model import Job, JobState
from core.jobs.service import JobService
from tests.support.clock import FakeClock
from tests.support.scheduling import FakeReports

PERIOD = "2026-11-22T14:00Z"


class FakeIngest:
    """Syncs by counting; `error` makes it fail."""

    def __init__(self, *sources: str, error: str | None = None) -> None:
        self.sources = sources
        self.error = error
        self.syncs = 0

    def chosen(self, _name: str | None) -> tuple[str, ...]:
        if not self.sources:
            raise NoSourcesError
        return self.sources

    async def sync(self, *, full: bool, progress: Progress | None) -> tuple[SyncReport, ...]:
        assert not full
        assert progress is None
        self.syncs += 1
        return (SyncReport("gcp", error=self.error),)


class Hand:
    """Somebody who syncs by hand; `waited` for which jobs."""

    def __init__(self, database: Database, clock: Clock, ingest: FakeIngest) -> None:
        self.jobs = JobService(database, worker="hand")
        self.waited: list[Job] = []
        self.reports = FakeReports()
        self.evaluated = 0
        self._services = Services(
            **dict.fromkeys(Services.__slots__)  # type: ignore[arg-type]  # not asked
            | {"settings": Settings(), "clock": clock, "jobs": self.jobs, "ingest": ingest}
            | {"poster": self.reports, "corrector": self.reports, "evaluation": self}
        )

    async def sync(self) -> tuple[SyncReport, ...]:
        return await syncing.by_hand(self._services, waiting=self.waited.append)

    async def evaluate(self) -> None:
        """As budgets are."""
        self.evaluated += 1

    async def job(self) -> Job:
        found = await self.jobs.latest("sync")
        assert found is not None
        return found


@pytest.fixture
def noon(clock: FakeClock) -> Clock:
    return clock.at("2026-11-22T20:00")


async def test_it_is_the_sync_of_the_day(fresh_database: Database, noon: Clock) -> None:
    hand = Hand(fresh_database, noon, FakeIngest("gcp"))
    assert await hand.sync() == (SyncReport("gcp"),)
    done = await hand.job()
    assert (done.period, done.state) == (PERIOD, JobState.DONE)
    assert await JobService(fresh_database, worker="scheduler").claim("sync", PERIOD) is None


async def test_what_is_done_is_done_again_when_asked(fresh_database: Database, noon: Clock) -> None:
    ingest = FakeIngest("gcp")
    hand = Hand(fresh_database, noon, ingest)
    await hand.sync()
    # The scheduler does that, once a period.
    assert (hand.reports.asked, hand.evaluated) == ([], 0)
    await hand.sync()
    assert hand.evaluated == 1
    assert hand.reports.asked == ["wake", "correct"]
    assert ingest.syncs == 2
    assert hand.waited == []
    assert (await hand.job()).attempts == 1


async def test_one_that_is_under_way_is_waited_for(fresh_database: Database, noon: Clock) -> None:
    ingest = FakeIngest("gcp")
    hand, other = Hand(fresh_database, noon, ingest), JobService(fresh_database, worker="scheduler")
    job = await other.claim("sync", PERIOD)
    assert job is not None
    async with asyncio.TaskGroup() as group, asyncio.timeout(20):
        async with other.running(job):
            mine = group.create_task(hand.sync())
            while not hand.waited:  # noqa: ASYNC110  # what happens is not ours to signal
                await asyncio.sleep(0.01)
            assert ingest.syncs == 0
        assert await mine == (SyncReport("gcp"),)
    assert [one.worker for one in hand.waited] == ["scheduler"]
    assert ingest.syncs == 1


async def test_one_that_fails_is_left_to_the_scheduler(
    fresh_database: Database, noon: Clock
) -> None:
    hand = Hand(fresh_database, noon, FakeIngest("gcp", error="No table."))
    (report,) = await hand.sync()
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
