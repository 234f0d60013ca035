"""What people do about alerts, and what falls due with time alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from core.access.model import OPERATOR, Role, RoleNeededError, Viewer
from core.alerts.model import (
    Alert,
    AlertChangedError,
    AlertState,
    Occasion,
    Roundup,
    Snooze,
    SnoozeError,
    Telling,
    UnknownAlertError,
)
from core.alerts.tending import Tended
from core.outbox.model import Destination
from core.projects.model import ProjectChange
from tests.support.evaluating import TERMS, Company, evaluation, november

BEN = Viewer("U-ben", Role.VIEWER, frozenset({"shop"}))
EVE = Viewer("U-eve", Role.VIEWER, frozenset({"blog"}))
FINANCE = Viewer("U-fin", Role.FINANCE)
ONLY_CHANNEL = replace(TERMS, emails=(), owner="U-ada")


async def raised(company: Company, spent: int = 1200) -> Alert:
    """The shop's budget is over, found on Tuesday the tenth at 20:00 UTC."""
    await company.sync(november(8))
    await company.budgets.add(ONLY_CHANNEL, by=OPERATOR)
    company.spend("acc-1", {november(9): spent})
    await company.evaluate(november(10))
    await company.projects.change("shop", ProjectChange(owner="U-ada"), by=OPERATOR)
    await company.sent()
    (alert,) = await company.alerts.listed(OPERATOR)
    return alert


async def test_who_sees_it_acknowledges_and_everybody_sees_that(company: Company) -> None:
    alert = await raised(company)
    done = await company.alerts.acknowledge(alert.id, alert.version, by=BEN)
    assert (done.state, done.acknowledged and done.acknowledged.by) == (
        AlertState.ACKNOWLEDGED,
        "U-ben",
    )
    (update,) = await company.sent()
    assert update.said == ("C-shop", "update", "state")
    assert isinstance(update.value, Telling)
    assert update.value.alert == done
    assert await company.alerts.listed(BEN, state=AlertState.ACKNOWLEDGED) == (done,)
    assert await company.alerts.listed(BEN, state=AlertState.RAISED) == ()


async def test_who_decided_by_what_it_was_before_is_told_who_did_what(company: Company) -> None:
    alert = await raised(company)
    await company.alerts.acknowledge(alert.id, alert.version, by=BEN)
    with pytest.raises(AlertChangedError, match="U-ben acknowledged it"):
        await company.alerts.snooze(
            alert.id, company.clock() + timedelta(1), alert.version, by=FINANCE
        )


async def test_what_is_acknowledged_stays_so_by_whoever_did_it(company: Company) -> None:
    """Also for who knows its newest version: there is nothing left to acknowledge."""
    alert = await raised(company)
    done = await company.alerts.acknowledge(alert.id, alert.version, by=BEN)
    await company.sent()
    with pytest.raises(AlertChangedError, match="U-ben acknowledged it"):
        await company.alerts.acknowledge(alert.id, done.version, by=FINANCE)
    assert await company.sent() == []
    assert await company.alerts.get(alert.id, BEN) == done


async def test_what_is_over_is_neither_acknowledged_nor_snoozed(company: Company) -> None:
    """Its budget was raised, say."""
    alert = await raised(company)
    budget = await company.budgets.get(alert.subject.budget, OPERATOR)
    more = replace(budget.terms, amount=Decimal(10**9))
    await company.budgets.change(budget.id, more, by=OPERATOR)
    await company.sent()
    (gone,) = await company.alerts.listed(OPERATOR)
    tomorrow = company.clock() + timedelta(1)
    with pytest.raises(AlertChangedError, match="back under every threshold"):
        await company.alerts.acknowledge(gone.id, gone.version, by=OPERATOR)
    with pytest.raises(AlertChangedError, match="back under every threshold"):
        await company.alerts.snooze(gone.id, tomorrow, gone.version, by=OPERATOR)
    assert await company.sent() == []


async def test_others_see_nothing_of_it(company: Company) -> None:
    alert = await raised(company)
    assert await company.alerts.listed(EVE) == ()
    with pytest.raises(UnknownAlertError):
        await company.alerts.get(alert.id, EVE)
    with pytest.raises(UnknownAlertError):
        await company.alerts.acknowledge(alert.id, alert.version, by=EVE)


async def test_owners_and_finance_snooze_others_dont(company: Company) -> None:
    alert = await raised(company)
    until = Snooze.DAY.until(company.clock(), ZoneInfo("America/Los_Angeles"))
    with pytest.raises(RoleNeededError):
        await company.alerts.snooze(alert.id, until, alert.version, by=BEN)
    with pytest.raises(SnoozeError):
        await company.alerts.snooze(alert.id, company.clock(), alert.version, by=FINANCE)
    ada = replace(BEN, subject="U-ada")
    done = await company.alerts.snooze(alert.id, until, alert.version, by=ada)
    assert (done.state, done.snoozed and done.snoozed.over) == (AlertState.SNOOZED, 120)


async def test_a_snooze_ends_by_itself(company: Company) -> None:
    alert = await raised(company)
    until = company.clock() + timedelta(hours=5)
    await company.alerts.snooze(alert.id, until, alert.version, by=FINANCE)
    await company.sent()
    assert await company.evaluation.tend() == Tended()
    company.clock.advance(hours=6)
    assert (await company.evaluation.tend()).ended == 1
    (update,) = await company.sent()
    assert isinstance(update.value, Telling)
    assert update.value.alert.state is AlertState.RAISED


async def test_more_spent_than_what_was_snoozed_is_told_all_the_same(company: Company) -> None:
    alert = await raised(company)
    until = Snooze.MONTH.until(company.clock(), ZoneInfo("America/Los_Angeles"))
    await company.alerts.snooze(alert.id, until, alert.version, by=FINANCE)
    await company.sent()
    company.spend("acc-1", {november(10): 100})
    await company.evaluate(november(11))
    assert {each.said[1:] for each in await company.sent()} == {("update", "state")}
    company.spend("acc-1", {november(11): 300})
    await company.evaluate(november(12))
    assert {each.said[1:] for each in await company.sent()} == {
        ("update", "state"),
        ("reply", "crossed"),
    }
    (now,) = await company.alerts.listed(OPERATOR)
    assert (now.state, now.snoozed) == (AlertState.RAISED, None)


def reminders(sent: Sequence[Any]) -> list[tuple[str, str, str]]:
    return [each.said for each in sent if each.to == "U-ada"]


async def test_the_owner_is_reminded_once_a_day_at_work(company: Company) -> None:
    """Found at noon on Tuesday in Los Angeles, where the owner's days are told."""
    alert = await raised(company)
    await company.evaluation.tend()
    assert await company.sent() == []
    company.clock.at("2026-11-11T08:30-08:00")
    await company.evaluation.tend()
    assert await company.sent() == []
    company.clock.at("2026-11-11T09:15-08:00")
    await company.evaluation.tend()
    company.clock.at("2026-11-11T15:00-08:00")
    await company.evaluation.tend()
    assert reminders(await company.sent()) == [("U-ada", "post", "reminder")]
    company.clock.at("2026-11-12T09:15-08:00")
    await company.evaluation.tend()
    assert reminders(await company.sent()) == [("U-ada", "post", "reminder")]
    await company.alerts.acknowledge(alert.id, alert.version, by=BEN)
    assert {each.said for each in await company.sent()} == {
        ("C-shop", "update", "state"),
        ("U-ada", "update", "state"),
    }
    company.clock.at("2026-11-13T09:15-08:00")
    await company.evaluation.tend()
    assert await company.sent() == []


async def test_who_owns_it_no_more_is_told_so_and_the_new_owner_reminded(company: Company) -> None:
    await raised(company)
    company.clock.at("2026-11-11T09:15-08:00")
    await company.evaluation.tend()
    await company.sent()
    (budget,) = await company.budgets.list(OPERATOR)
    await company.budgets.change(budget.id, replace(budget.terms, owner="U-eve"), by=OPERATOR)
    assert {each.said for each in await company.sent()} == {
        ("C-shop", "update", "state"),
        ("U-ada", "update", "state"),
    }
    await company.evaluation.tend()
    assert [each.said for each in await company.sent()] == [("U-eve", "post", "reminder")]


async def test_who_owns_it_again_the_same_day_is_not_reminded_twice(company: Company) -> None:
    """It was for somebody else for an hour."""
    await raised(company)
    company.clock.at("2026-11-11T09:15-08:00")
    await company.evaluation.tend()
    assert reminders(await company.sent()) == [("U-ada", "post", "reminder")]
    (budget,) = await company.budgets.list(OPERATOR)
    for owner in ("U-eve", "U-ada"):
        await company.budgets.change(budget.id, replace(budget.terms, owner=owner), by=OPERATOR)
        await company.sent()
        await company.evaluation.tend()
    assert await company.sent() == []
    company.clock.at("2026-11-12T09:15-08:00")
    await company.evaluation.tend()
    assert reminders(await company.sent()) == [("U-ada", "post", "reminder")]


async def test_nobody_is_reminded_at_weekends_or_of_less_than_all(company: Company) -> None:
    await raised(company, spent=850)
    company.clock.at("2026-11-11T10:00-08:00")
    await company.evaluation.tend()
    company.spend("acc-1", {november(9): 1300})
    await company.evaluate(november(13))
    await company.sent()
    company.clock.at("2026-11-14T10:00-08:00")
    await company.evaluation.tend()
    assert await company.sent() == []


async def test_working_hours_are_those_of_where_the_owner_is(company: Company) -> None:
    await raised(company)

    async def zones(people: Collection[str]) -> Mapping[str, ZoneInfo]:
        assert people == {"U-ada"}
        return {"U-ada": ZoneInfo("Europe/Berlin")}

    abroad = evaluation(company.database, company.clock, zones=zones)
    company.clock.at("2026-11-12T07:59:00+00:00")
    assert (await abroad.tend()).reminded == 0
    company.clock.at("2026-11-12T08:01:00+00:00")
    assert (await abroad.tend()).reminded == 1


@dataclass
class Digests:
    """A channel that wants one message a day."""

    who: set[Destination] = field(default_factory=lambda: {Destination("slack", "C-shop")})
    no_more: set[tuple[int, Destination]] = field(default_factory=set)

    async def of_budgets(self, _: object) -> Mapping[int, Sequence[Destination]]:
        return {}

    async def declined(self) -> Collection[tuple[int, Destination]]:
        return self.no_more

    async def digests(self, _: object) -> Collection[Destination]:
        return self.who


async def test_an_owner_who_declined_the_budgets_mails_is_not_reminded(company: Company) -> None:
    listeners = Digests(who=set())
    company.evaluation = evaluation(
        company.database, company.clock, listeners=cast("Any", listeners)
    )
    await company.sync(november(8))
    budget = await company.budgets.add(replace(ONLY_CHANNEL, owner="ada@x.example"), by=OPERATOR)
    company.spend("acc-1", {november(9): 1200})
    await company.evaluate(november(10))
    company.clock.at("2026-11-11T09:15-08:00")
    assert (await company.evaluation.tend()).reminded == 1
    listeners.no_more = {(budget.id, Destination("mail", "ada@x.example"))}
    company.clock.at("2026-11-12T09:15-08:00")
    assert (await company.evaluation.tend()).reminded == 0


async def test_a_channel_may_have_one_message_a_day(company: Company) -> None:
    company.evaluation = evaluation(
        company.database, company.clock, listeners=cast("Any", Digests())
    )
    await company.sync(november(8))
    for subject in ("shop", "blog"):
        terms = replace(ONLY_CHANNEL, subject=subject, owner=None)
        await company.budgets.add(terms, by=OPERATOR)
    company.spend("acc-1", {november(9): 1200})
    company.spend("acc-2", {november(9): 900})
    await company.evaluate(november(10))
    await company.evaluation.tend()
    assert await company.sent() == []
    company.clock.at("2026-11-11T09:05-08:00")
    assert (await company.evaluation.tend()).digests == 1
    assert (await company.evaluation.tend()).digests == 0
    (one,) = await company.sent()
    assert one.said == ("C-shop", "post", "digest")
    assert isinstance(one.value, Roundup)
    assert [each.alert.subject.subject for each in one.value.tellings] == ["shop", "blog"]
    assert one.value.occasion is Occasion.DIGEST


async def test_what_waits_for_a_digest_is_dropped_with_the_channel(company: Company) -> None:
    company.evaluation = evaluation(
        company.database, company.clock, listeners=cast("Any", Digests())
    )
    await company.sync(november(8))
    budget = await company.budgets.add(ONLY_CHANNEL, by=OPERATOR)
    company.spend("acc-1", {november(9): 1200})
    await company.evaluate(november(10))
    await company.budgets.change(budget.id, replace(ONLY_CHANNEL, channels=()), by=OPERATOR)
    company.clock.at("2026-11-11T09:05-08:00")
    assert (await company.evaluation.tend()).digests == 0


def test_a_month_end_is_that_of_the_reports_time_zone() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    at = Snooze.MONTH.until(datetime(2026, 12, 1, 5, tzinfo=zone), zone)
    assert at.astimezone(zone).date() == date(2027, 1, 1)
    assert at.astimezone(zone).hour == 0
