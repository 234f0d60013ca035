"""Jobs: done once by whoever comes first, taken over from the dead."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

import pytest

from core.database import Database
from core.errors import UnavailableError
from core.jobs import service
from core.jobs.model import JobState
from core.jobs.service import JobService
from core.lease import LeaseLostError, held
from tests.support.leases import end_leases, renewed

SHORT = timedelta(seconds=0.6)


@pytest.fixture
def worker(fresh_database: Database) -> JobService:
    return JobService(fresh_database, worker="a")


@pytest.fixture
def rival(fresh_database: Database) -> JobService:
    return JobService(fresh_database, worker="b")


async def test_a_job_is_claimed_by_one_of_many(fresh_database: Database) -> None:
    crowd = [JobService(fresh_database, worker=f"w{n}") for n in range(20)]
    claims = await asyncio.gather(*(one.claim("sync", "2026-11-22") for one in crowd))
    assert sum(claim is not None for claim in claims) == 1


async def test_a_finished_job_is_not_done_again(worker: JobService, rival: JobService) -> None:
    job = await worker.claim("sync", "2026-11-22")
    assert job is not None
    async with worker.running(job):
        assert await rival.claim("sync", "2026-11-22") is None
    assert await rival.claim("sync", "2026-11-22") is None
    assert await rival.claim("sync", "2026-11-23") is not None


async def test_a_failed_job_keeps_its_error_and_may_be_claimed_again(
    worker: JobService, rival: JobService
) -> None:
    job = await worker.claim("sync", "2026-11-22")
    assert job is not None
    with pytest.raises(UnavailableError):
        async with worker.running(job):
            raise UnavailableError("BigQuery is away.")
    failed = await worker.latest("sync")
    assert failed is not None
    assert (failed.state, failed.error) == (JobState.FAILED, "BigQuery is away.")
    again = await rival.claim("sync", "2026-11-22")
    assert again is not None
    assert again.attempts == 2


async def test_a_dead_workers_job_is_taken_over_when_its_lease_ends(
    fresh_database: Database, worker: JobService, rival: JobService
) -> None:
    assert await worker.claim("sync", "2026-11-22") is not None
    assert await rival.claim("sync", "2026-11-22") is None
    await end_leases(fresh_database)
    assert await rival.claim("sync", "2026-11-22") is not None


async def test_a_lease_is_renewed_while_the_work_goes_on(
    fresh_database: Database, worker: JobService, rival: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as a short one, so that it is soon; as long as it is, so that it isn't over."""
    monkeypatch.setattr(service, "held", lambda renew, _: held(renew, SHORT))
    job = await worker.claim("sync", "2026-11-22")
    assert job is not None
    async with worker.running(job):
        await renewed(fresh_database)
        assert await rival.claim("sync", "2026-11-22") is None


async def test_a_worker_that_lost_its_lease_is_stopped_and_cannot_end_the_job(
    fresh_database: Database, rival: JobService
) -> None:
    stalled = JobService(fresh_database, worker="a", lease=SHORT)
    job = await stalled.claim("sync", "2026-11-22")
    assert job is not None
    await end_leases(fresh_database)
    taken = await rival.claim("sync", "2026-11-22")
    assert taken is not None
    with pytest.raises(LeaseLostError):
        async with stalled.running(job):
            await asyncio.Event().wait()
    latest = await rival.latest("sync")
    assert latest is not None
    assert (latest.state, latest.worker) == (JobState.RUNNING, "b")


async def test_a_stopped_worker_gives_its_job_back_at_once(
    worker: JobService, rival: JobService
) -> None:
    job = await worker.claim("sync", "2026-11-22")
    assert job is not None

    begun = asyncio.Event()

    async def work() -> None:
        async with worker.running(job):
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await rival.claim("sync", "2026-11-22") is not None


async def test_once_is_true_for_the_first_call_only(worker: JobService, rival: JobService) -> None:
    calls = await asyncio.gather(*(one.once("share", "C1:5") for one in (worker, rival) * 5))
    assert sum(calls) == 1
    assert await worker.once("share", "C1:6")


async def test_once_can_be_had_again_after_a_while(worker: JobService, rival: JobService) -> None:
    def click(one: JobService, lasting: timedelta) -> Awaitable[bool]:
        return one.once("form", "U1:5", lasting=lasting)

    clicks = await asyncio.gather(*(click(one, timedelta(hours=1)) for one in (worker, rival) * 5))
    assert sum(clicks) == 1
    assert await click(rival, timedelta(0))


async def test_old_jobs_are_forgotten_and_running_ones_kept(worker: JobService) -> None:
    assert await worker.once("share", "C1:5")
    assert await worker.claim("sync", "2026-11-22") is not None
    assert await worker.forget(datetime.now(UTC) + timedelta(days=1)) == 1
    assert await worker.once("share", "C1:5")
    assert await worker.claim("sync", "2026-11-22") is None


async def test_what_is_done_stays_done_for_as_long_as_is_said(
    worker: JobService, rival: JobService
) -> None:
    job = await worker.claim("reply", "k")
    assert job is not None
    async with worker.running(job):
        await worker.report(job, {"kept": True})
    assert await rival.claim("reply", "k", lasting=timedelta(hours=1)) is None
    kept = await rival.find("reply", "k")
    assert kept is not None
    assert (kept.state, kept.result) == (JobState.DONE, {"kept": True})
    anew = await rival.claim("reply", "k", lasting=timedelta())
    assert anew is not None
    assert (anew.attempts, anew.result) == (2, None)
    assert await rival.find("reply", "another") is None
