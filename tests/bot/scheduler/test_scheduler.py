"""The scheduler: what is due happens once, however many look, fail, die or come late."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import text

from core.access.model import OPERATOR
from core.costs.proving.service import ProofService
from core.costs.writing.sources import register
from core.database import Database, DatabaseUnavailableError
from core.ingest.service import IngestService
from core.jobs.model import JobState
from core.jobs.service import JobService
from core.projects.service import ProjectService
from tests.bot.scheduler.replica import (
    FakeEvaluation,
    FakeForesight,
    FakeIngest,
    job,
    scheduler,
    tried,
)
from tests.support.charges import GCP, Writer, charge
from tests.support.clock import FakeClock
from tests.support.scheduling import FakeReports


async def test_a_sync_is_done_once_a_day(fresh_database: Database, clock: FakeClock) -> None:
    """At 06:00 in Los Angeles; until then that of the day before stands."""
    ingest = FakeIngest()
    replica = scheduler(fresh_database, clock.at("2026-11-22T13:59"), ingest)
    for instant, syncs, period in (
        ("2026-11-22T13:59", 1, "2026-11-21T14:00Z"),
        ("2026-11-22T13:59:30", 1, "2026-11-21T14:00Z"),
        ("2026-11-22T14:00", 2, "2026-11-22T14:00Z"),
        ("2026-11-23T03:00", 2, "2026-11-22T14:00Z"),
    ):
        clock.at(instant)
        await tried(replica)
        assert (len(ingest.full), (await job(fresh_database)).period) == (syncs, period)


async def test_of_many_replicas_one_does_it(fresh_database: Database, clock: FakeClock) -> None:
    ingest = FakeIngest()
    replicas = [scheduler(fresh_database, clock, ingest, f"r{n}") for n in range(8)]
    for _ in range(3):
        await asyncio.gather(*(replica.look() for replica in replicas))
        await asyncio.gather(*(replica.idle() for replica in replicas))
    assert len(ingest.full) == 1


async def test_after_each_sync_one_looks_ahead_and_for_what_is_odd(
    fresh_database: Database, clock: FakeClock
) -> None:
    foresight = FakeForesight()
    ingest = FakeIngest(error="no such table")
    replica = scheduler(fresh_database, clock.at("2026-11-22T15:00"), ingest, foresight=foresight)
    await tried(replica)
    assert foresight.asked == []
    ingest.error = None
    clock.advance(days=1)
    for _ in range(3):
        await tried(replica)
    assert foresight.asked[:5] == ["judge", "make", "listen", "screen", "post"]
    clock.advance(days=1)
    await tried(replica)
    await tried(replica)
    assert [each for each in foresight.asked if each != "post"] == [
        "judge", "make", "listen", "screen",
    ] * 2  # fmt: skip


async def test_digests_of_anomalies_are_looked_for_every_quarter_of_an_hour(
    fresh_database: Database, clock: FakeClock
) -> None:
    foresight = FakeForesight()
    clock.at("2026-11-22T15:00")
    replica = scheduler(fresh_database, clock, FakeIngest(), foresight=foresight)
    for _ in range(3):
        await tried(replica)
    for minute, posts in ((14, 0), (15, 1), (29, 0), (30, 1)):
        foresight.asked.clear()
        clock.at(f"2026-11-22T15:{minute:02}")
        await tried(replica)
        assert foresight.asked == ["post"] * posts


async def test_reports_are_looked_at_each_time_and_corrected_after_each_sync(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Those that wait for data are tried first; what changes later is found within the hour."""
    reports, ingest = FakeReports(), FakeIngest()
    replica = scheduler(fresh_database, clock.at("2026-11-22T15:00"), ingest, reports=reports)
    for _ in range(2):  # the sync comes first
        await replica.look()
        await replica.idle()
    assert reports.asked.count("wake") == reports.asked.count("correct") == 2
    for minute in (1, 59):
        clock.at(f"2026-11-22T15:{minute:02}")
        await replica.look()
        await replica.idle()
    assert reports.asked.count("correct") == 2
    clock.at("2026-11-22T16:00")
    await replica.look()
    await replica.idle()
    assert reports.asked.count("correct") == 3
    assert reports.asked.count("work") == 5


async def test_reports_that_fail_stop_nothing_else(
    fresh_database: Database, clock: FakeClock
) -> None:
    class Broken(FakeReports):
        async def work(self) -> int:
            await super().work()
            raise DatabaseUnavailableError

    reports = Broken()
    replica = scheduler(fresh_database, clock.at("2026-11-22T15:00"), FakeIngest(), reports=reports)
    for _ in range(2):
        await replica.look()
        await replica.idle()
    assert reports.asked.count("work") == 2
    assert (await job(fresh_database)).state is JobState.DONE


async def test_after_downtime_the_latest_only(fresh_database: Database, clock: FakeClock) -> None:
    ingest = FakeIngest()
    replica = scheduler(fresh_database, clock, ingest, sync_every=1)
    await tried(replica)
    clock.advance(days=3)
    await tried(replica)
    assert len(ingest.full) == 2


async def test_once_a_week_everything_is_looked_at(
    fresh_database: Database, clock: FakeClock
) -> None:
    """From Saturday to the Sunday of the week after."""
    ingest = FakeIngest()
    replica = scheduler(fresh_database, clock.at("2026-11-21T20:00"), ingest)
    for _ in range(9):
        await tried(replica)
        clock.advance(days=1)
    assert ingest.full == [True, False, True] + [False] * 6


async def test_a_failed_sync_is_tried_again_after_a_while(
    fresh_database: Database, clock: FakeClock
) -> None:
    """After 2 minutes, then 4; what went wrong is kept with the job, and in the week's too."""
    ingest = FakeIngest(error="BigQuery has no table 'a.b.c'.")
    replica = scheduler(fresh_database, clock, ingest)
    for tries, pause in ((1, 2), (2, 4), (3, 8)):
        await tried(replica)
        failed = await job(fresh_database)
        assert (len(ingest.full), failed.attempts) == (tries, tries)
        assert (failed.state, failed.error) == (JobState.FAILED, f"gcp: {ingest.error}")
        await ended(fresh_database, clock())
        clock.advance(minutes=pause, seconds=-1)
        await tried(replica)
        assert len(ingest.full) == tries
        clock.advance(seconds=1)
    ingest.error = None
    await tried(replica)
    assert (await job(fresh_database)).state is JobState.DONE
    assert ingest.full == [True] * 4


async def ended(database: Database, now: datetime) -> None:
    """Let the jobs have ended by the test's clock: they are stamped by the database's."""
    async with database.begin() as tx:
        await tx.execute(text("UPDATE jobs SET ended_at = :now"), {"now": now})


async def test_without_sources_there_is_nothing_to_sync(
    fresh_database: Database, clock: FakeClock
) -> None:
    ingest = FakeIngest(sources=())
    await tried(scheduler(fresh_database, clock, ingest))
    assert ingest.full == []


async def test_partitions_are_made_ahead(fresh_database: Database, clock: FakeClock) -> None:
    """This month's and three more, once a day."""
    projects = ProjectService(fresh_database, clock)
    await tried(
        scheduler(fresh_database, clock, IngestService(fresh_database, projects, clock, ()))
    )
    statement = "SELECT relname FROM pg_class WHERE relname ~ :name ORDER BY 1"
    name = "^charge_daily_[0-9]{4}_[0-9]{2}$"
    async with fresh_database.read() as connection:
        tables = list((await connection.execute(text(statement), {"name": name})).scalars())
    assert tables[-4:] == [
        "charge_daily_2026_11",
        "charge_daily_2026_12",
        "charge_daily_2027_01",
        "charge_daily_2027_02",
    ]
    assert (await job(fresh_database, "upkeep")).period == "2026-11-22"


async def test_what_is_stored_is_proved_once_a_day(
    fresh_database: Database, clock: FakeClock
) -> None:
    await register(fresh_database, GCP)
    await Writer(fresh_database).write("a", [charge("2026-11-03", "7")])
    proof = ProofService(fresh_database, clock)
    for day in range(2):
        await tried(scheduler(fresh_database, clock, FakeIngest()))
        await tried(scheduler(fresh_database, clock, FakeIngest()))
        found = await proof.kept(OPERATOR)
        assert [each.asked_by for each in found] == ["scheduler"] * (day + 1)
        clock.advance(days=1)
    assert (await job(fresh_database, "reconcile")).state is JobState.DONE


async def test_before_the_first_sync_there_is_nothing_to_prove(
    fresh_database: Database, clock: FakeClock
) -> None:
    replica = scheduler(fresh_database, clock, FakeIngest(error="The export is still empty."))
    for _ in range(2):
        await tried(replica)
    assert await JobService(fresh_database, worker="test").latest("reconcile") is None


async def test_a_mismatch_is_a_job_that_failed(fresh_database: Database, clock: FakeClock) -> None:
    await register(fresh_database, GCP)
    await Writer(fresh_database).write("a", [charge("2026-11-03", "7")], said=[])
    for _ in ("sync", "reconcile"):
        await tried(scheduler(fresh_database, clock, FakeIngest()))
    failed = await job(fresh_database, "reconcile")
    assert failed.state is JobState.FAILED
    assert "gcp 2026-11" in (failed.error or "")


async def test_a_sync_s_reports_are_kept_with_it(
    fresh_database: Database, clock: FakeClock
) -> None:
    for error in (None, "BigQuery doesn't answer."):
        await tried(scheduler(fresh_database, clock, FakeIngest(error=error)))
        [report] = cast("list[Any]", (await job(fresh_database)).result)
        assert (report["source"], report["error"]) == ("gcp", error)
        clock.advance(days=1)


async def test_it_looks_by_itself_once_started(fresh_database: Database, clock: FakeClock) -> None:
    """At once: a sync that was missed while nothing ran is made up for."""
    ingest = FakeIngest()
    replica = scheduler(fresh_database, clock, ingest)
    await replica.start()
    await until(lambda: bool(ingest.full))
    await replica.idle()
    await replica.close()
    assert (await job(fresh_database)).state is JobState.DONE


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  # what happens is not ours to signal
            await asyncio.sleep(0.01)


async def test_closing_gives_the_work_up_for_another(
    fresh_database: Database, clock: FakeClock
) -> None:
    ingest = FakeIngest(hold=asyncio.Event())
    replica = scheduler(fresh_database, clock, ingest)
    await replica.look()
    await until(lambda: bool(ingest.full))
    await replica.close()
    given_up = await job(fresh_database)
    assert (given_up.state, given_up.error) == (JobState.FAILED, "stopped")


async def test_a_database_that_is_away_is_waited_for(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Looking fails, and goes on the next time."""
    away = await Database.connect(fresh_database.url)
    replica = scheduler(away, clock, FakeIngest())

    async def refuse(*_: object) -> None:
        raise DatabaseUnavailableError

    cast("Any", replica._services.jobs).latest = refuse
    await tried(replica)
    await away.close()
    async with fresh_database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM jobs"))).scalar_one() == 0


async def test_budgets_are_evaluated_after_the_sync_and_alerts_tended(
    fresh_database: Database, clock: FakeClock
) -> None:
    evaluation = FakeEvaluation()
    replica = scheduler(fresh_database, clock, FakeIngest(), evaluation=evaluation)
    await tried(replica)
    await tried(replica)
    assert evaluation.asked.count("evaluate") == 2  # after the sync, and of the hour
    assert evaluation.asked.count("tend") == 1


async def test_what_was_synced_by_hand_is_seen_within_minutes(
    fresh_database: Database, clock: FakeClock
) -> None:
    evaluation = FakeEvaluation(behind=True)
    replica = scheduler(fresh_database, clock, FakeIngest(sources=()), evaluation=evaluation)
    await tried(replica)
    evaluation.asked.remove("tend")
    assert evaluation.asked == ["evaluate", "foresee", "evaluate what is over"]


async def test_alerts_are_tended_where_evaluations_fail(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Snoozes end and owners are reminded; what fails is told as what it is."""
    evaluation = FakeEvaluation(behind=True, failing=True)
    replica = scheduler(fresh_database, clock, FakeIngest(sources=()), evaluation=evaluation)
    await tried(replica)
    assert "tend" in evaluation.asked
    (incident,) = await replica._services.incidents.open()
    assert (incident.subject, incident.facts.words) == ("missed-budgets", "No.")
