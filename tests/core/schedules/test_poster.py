"""Due reports are posted: once, by whoever is free, after downtime, when their days are there."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.render import schedule_json, scheduling
from core.access.model import OPERATOR, Member, Role, Viewer
from core.database import Database, DatabaseUnavailableError
from core.incidents.service import IncidentService
from core.outbox.model import Destination, Parked, Undelivered
from core.outbox.service import OutboxService
from core.projects.model import ProjectChange
from core.reports.model import Report, ReportKind
from core.schedules import runs
from core.schedules.model import (
    WAITS,
    Format,
    Run,
    RunState,
    RunUnderWayError,
    Schedule,
    Terms,
)
from core.schedules.parts import Parts
from core.schedules.poster import MOST_TRIES, SchedulePoster
from core.schedules.service import ScheduleService
from core.schedules.timing import ScheduleTimeError, When
from core.subscriptions import store as subscriptions
from core.subscriptions.model import Of, Reason
from tests.support.clock import FakeClock
from tests.support.facts import World, store
from tests.support.scheduling import (
    FINANCE,
    OWNER,
    anew,
    company,
    messages,
    parts,
    posting,
    told,
)

MONDAYS = When("Europe/Berlin", time(9), weekdays=(0,))
WEEKLY = Terms(ReportKind.WEEKLY, "all", MONDAYS, ("C0FINANCE",), ("cfo@acme.example",), ())
MONTHLY = replace(
    WEEKLY, kind=ReportKind.MONTHLY, when=When("Europe/Berlin", time(9), business_days=(2,))
)
BEFORE = "2026-11-22T18:00"
DUE = "2026-11-23T08:00"
FINANCE_POSTS = ["post mail:cfo@acme.example", "post slack:C0FINANCE"]


class Desk:
    """A database with the company, and the verbs on it."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.parts = parts(database, clock.at(BEFORE))
        self.service = ScheduleService(self.parts)
        self.poster = SchedulePoster(self.parts, worker="a")

    async def runs(self, schedule: Schedule) -> list[tuple[RunState, str]]:
        found = await self.service.runs(schedule.id, FINANCE)
        return [(each.state, each.reason) for each in found]

    async def told(self) -> list[str]:
        return told(await messages(self.database))

    async def incidents(self) -> list[tuple[str, str]]:
        found = await IncidentService(self.database, self.clock).open()
        return [(each.subject, each.facts.words) for each in found]


async def opened(database: Database, clock: FakeClock, world: World) -> Desk:
    """A desk on a company where somebody does its finances."""
    await store(database, world)
    desk = Desk(database, clock)
    entry = Member(FINANCE.workspace, FINANCE.subject, Role.FINANCE)
    await desk.parts.access.set_member(entry, by=OPERATOR)
    return desk


@pytest.fixture
async def desk(fresh_database: Database, clock: FakeClock) -> Desk:
    return await opened(fresh_database, clock, company(date(2026, 11, 30)))


async def test_it_is_posted_when_it_is_due_and_not_before(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at("2026-11-23T07:59")
    assert await desk.poster.work() == 0
    desk.clock.at(DUE)
    assert await desk.poster.work() == 1
    assert await desk.told() == FINANCE_POSTS
    assert await desk.runs(made) == [(RunState.POSTED, "")]
    assert await desk.poster.work() == 0
    assert (await desk.service.get(made.id, FINANCE)).next_at == datetime(
        2026, 11, 30, 8, tzinfo=UTC
    )


async def test_a_post_carries_the_report_of_the_last_whole_week(desk: Desk) -> None:
    made = await desk.service.add(replace(WEEKLY, formats=(Format.CSV,)), by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.work()
    sent = await messages(desk.database)
    assert told(sent) == [*FINANCE_POSTS, "file:csv slack:C0FINANCE"]
    carried = posting(sent[1])
    [run] = await desk.service.runs(made.id, FINANCE)
    assert str(carried.report.period) == "2026-11-16..2026-11-22"
    assert [sheet.total for sheet in carried.report.sheets] == [91]
    assert (carried.schedule, carried.run, carried.version) == (made.id, run.id, 1)
    assert carried.said == "weekly all mon 09:00 Europe/Berlin csv"
    assert {each.thread for each in sent} == {f"report:{run.id}"}


async def test_what_is_due_at_the_same_minute_is_all_posted(desk: Desk) -> None:
    for number in range(5):
        await desk.service.add(replace(WEEKLY, channels=(f"C0{number}",), emails=()), by=FINANCE)
    desk.clock.at(DUE)
    assert await desk.poster.work() == 5
    assert sorted(await desk.told()) == [f"post slack:C0{n}" for n in range(5)]


async def test_replicas_post_it_once(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    replicas = [SchedulePoster(desk.parts, worker=name) for name in "bcde"]
    taken = await asyncio.gather(*(each.work() for each in replicas))
    assert sum(taken) == 1
    assert await desk.told() == FINANCE_POSTS
    assert len(await desk.runs(made)) == 1


async def test_after_downtime_the_latest_is_posted_and_the_others_are_missed(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at("2026-12-09T12:00")
    await desk.poster.work()
    missed = (RunState.SKIPPED, "missed: nothing ran until the next was due")
    assert await desk.runs(made) == [(RunState.POSTED, ""), missed, missed]
    assert await desk.told() == FINANCE_POSTS
    [latest, *_] = await desk.service.runs(made.id, FINANCE)
    assert latest.due_at == datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert str(latest.period) == "2026-11-30..2026-12-06"


async def test_a_paused_one_skips_and_posts_again_when_resumed(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    await desk.service.pause(made.id, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.work()
    assert await desk.runs(made) == [(RunState.SKIPPED, "paused")]
    await desk.service.resume(made.id, by=FINANCE)
    await desk.poster.work()
    assert await desk.told() == []
    desk.clock.at("2026-11-30T08:00")
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS


async def test_run_now_posts_at_once_also_while_paused(desk: Desk) -> None:
    made = await desk.service.add(MONTHLY, by=FINANCE)
    await desk.service.pause(made.id, by=FINANCE)
    await desk.service.run(made.id, by=FINANCE)
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS
    [post, _] = await messages(desk.database)
    assert posting(post).by == "U0FIN"
    assert str(posting(post).report.period) == "2026-10"


async def test_a_month_waits_until_its_days_are_complete(
    fresh_database: Database, clock: FakeClock
) -> None:
    desk = await opened(
        fresh_database, clock, company(date(2026, 12, 1), complete=date(2026, 11, 29))
    )
    made = await desk.service.add(MONTHLY, by=FINANCE)
    desk.clock.at("2026-12-02T08:00")
    await desk.poster.work()
    assert await desk.runs(made) == [(RunState.WAITING, "its days are not complete yet")]
    assert await desk.told() == []
    await anew(fresh_database, company(date(2026, 12, 1)))
    await desk.poster.work()
    assert await desk.told() == []  # it is looked at each hour, or when there is new data
    await desk.poster.wake()
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS
    [post, _] = await messages(desk.database)
    assert (posting(post).waited, posting(post).report.complete) == (False, True)


async def test_a_month_waits_only_so_long_and_says_what_is_missing(
    fresh_database: Database, clock: FakeClock
) -> None:
    desk = await opened(
        fresh_database, clock, company(date(2026, 12, 1), complete=date(2026, 11, 29))
    )
    await desk.service.add(MONTHLY, by=FINANCE)
    due = desk.clock.at("2026-12-02T08:00").now
    for hours in range(0, WAITS // timedelta(hours=1), 40):
        desk.clock.now = due + timedelta(hours=hours)
        await desk.poster.work()
        assert await desk.told() == []
    desk.clock.now = due + WAITS
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS
    [post, _] = await messages(desk.database)
    assert (posting(post).waited, posting(post).report.complete) == (True, False)


async def test_a_week_does_not_wait(fresh_database: Database, clock: FakeClock) -> None:
    desk = await opened(
        fresh_database, clock, company(date(2026, 11, 23), complete=date(2026, 11, 20))
    )
    await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS
    assert not posting((await messages(desk.database))[0]).waited


async def test_it_is_made_with_its_owner_s_rights_of_now(desk: Desk) -> None:
    await desk.service.add(WEEKLY, by=FINANCE)
    await desk.parts.access.set_member(
        Member("T0ACME", "U0FIN", Role.FINANCE, frozenset({"blog"})), by=OPERATOR
    )
    desk.clock.at(DUE)
    await desk.poster.work()
    # All that there is isn't theirs any more, and is told to nobody in their name.
    assert await desk.told() == ["post operations:"]


async def test_one_whose_owner_is_gone_pauses_and_that_is_told(desk: Desk) -> None:
    await desk.parts.projects.change("shop", ProjectChange(owner=OWNER.subject), by=OPERATOR)
    made = await desk.service.add(replace(WEEKLY, subject="shop"), by=OWNER)
    await desk.parts.access.set_member(Member("T0ACME", OWNER.subject, None), by=OPERATOR)
    desk.clock.at(DUE)
    await desk.poster.work()
    words = "U0ADA, who set it, may not see or schedule that any more."
    assert await desk.runs(made) == [(RunState.SKIPPED, words)]
    paused = await desk.service.get(made.id, FINANCE)
    assert (paused.paused_at, paused.paused_by, paused.paused_why) == (desk.clock.now, "", words)
    assert await desk.incidents() == [(str(made.id), words)]
    assert await desk.told() == ["post operations:"]
    resumed = await desk.service.resume(made.id, by=FINANCE)
    assert resumed.owner.subject == "U0FIN"
    assert await desk.incidents() == []
    desk.clock.at("2026-11-30T08:00")
    await desk.poster.work()
    assert (await desk.told())[-2:] == FINANCE_POSTS


async def test_a_token_that_is_revoked_speaks_for_nobody(desk: Desk) -> None:
    token = await desk.parts.access.issue(
        subject="ci", role=Role.FINANCE, ttl=timedelta(days=1), by=OPERATOR
    )
    made = await desk.service.add(WEEKLY, by=Viewer("ci", Role.FINANCE))
    desk.clock.at(DUE)
    await desk.poster.work()  # an expired one was good when it was used
    assert await desk.told() == FINANCE_POSTS
    await desk.parts.access.revoke(token.jti, by=OPERATOR)
    desk.clock.at("2026-11-30T08:00")
    await desk.poster.work()
    assert (await desk.service.get(made.id, FINANCE)).paused_why


async def test_addresses_that_declined_are_left_out(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    async with desk.database.begin() as tx:
        to = Destination("mail", "cfo@acme.example")
        await subscriptions.decline(tx, to, Reason(Of.SCHEDULE, made.id), desk.clock.now)
    desk.clock.at(DUE)
    await desk.poster.work()
    assert await desk.told() == ["post slack:C0FINANCE"]


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


async def test_one_that_is_removed_meanwhile_is_skipped(desk: Desk) -> None:
    await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.plan()
    [made] = await desk.service.list(FINANCE)
    await desk.service.remove(made.id, by=FINANCE)
    await desk.poster.work()
    assert await desk.told() == []


async def test_old_runs_are_forgotten(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.work()
    assert await desk.poster.forget(desk.clock.now) == 0
    assert await desk.poster.forget(desk.clock.now + timedelta(seconds=1)) == 1
    assert await desk.runs(made) == []


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


@pytest.fixture
async def waiting(fresh_database: Database, clock: FakeClock) -> tuple[Desk, Schedule]:
    """A month whose last days aren't complete when its report is due."""
    desk = await opened(
        fresh_database, clock, company(date(2026, 12, 1), complete=date(2026, 11, 29))
    )
    made = await desk.service.add(MONTHLY, by=FINANCE)
    desk.clock.at("2026-12-02T08:00")
    await desk.poster.work()
    return desk, made


async def test_run_now_has_one_that_waits_posted_as_it_is(
    waiting: tuple[Desk, Schedule],
) -> None:
    desk, made = waiting
    [before] = await desk.service.runs(made.id, FINANCE)
    run = await desk.service.run(made.id, by=FINANCE)
    assert (run.id, run.state, run.by) == (before.id, RunState.QUEUED, "U0FIN")
    with pytest.raises(RunUnderWayError):
        await desk.service.run(made.id, by=FINANCE)
    await desk.poster.work()
    assert await desk.told() == FINANCE_POSTS
    assert await desk.runs(made) == [(RunState.POSTED, "")]


@pytest.mark.usefixtures("clock")
async def test_one_that_waits_as_a_month_is_not_posted_when_it_became_a_week(
    waiting: tuple[Desk, Schedule],
) -> None:
    desk, made = waiting
    await desk.service.change(made.id, WEEKLY, by=FINANCE)
    desk.clock.advance(hours=2)
    await desk.poster.work()
    assert await desk.runs(made) == [(RunState.SKIPPED, "it is a weekly one now")]
    assert await desk.told() == []
    assert await desk.incidents() == []


async def test_one_that_nobody_wants_says_so(desk: Desk) -> None:
    made = await desk.service.add(replace(WEEKLY, channels=()), by=FINANCE)
    async with desk.database.begin() as tx:
        to = Destination("mail", "cfo@acme.example")
        await subscriptions.decline(tx, to, Reason(Of.SCHEDULE, made.id), desk.clock.now)
    desk.clock.at(DUE)
    await desk.poster.work()
    assert await desk.runs(made) == [(RunState.SKIPPED, "nobody it goes to wants it any more")]


async def test_a_month_that_is_caught_up_late_waits_for_what_is_on_its_way(
    fresh_database: Database, clock: FakeClock
) -> None:
    desk = await opened(
        fresh_database, clock, company(date(2026, 11, 25), complete=date(2026, 11, 25))
    )
    made = await desk.service.add(MONTHLY, by=FINANCE)
    back = desk.clock.at("2026-12-02T08:00").now + WAITS + timedelta(days=2)
    desk.clock.now = back
    await desk.poster.work()
    assert await desk.poster.work() == 0
    assert [state for state, _ in await desk.runs(made)] == [RunState.WAITING]
    await anew(fresh_database, company(date(2026, 12, 5)))
    await desk.poster.wake()
    await desk.poster.work()
    [post, _] = await messages(desk.database)
    assert (posting(post).waited, posting(post).report.complete) == (False, True)


async def test_a_month_that_is_caught_up_late_waits_once(waiting_late: Desk) -> None:
    desk = waiting_late
    await desk.poster.work()
    assert await desk.told() == []
    desk.clock.advance(hours=1)
    await desk.poster.work()
    assert posting((await messages(desk.database))[0]).waited


@pytest.fixture
async def waiting_late(fresh_database: Database, clock: FakeClock) -> Desk:
    """A month that was due ten days ago, whose data doesn't come."""
    desk = await opened(
        fresh_database, clock, company(date(2026, 11, 25), complete=date(2026, 11, 25))
    )
    await desk.service.add(MONTHLY, by=FINANCE)
    desk.clock.now = desk.clock.at("2026-12-02T08:00").now + timedelta(days=10)
    return desk


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
