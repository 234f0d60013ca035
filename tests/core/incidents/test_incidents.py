"""Incidents: told once, kept up to date while they last, over when they are."""

from contextlib import nullcontext, suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.access.model import OPERATOR
from core.clock import Clock
from core.costs.proving.service import ProofService
from core.costs.slices import Listing
from core.costs.writing import watch
from core.costs.writing.sources import finish_sync, register
from core.database import Database
from core.errors import UnavailableError
from core.incidents.model import Facts, Incident, IncidentKind, ToldError
from core.incidents.service import IncidentService, found, over, told
from core.jobs.service import JobService
from core.outbox.model import OPERATIONS
from core.outbox.service import OutboxService
from tests.support.charges import GCP, Writer, charge
from tests.support.clock import FakeClock

UTC = ZoneInfo("UTC")
BROKEN = Facts("BigQuery doesn't let us read the export.", "Grant it.")


class TalliedError(ToldError):
    """It is told already."""


class Ops:
    """What is written for those who run it, and what lasts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.incidents = IncidentService(database, clock)
        self._outbox = OutboxService(database)

    async def told(self) -> list[str]:
        told = list(reversed(await self._outbox.listed()))
        assert all(each.message.to == OPERATIONS for each in told)
        return [
            f"{each.message.key.removeprefix('incident:')} {each.message.verb}" for each in told
        ]

    async def lasting(self) -> list[tuple[str, str]]:
        return [(each.kind.value, each.subject) for each in await self.incidents.open()]


@pytest.fixture
def ops(fresh_database: Database, clock: FakeClock) -> Ops:
    return Ops(fresh_database, clock)


async def find(database: Database, now: datetime, facts: Facts = BROKEN) -> Incident:
    async with database.begin() as tx:
        return await found(tx, IncidentKind.SYNC, "gcp", facts, now=now)


async def test_it_is_told_once_and_updated_while_it_lasts(
    fresh_database: Database, clock: FakeClock, ops: Ops
) -> None:
    first = await find(fresh_database, clock())
    again = await find(fresh_database, clock.advance(hours=1)(), Facts("Another error."))
    assert (first.id, first.times, again.times) == (again.id, 1, 2)
    assert (again.opened_at, again.facts.words) == (first.opened_at, "Another error.")
    assert await ops.told() == [f"{first.id}:opened post", f"{first.id}:2 update"]


async def test_it_ends_with_a_reply_and_comes_back_as_another(
    fresh_database: Database, clock: FakeClock, ops: Ops
) -> None:
    first = await find(fresh_database, clock())
    for _ in range(2):
        async with fresh_database.begin() as tx:
            await over(tx, IncidentKind.SYNC, "gcp", now=clock.advance(hours=1)())
    second = await find(fresh_database, clock.advance(hours=1)())
    assert second.id != first.id
    assert await ops.told() == [
        f"{first.id}:opened post",
        f"{first.id}:closed update",
        f"{first.id}:over reply",
        f"{second.id}:opened post",
    ]


async def test_data_is_late_after_36_hours_and_is_told_when_it_comes(
    fresh_database: Database, clock: FakeClock, ops: Ops
) -> None:
    await register(fresh_database, GCP)
    through = clock()

    async def finish(at: datetime, newest: datetime | None) -> None:
        listing = Listing({}, whole=False)
        await finish_sync(fresh_database, "gcp", listing, through=newest, zone=UTC, now=at)

    await finish(clock(), through)
    async with fresh_database.begin() as tx:
        await watch.judge(tx, "gcp", now=through + timedelta(hours=36))
    assert await ops.lasting() == []
    async with fresh_database.begin() as tx:
        await watch.judge(tx, "gcp", now=through + timedelta(hours=36, seconds=1))
    assert await ops.lasting() == [("late", "gcp")]
    await finish(through + timedelta(hours=40), through + timedelta(hours=30))
    assert await ops.lasting() == []
    assert [each.split()[1] for each in await ops.told()] == ["post", "update", "reply"]


async def test_a_mismatch_lasts_until_the_source_is_read_right(
    fresh_database: Database, clock: FakeClock, ops: Ops
) -> None:
    await register(fresh_database, GCP)
    writer = Writer(fresh_database)
    await writer.write("a", [charge("2026-11-03", "7")], said=[])
    proof = ProofService(fresh_database, clock)
    for _ in range(2):
        await proof.prove(OPERATOR)
    assert await ops.lasting() == [("mismatch", "gcp")]
    [incident] = await ops.incidents.open()
    assert incident.facts.months == (date(2026, 11, 1),)
    await writer.write("a", [charge("2026-11-03", "7")], fingerprint="2", read_at=9)
    await finish_sync(
        fresh_database,
        "gcp",
        Listing({"a": "2"}, whole=True),
        through=clock(),
        zone=UTC,
        now=clock(),
    )
    assert await ops.lasting() == []


async def test_wrong_sums_last_until_their_months_are_looked_at(
    fresh_database: Database, clock: FakeClock, ops: Ops
) -> None:
    october, november = date(2026, 10, 1), date(2026, 11, 1)

    async def judge(looked_at: list[date], wrong: list[date]) -> None:
        async with fresh_database.begin() as tx:
            await watch.judge_rollups(tx, looked_at, wrong, now=clock())

    await judge([october, november], [october])
    await judge([november], [])
    assert await ops.lasting() == [("rollups", "")]
    await judge([october], [])
    assert await ops.lasting() == []


async def test_of_sources_that_are_configured_no_more_nothing_is_told(
    fresh_database: Database, clock: FakeClock, ops: Ops
) -> None:
    await find(fresh_database, clock())
    async with fresh_database.begin() as tx:
        await watch.only(tx, ["gcp"], now=clock())
    assert await ops.lasting() == [("sync", "gcp")]
    async with fresh_database.begin() as tx:
        await watch.only(tx, ["aws"], now=clock())
    assert await ops.lasting() == []


async def test_a_duty_that_fails_is_told_with_its_end(
    fresh_database: Database, clock: FakeClock, ops: Ops
) -> None:
    jobs = JobService(fresh_database, worker="a")
    for error, lasting in (
        (UnavailableError("The disk is full."), [("duty", "upkeep")]),
        (KeyError("x"), [("duty", "upkeep")]),
        (TalliedError(), []),
        (None, []),
    ):
        job = await jobs.claim("upkeep", clock.advance(days=1)().isoformat())
        assert job is not None
        ended = ops.incidents.of_duty("upkeep")
        with suppress(type(error)) if error else nullcontext():
            async with jobs.running(job, ended=ended):
                _fail(error)
        assert await ops.lasting() == lasting


def _fail(error: Exception | None) -> None:
    if error is not None:
        raise error


def test_an_error_s_words_are_kept_with_its_fix() -> None:
    assert told(UnavailableError("No disk.", fix="Buy one.")) == Facts("No disk.", "Buy one.")
    assert told(KeyError("x")) == Facts("KeyError: 'x'")
