"""Reports whose days are not all there: they wait, for so long, or until somebody says so."""

from datetime import date, timedelta

import pytest

from core.database import Database
from core.schedules.model import (
    WAITS,
    RunState,
    RunUnderWayError,
    Schedule,
)
from tests.core.schedules.desk import DUE, FINANCE_POSTS, MONTHLY, WEEKLY, Desk, opened
from tests.support.clock import FakeClock
from tests.support.scheduling import (
    FINANCE,
    anew,
    company,
    messages,
    posting,
)


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
    for hours in range(0, WAITS // timedelta(hours=1), 15):  # oftener than a failure is tried
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
