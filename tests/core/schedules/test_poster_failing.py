"""What goes wrong with a report, or changes, while it is due, made or delivered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.render import schedule_json, scheduling
from bot.render.blocks import schedules
from core.database import DatabaseUnavailableError
from core.outbox.model import Destination, Parked, Undelivered
from core.outbox.service import OutboxService
from core.reports.model import Report
from core.schedules import runs
from core.schedules.model import (
    Run,
    RunDiedError,
    RunState,
    Schedule,
)
from core.schedules.parts import Parts
from core.schedules.poster import MOST_TRIES, SchedulePoster
from core.schedules.timing import ScheduleTimeError
from tests.core.schedules.desk import (
    DUE,
    FINANCE_POSTS,
    MONDAYS,
    WEEKLY,
    Desk,
)
from tests.support.scheduling import (
    FINANCE,
)


class Failing(SchedulePoster):
    """A poster whose reports fail, or have something happen while they are made."""

    def __init__(self, made: Parts, during: Callable[[Run], Awaitable[None]], **of: Any) -> None:
        super().__init__(made, **of)
        self._during = during

    async def report(self, schedule: Schedule, run: Run) -> Report:
        await self._during(run)
        return await super().report(schedule, run)


async def test_what_may_pass_is_tried_again_and_then_given_up_and_told(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)

    async def lost(_: Run) -> None:
        raise DatabaseUnavailableError

    failing = Failing(desk.parts, lost, worker="b")
    desk.clock.at(DUE)
    for attempt in range(1, MOST_TRIES):
        await failing.work()
        assert await desk.runs(made) == [(RunState.QUEUED, "PostgreSQL can't be reached.")]
        assert await failing.work() == 0  # not at once
        [run] = await desk.service.runs(made.id, FINANCE)
        assert run.try_at == desk.clock.now + timedelta(minutes=2 ** (attempt - 1))
        desk.clock.advance(minutes=2**attempt)
    await failing.work()
    assert await desk.runs(made) == [(RunState.FAILED, "PostgreSQL can't be reached.")]
    assert await desk.incidents() == [(str(made.id), "PostgreSQL can't be reached.")]
    desk.clock.at("2026-11-30T08:00")
    await desk.poster.work()
    assert await desk.incidents() == []
    assert (await desk.runs(made))[0] == (RunState.POSTED, "")


async def test_what_can_not_be_made_is_given_up_at_once(desk: Desk) -> None:
    made = await desk.service.add(replace(WEEKLY, subject="blog"), by=FINANCE)
    async with desk.database.begin() as tx:
        await tx.execute(text("UPDATE schedules SET subject = 'nonsuch'"))
    desk.clock.at(DUE)
    await desk.poster.work()
    [run] = await desk.service.runs(made.id, FINANCE)
    assert run.state is RunState.FAILED
    assert "'nonsuch'" in run.reason
    assert [subject for subject, _ in await desk.incidents()] == [str(made.id)]


async def test_a_worker_that_lost_its_lease_posts_nothing(desk: Desk) -> None:
    """Its run was taken over while it stalled; what it had made is thrown away."""
    made = await desk.service.add(WEEKLY, by=FINANCE)

    others: list[asyncio.Task[int]] = []

    async def stall(_: Run) -> None:
        others.append(asyncio.create_task(desk.poster.work()))
        await asyncio.shield(others[0])

    stalled = Failing(desk.parts, stall, worker="b", lease=timedelta(0))
    desk.clock.at(DUE)
    await stalled.plan()
    run = await stalled._claim()
    assert run is not None
    await stalled._do(run)
    await asyncio.gather(*others)
    assert await desk.told() == FINANCE_POSTS
    assert await desk.runs(made) == [(RunState.POSTED, "")]


async def test_what_takes_long_to_make_is_held_as_long_as_it_takes(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)

    async def held_until() -> datetime:
        [(until,)] = await desk.database.fetch("SELECT lease_until FROM schedule_runs")
        assert isinstance(until, datetime)
        return until

    async def slow(_: Run) -> None:
        first = await held_until()
        async with asyncio.timeout(60):
            while await held_until() == first:  # noqa: ASYNC110 - a row of the database
                await asyncio.sleep(0.05)

    desk.clock.at(DUE)
    await Failing(desk.parts, slow, worker="b", lease=timedelta(seconds=2)).work()
    assert await desk.runs(made) == [(RunState.POSTED, "")]


async def test_who_has_a_run_is_known_by_name_and_number(desk: Desk) -> None:
    """Of one that waited the number begins anew; and a process may take over from itself."""
    await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.plan()
    over, long, now = timedelta(0), timedelta(minutes=1), desk.clock.now

    async def claim(worker: str, lease: timedelta) -> Run:
        async with desk.database.begin() as tx:
            found = await runs.claim(tx, worker, now, lease)
            assert found is not None
            return found

    stalled, own = await claim("a", over), await claim("b", over)
    waits = await claim("b", long)
    async with desk.database.begin() as tx:
        assert not await runs.renew(tx, own, long)
        assert await runs.put_off(tx, waits, RunState.WAITING, "", now)
    present = await claim("c", long)
    assert present.attempts == stalled.attempts
    async with desk.database.begin() as tx:
        assert not await runs.renew(tx, stalled, long)
        assert await runs.end(tx, present, RunState.SKIPPED)
        assert not await runs.end(tx, present, RunState.FAILED)


async def test_work_that_is_stopped_is_taken_up_by_the_next(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    begun = asyncio.Event()

    async def hang(_: Run) -> None:
        begun.set()
        await asyncio.Event().wait()

    desk.clock.at(DUE)
    working = asyncio.create_task(Failing(desk.parts, hang, worker="b").work())
    await begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert await desk.runs(made) == [(RunState.QUEUED, "it was stopped")]
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS


async def test_one_that_is_removed_is_never_due_again(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    await desk.service.remove(made.id, by=FINANCE)
    desk.clock.at(DUE)
    assert await desk.poster.plan() == 0


async def test_a_report_that_kills_whoever_makes_it_is_given_up(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.plan()
    for worker in range(MOST_TRIES):
        async with desk.database.begin() as tx:
            assert await runs.claim(tx, f"{worker}", desk.clock.now, timedelta(0))
    await desk.poster.work()
    assert await desk.runs(made) == [(RunState.FAILED, str(RunDiedError()))]
    assert await desk.told() == ["post operations:"]


async def test_one_that_is_removed_meanwhile_is_skipped(desk: Desk) -> None:
    await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.plan()
    [made] = await desk.service.list(FINANCE)
    await desk.service.remove(made.id, by=FINANCE)
    await desk.poster.work()
    assert await desk.told() == []


async def test_a_zone_that_is_no_more_holds_up_its_own_schedule_only(desk: Desk) -> None:
    lost = await desk.service.add(replace(WEEKLY, subject="blog"), by=FINANCE)
    await desk.service.add(WEEKLY, by=FINANCE)
    async with desk.database.begin() as tx:
        await tx.execute(text("UPDATE schedules SET zone = 'Europe/Nowhere' WHERE id = :id"),
                         {"id": lost.id})  # fmt: skip
    desk.clock.at(DUE)
    assert await desk.poster.work() == 1
    assert set(FINANCE_POSTS) < set(await desk.told())
    paused = await desk.service.get(lost.id, FINANCE)
    assert paused.paused_why == "'Europe/Nowhere' is no time zone."
    assert await desk.incidents() == [(str(lost.id), "'Europe/Nowhere' is no time zone.")]
    assert scheduling.upcoming(paused).startswith("paused since 23 Nov: 'Europe/Nowhere'")
    for verb in (desk.service.resume, desk.service.run):
        with pytest.raises(ScheduleTimeError):
            await verb(lost.id, by=FINANCE)


async def test_what_is_changed_while_its_report_is_made_is_posted_as_it_is_then(
    desk: Desk,
) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)

    async def moved(run: Run) -> None:
        if run.attempts == 1:
            elsewhere = replace(WEEKLY, channels=("C0OTHER",), emails=())
            await desk.service.change(made.id, elsewhere, by=FINANCE)

    desk.clock.at(DUE)
    poster = Failing(desk.parts, moved, worker="b")
    await poster.work()
    assert await desk.told() == []
    desk.clock.advance(minutes=2)
    await poster.work()
    assert await desk.told() == ["post slack:C0OTHER"]


@pytest.mark.parametrize("verb", ["pause", "remove"])
async def test_what_is_stopped_while_its_report_is_made_is_not_posted(
    desk: Desk, verb: str
) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)

    async def stopped(_: Run) -> None:
        await getattr(desk.service, verb)(made.id, by=FINANCE)

    desk.clock.at(DUE)
    poster = Failing(desk.parts, stopped, worker="b")
    await poster.work()
    desk.clock.advance(minutes=2)
    await poster.work()
    assert await desk.told() == []
    async with desk.database.read() as connection:
        [run] = await runs.listed(connection, made.id, before=None, limit=9)
    assert run.state is RunState.SKIPPED
    assert run.reason in ("paused", "it was removed")


async def test_a_run_says_where_it_could_not_be_delivered(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.work()
    outbox = OutboxService(desk.database)
    delivery = await outbox.lease(["slack"])
    assert delivery is not None
    await outbox.settle(delivery, Parked("Slack: not_in_channel"))
    [run] = await desk.service.runs(made.id, FINANCE)
    lost = Undelivered(Destination("slack", "C0FINANCE"), "Slack: not_in_channel")
    assert run.undelivered == (lost,)
    [listed] = await desk.service.list(FINANCE)
    assert listed.latest == run
    assert scheduling.outcome(run).endswith("; not delivered to C0FINANCE: Slack: not_in_channel")
    linked = "not delivered to <#C0FINANCE>: Slack: not_in_channel"
    assert linked in str(schedules.history(listed, [run]).blocks)
    assert linked in str(schedules.schedules([(listed, True)], command="/cost").blocks)
    told = {"to": "C0FINANCE", "channel": "slack", "reason": "Slack: not_in_channel"}
    assert schedule_json.run(run)["undelivered"] == [told]
    await outbox.drop(delivery.id)
    assert (await desk.service.runs(made.id, FINANCE))[0].undelivered == ()


async def test_what_was_due_when_it_was_changed_is_not_lost(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)  # and nobody has looked yet
    friday = replace(WEEKLY, when=replace(MONDAYS, weekdays=(4,)))
    changed = await desk.service.change(made.id, friday, by=FINANCE)
    assert changed.next_at == datetime(2026, 11, 27, 8, tzinfo=UTC)
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS
    assert await desk.runs(made) == [(RunState.POSTED, "")]
