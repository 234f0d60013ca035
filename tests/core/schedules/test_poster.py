"""Due reports are posted: once, by whoever is free, after downtime, when their days are there."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.access.model import OPERATOR, Member, Role, Viewer
from core.outbox.model import Destination
from core.projects.model import ProjectChange
from core.schedules.model import (
    Format,
    OwnerGoneError,
    RunState,
)
from core.schedules.poster import SchedulePoster
from core.subscriptions import store as subscriptions
from core.subscriptions.model import Of, Reason
from tests.core.schedules.desk import (
    DUE,
    FINANCE_POSTS,
    MONTHLY,
    WEEKLY,
    Desk,
)
from tests.support.scheduling import (
    FINANCE,
    OWNER,
    messages,
    posting,
    told,
)


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


async def test_of_a_long_downtime_the_history_tells_the_last_that_were_missed(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at("2027-11-23T12:00")
    assert await desk.poster.plan() == 1
    latest, *missed = await desk.service.runs(made.id, FINANCE)
    assert (latest.state, latest.due_at) == (RunState.QUEUED, datetime(2027, 11, 22, 8, tzinfo=UTC))
    assert {each.state for each in missed} == {RunState.SKIPPED}
    assert len(missed) == 19


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


async def test_it_is_made_with_its_owner_s_rights_of_now(desk: Desk) -> None:
    await desk.service.add(WEEKLY, by=FINANCE)
    await desk.parts.access.set_member(
        Member("T0ACME", "U0FIN", Role.FINANCE, frozenset({"blog"})), by=OPERATOR
    )
    desk.clock.at(DUE)
    await desk.poster.work()
    # All that there is isn't theirs any more, and is told to nobody in their name.
    assert await desk.told() == ["post operations:"]


async def test_what_is_posted_may_go_as_long_as_its_owner_may_see_it(desk: Desk) -> None:
    """All that it is of, also once the schedule is of less, or is removed."""
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.work()
    sent = posting((await messages(desk.database))[0])
    await desk.service.change(made.id, replace(WEEKLY, subject="blog"), by=FINANCE)
    await desk.service.remove(made.id, by=FINANCE)
    await desk.service.check_may_go(sent)
    entry = Member(FINANCE.workspace, FINANCE.subject, Role.FINANCE, frozenset({"blog"}))
    await desk.parts.access.set_member(entry, by=OPERATOR)
    with pytest.raises(OwnerGoneError, match="U0FIN, who set it, may not see"):
        await desk.service.check_may_go(sent)


async def test_a_guest_who_lost_their_entry_is_no_member(desk: Desk) -> None:
    """Nor does what they own go on being reported."""
    await desk.parts.access.set_member(Member("T0ACME", "U0GUEST", Role.VIEWER), by=OPERATOR)
    await desk.parts.projects.change("shop", ProjectChange(owner="U0GUEST"), by=OPERATOR)
    guest = Viewer("U0GUEST", workspace="T0ACME", guest=True)
    await desk.service.add(replace(WEEKLY, subject="shop"), by=guest)
    await desk.database.fetch("DELETE FROM members RETURNING 1")
    desk.clock.at(DUE)
    await desk.poster.work()
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


async def test_old_runs_are_forgotten(desk: Desk) -> None:
    made = await desk.service.add(WEEKLY, by=FINANCE)
    desk.clock.at(DUE)
    await desk.poster.work()
    assert await desk.poster.forget(desk.clock.now) == 0
    desk.clock.advance(seconds=1)
    await desk.service.run(made.id, by=FINANCE)
    assert await desk.poster.forget(desk.clock.now + timedelta(seconds=1)) == 1
    assert await desk.runs(made) == [(RunState.QUEUED, "")]  # it hasn't ended


async def test_one_that_nobody_wants_says_so(desk: Desk) -> None:
    made = await desk.service.add(replace(WEEKLY, channels=()), by=FINANCE)
    async with desk.database.begin() as tx:
        to = Destination("mail", "cfo@acme.example")
        await subscriptions.decline(tx, to, Reason(Of.SCHEDULE, made.id), desk.clock.now)
    desk.clock.at(DUE)
    await desk.poster.work()
    assert await desk.runs(made) == [(RunState.SKIPPED, "nobody it goes to wants it any more")]
