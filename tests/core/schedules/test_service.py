"""Schedules as they are kept: set by those who may, seen by those who see what they are of."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from core.access.model import OPERATOR, Member, Role, RoleNeededError, Viewer
from core.costs.language.errors import UnknownNameError
from core.database import Database
from core.projects.model import ProjectChange
from core.reports.asking import ReportQuestionError
from core.reports.model import ReportKind
from core.schedules.model import (
    Format,
    RunState,
    RunUnderWayError,
    SchedulePlaceError,
    ScheduleSubjectError,
    ScheduleTakenError,
    Terms,
    UnknownScheduleError,
)
from core.schedules.service import ScheduleService
from core.schedules.timing import ScheduleTimeError, When
from tests.support.clock import FakeClock
from tests.support.facts import store
from tests.support.scheduling import BEN, FINANCE, OWNER, company, messages, parts

MONDAYS = When("Europe/Berlin", time(9), weekdays=(0,))
ALL = Terms(ReportKind.WEEKLY, "all", MONDAYS, ("C0FINANCE",), (), (Format.CSV,))
SHOP = replace(ALL, subject="shop", channels=("C0SHOP",))


@pytest.fixture
async def service(fresh_database: Database, clock: FakeClock) -> ScheduleService:
    await store(fresh_database, company(date(2026, 11, 22)))
    made = parts(fresh_database, clock)
    entry = Member(FINANCE.workspace, FINANCE.subject, Role.FINANCE)
    await made.access.set_member(entry, by=OPERATOR)
    await made.projects.change("shop", ProjectChange(owner=OWNER.subject), by=OPERATOR)
    return ScheduleService(made)


async def test_it_is_kept_as_it_was_set(service: ScheduleService) -> None:
    made = await service.add(ALL, by=FINANCE)
    assert (made.terms, made.owner.subject, made.created_by) == (ALL, "U0FIN", "U0FIN")
    assert made.next_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert made.paused_at is None
    assert await service.list(FINANCE) == (made,)
    assert await service.get(made.id, FINANCE) == made


async def test_finance_schedules_anything_owners_their_projects_viewers_nothing(
    service: ScheduleService,
) -> None:
    await service.add(ALL, by=FINANCE)
    await service.add(SHOP, by=OWNER)
    with pytest.raises(RoleNeededError, match="scheduled by finance"):
        await service.add(ALL, by=OWNER)
    with pytest.raises(RoleNeededError, match="the owner of blog"):
        await service.add(replace(ALL, subject="blog"), by=BEN)
    with pytest.raises(UnknownNameError):
        await service.add(replace(ALL, subject="shop"), by=BEN)  # not theirs to know of
    with pytest.raises(RoleNeededError):
        await service.add(replace(ALL, subject="shop blog"), by=OWNER)


async def test_it_is_seen_by_those_who_see_what_it_is_of(service: ScheduleService) -> None:
    every = await service.add(ALL, by=FINANCE)
    shop = await service.add(SHOP, by=OWNER)
    blog = await service.add(replace(ALL, subject="blog"), by=FINANCE)
    assert await service.list(BEN) == (blog,)
    for hidden in (every, shop):
        with pytest.raises(UnknownScheduleError):
            await service.get(hidden.id, BEN)
        with pytest.raises(UnknownScheduleError):
            await service.preview(hidden.id, BEN)
        with pytest.raises(UnknownScheduleError):
            await service.runs(hidden.id, BEN)


async def test_those_who_may_not_set_it_change_nothing(service: ScheduleService) -> None:
    made = await service.add(replace(ALL, subject="blog"), by=FINANCE)
    for refused in (
        service.change(made.id, replace(made.terms, channels=("C0BEN",)), by=BEN),
        service.remove(made.id, by=BEN),
        service.pause(made.id, by=BEN),
        service.resume(made.id, by=BEN),
        service.run(made.id, by=BEN),
    ):
        with pytest.raises(RoleNeededError):
            await refused
    assert await service.list(FINANCE) == (made,)
    assert await service.runs(made.id, FINANCE) == ()


async def test_an_owner_cannot_take_it_beyond_their_projects(service: ScheduleService) -> None:
    made = await service.add(SHOP, by=OWNER)
    with pytest.raises(RoleNeededError):
        await service.change(made.id, replace(SHOP, subject="all"), by=OWNER)
    every = await service.add(ALL, by=FINANCE)
    with pytest.raises(RoleNeededError):
        await service.change(every.id, SHOP, by=OWNER)


async def test_whoever_changes_it_answers_for_it(service: ScheduleService) -> None:
    made = await service.add(SHOP, by=FINANCE)
    changed = await service.change(made.id, replace(SHOP, channels=("C0OTHER",)), by=OWNER)
    assert changed.terms.channels == ("C0OTHER",)
    assert (changed.owner.subject, changed.created_by) == ("U0ADA", "U0FIN")


async def test_a_change_of_time_moves_what_is_next(service: ScheduleService) -> None:
    made = await service.add(ALL, by=FINANCE)
    friday = replace(ALL, when=replace(MONDAYS, weekdays=(4,)))
    changed = await service.change(made.id, friday, by=FINANCE)
    assert changed.next_at == datetime(2026, 11, 27, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        (replace(ALL, subject="shop last-month"), ScheduleSubjectError),
        (replace(ALL, subject="shop net"), ReportQuestionError),
        (replace(ALL, kind=ReportKind.MONTHLY), ScheduleSubjectError),
        (replace(ALL, channels=()), SchedulePlaceError),
        (replace(ALL, channels=("#finance",)), SchedulePlaceError),
        (replace(ALL, channels=(), emails=("finance",)), SchedulePlaceError),
        (replace(ALL, when=replace(MONDAYS, zone="Mars")), ScheduleTimeError),
        (replace(ALL, when=replace(MONDAYS, zone="localtime")), ScheduleTimeError),
        (replace(ALL, subject="nonsuch"), UnknownNameError),
    ],
)
async def test_what_can_not_be_is_refused(
    service: ScheduleService, terms: Terms, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await service.add(terms, by=FINANCE)
    assert await service.list(FINANCE) == ()


async def test_two_that_do_the_same_are_refused(service: ScheduleService) -> None:
    made = await service.add(ALL, by=FINANCE)
    with pytest.raises(ScheduleTakenError, match=f"number {made.id}"):
        await service.add(replace(ALL, channels=("C0FINANCE", "C0FINANCE")), by=FINANCE)
    other = await service.add(replace(ALL, channels=("C0OTHER",)), by=FINANCE)
    with pytest.raises(ScheduleTakenError):
        await service.change(other.id, ALL, by=FINANCE)
    assert (await service.change(made.id, ALL, by=FINANCE)).terms == ALL


async def test_pause_and_resume(service: ScheduleService, clock: FakeClock) -> None:
    made = await service.add(SHOP, by=FINANCE)
    paused = await service.pause(made.id, by=OWNER)
    assert (paused.paused_at, paused.paused_by, paused.paused_why) == (clock.now, "U0ADA", "")
    clock.advance(days=10)
    again = await service.pause(made.id, by=FINANCE)
    assert (again.paused_at, again.paused_by) == (paused.paused_at, "U0ADA")
    resumed = await service.resume(made.id, by=OWNER)
    assert (resumed.paused_at, resumed.paused_by) == (None, "")
    assert resumed.next_at == datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert resumed.owner.subject == "U0FIN"  # who is still there


async def test_run_now_is_a_run_by_hand_one_at_a_time(service: ScheduleService) -> None:
    made = await service.add(ALL, by=FINANCE)
    run = await service.run(made.id, by=FINANCE)
    assert (run.state, run.by) == (RunState.QUEUED, "U0FIN")
    assert str(run.period) == "2026-11-09..2026-11-15"
    with pytest.raises(RunUnderWayError, match="under way"):
        await service.run(made.id, by=FINANCE)
    assert await service.runs(made.id, FINANCE) == (run,)
    assert (await service.get(made.id, FINANCE)).latest == run


async def test_a_preview_has_the_viewer_s_own_rights_and_leaves_nothing(
    service: ScheduleService, fresh_database: Database
) -> None:
    made = await service.add(replace(ALL, subject="blog"), by=FINANCE)
    report = await service.preview(made.id, BEN)
    assert [sheet.total for sheet in report.sheets] == [21]
    every = await service.add(ALL, by=FINANCE)
    whole = await service.preview(every.id, Viewer("U0CFO", Role.FINANCE))
    assert [sheet.total for sheet in whole.sheets] == [91]
    assert await messages(fresh_database) == []
    assert await service.runs(made.id, FINANCE) == ()


async def test_one_that_is_removed_is_gone_with_what_was_due(service: ScheduleService) -> None:
    made = await service.add(ALL, by=FINANCE)
    await service.run(made.id, by=FINANCE)
    await service.remove(made.id, by=FINANCE)
    assert await service.list(FINANCE) == ()
    with pytest.raises(UnknownScheduleError):
        await service.runs(made.id, FINANCE)
