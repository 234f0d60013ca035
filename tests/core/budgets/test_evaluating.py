"""Budgets held against what is spent: what channels are told, and how often."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.access.model import OPERATOR
from core.alerts.model import AlertState, Kind, Occasion, Roundup, Telling, Threshold
from core.alerts.raising import Raised
from core.budgets import service, store
from core.budgets.model import BudgetSubjectError, Cycle
from core.budgets.said import parse_budget
from core.budgets.tables import budgets
from core.period import Period
from core.projects.model import ProjectChange
from tests.support.evaluating import NOVEMBER, TERMS, Company, november


async def test_a_crossing_is_told_once(company: Company) -> None:
    await company.sync(november(8))
    await company.budgets.add(TERMS, by=OPERATOR)
    assert await company.sent() == []
    company.spend("acc-1", {november(9): 800})
    await company.evaluate(november(10))
    post, mail = await company.sent()
    assert post.said == ("fin@x.example", "post", "crossed")
    assert mail.said == ("C-shop", "post", "crossed")
    assert await company.evaluation.evaluate() == Raised(1, 0, 0)
    assert await company.sent() == []


async def test_the_thread_shows_how_things_stand_and_further_thresholds_reply(
    company: Company,
) -> None:
    await company.sync(november(8))
    await company.budgets.add(TERMS, by=OPERATOR)
    company.spend("acc-1", {november(9): 800})
    await company.evaluate(november(10))
    await company.sent()
    company.spend("acc-1", {november(10): 200})
    await company.evaluate(november(11))
    said = {each.said: each for each in await company.sent()}
    assert said.keys() == {
        ("fin@x.example", "reply", "crossed"),
        ("C-shop", "update", "state"),
        ("C-shop", "reply", "crossed"),
    }
    reply = said["C-shop", "reply", "crossed"].value
    assert isinstance(reply, Telling)
    assert reply.crossed == (Threshold(Kind.ACTUAL, 100), Threshold(Kind.FORECAST, 100))
    assert reply.alert.figures.used == Decimal(1080)
    assert reply.alert.why is not None
    assert reply.alert.why.then.end <= NOVEMBER


async def test_of_several_crossed_at_once_the_most_severe_is_told(company: Company) -> None:
    await company.sync(november(8))
    await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    company.spend("acc-1", {november(9): 1300})
    await company.evaluate(november(10))
    (post,) = await company.sent()
    assert isinstance(post.value, Telling)
    assert [each.percent for each in post.value.crossed if each.kind is Kind.ACTUAL] == [
        120,
        100,
        80,
    ]


async def test_a_new_budget_has_one_summary_and_no_second_message_the_next_day(
    company: Company,
) -> None:
    company.spend("acc-1", {november(9): 850})
    await company.sync(november(10))
    await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    (post,) = await company.sent()
    assert post.said == ("C-shop", "post", "set")
    assert isinstance(post.value, Telling)
    assert post.value.by == "operator"
    await company.evaluate(november(11))
    assert {each.said for each in await company.sent()} == {("C-shop", "update", "state")}


async def test_changing_the_amount_is_told_at_once_with_what_it_was(company: Company) -> None:
    await company.sync(november(20))
    terms = replace(TERMS, emails=(), amount=Decimal(5000))
    budget = await company.budgets.add(terms, by=OPERATOR)
    assert await company.sent() == []
    await company.budgets.change(budget.id, replace(terms, amount=Decimal(150)), by=OPERATOR)
    (post,) = await company.sent()
    assert isinstance(post.value, Telling)
    assert (post.value.occasion, post.value.before) == (Occasion.SET, Decimal(5000))
    await company.budgets.change(budget.id, replace(terms, amount=Decimal(3000)), by=OPERATOR)
    (update,) = await company.sent()
    assert isinstance(update.value, Telling)
    assert update.value.alert.state is AlertState.BACK
    await company.budgets.change(budget.id, replace(terms, amount=Decimal(150)), by=OPERATOR)
    assert {each.said[1:] for each in await company.sent()} == {
        ("update", "state"),
        ("reply", "set"),
    }


async def test_changing_who_is_told_raises_nothing_anew(company: Company) -> None:
    company.spend("acc-1", {november(9): 850})
    await company.sync(november(10))
    budget = await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    await company.sent()
    other = replace(TERMS, emails=(), channels=("C-shop", "C-more"), owner="U-ada")
    await company.budgets.change(budget.id, other, by=OPERATOR)
    assert {each.said for each in await company.sent()} == {("C-shop", "update", "state")}


async def test_a_project_that_is_renamed_is_no_news(company: Company) -> None:
    """What hovers around a threshold goes on being one crossing."""
    company.spend("acc-1", {november(9): 730})
    await company.sync(november(10))
    await company.budgets.add(replace(TERMS, emails=(), forecast_thresholds=()), by=OPERATOR)
    await company.sent()
    company.spend("acc-1", {november(9): 715})
    await company.evaluate(november(10))
    await company.projects.rename("shop", "store", by=OPERATOR)
    await company.evaluation.evaluate()
    company.spend("acc-1", {november(9): 730})
    await company.sync(november(10))
    await company.projects.rename("shop", "store", by=OPERATOR)
    await company.evaluation.evaluate()
    told = [each for each in await company.sent() if isinstance(each.value, Telling)]
    assert {each.said[1:] for each in told} == {("update", "state")}
    assert told[-1].value.alert.subject.subject == "store"  # type: ignore[union-attr]


async def test_a_channel_that_is_told_no_more_hears_so_and_nothing_else(company: Company) -> None:
    company.spend("acc-1", {november(9): 850})
    await company.sync(november(10))
    budget = await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    await company.sent()
    await company.budgets.change(
        budget.id, replace(TERMS, emails=(), channels=("C-new",)), by=OPERATOR
    )
    assert [each.said for each in await company.sent()] == [("C-shop", "update", "left")]
    company.spend("acc-1", {november(10): 200})
    await company.evaluate(november(11))
    assert [each.said for each in await company.sent()] == [("C-new", "post", "crossed")]
    await company.budgets.change(budget.id, replace(TERMS, emails=()), by=OPERATOR)
    company.spend("acc-1", {november(11): 300})
    await company.evaluate(november(12))
    said = [each.said for each in await company.sent()]
    assert said == [("C-new", "update", "left"), ("C-shop", "post", "crossed")]


async def test_the_record_of_a_month_stays_where_it_was_told(company: Company) -> None:
    company.spend("acc-1", {november(9): 1850})
    await company.sync(november(10))
    budget = await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    await company.evaluate(date(2026, 12, 2), complete=november(29))
    await company.sent()
    await company.budgets.change(
        budget.id, replace(TERMS, emails=(), channels=("C-new",)), by=OPERATOR
    )
    await company.evaluate(date(2026, 12, 4))
    (update,) = await company.sent()
    assert (update.to, update.value.alert.state) == ("C-shop", AlertState.CLOSED)  # type: ignore[union-attr]


async def test_a_budget_without_an_amount_for_its_days_says_so(company: Company) -> None:
    """Till it has one again: what was told of it is no news then."""
    company.spend("acc-1", {november(9): 850})
    await company.sync(november(10))
    terms = replace(TERMS, emails=(), amount=None, months={NOVEMBER: Decimal(1000)})
    budget = await company.budgets.add(terms, by=OPERATOR)
    await company.sent()
    later = replace(terms, months={date(2026, 12, 1): Decimal(1000)})
    await company.budgets.change(budget.id, later, by=OPERATOR)
    (update,) = await company.sent()
    assert isinstance(update.value, Telling)
    assert (update.said[1:], update.value.alert.state) == (
        ("update", "state"),
        AlertState.WITHDRAWN,
    )
    assert await company.evaluation.evaluate() == Raised()
    await company.budgets.change(budget.id, terms, by=OPERATOR)
    (update,) = await company.sent()
    assert isinstance(update.value, Telling)
    assert update.value.alert.state is AlertState.RAISED


@pytest.mark.parametrize("end", [16, 27])
async def test_a_period_that_a_budget_has_no_more_is_not_watched(
    company: Company, end: int
) -> None:
    """Its dates are others now: of those it had nobody is reminded."""
    company.spend("acc-1", {november(9): 1850})
    await company.sync(november(10))
    days = Period(november(5), november(end))
    terms = replace(TERMS, emails=(), cycle=Cycle.CUSTOM, dates=days)
    budget = await company.budgets.add(terms, by=OPERATOR)
    await company.sent()
    other = replace(terms, dates=Period(november(8), november(28)))
    await company.budgets.change(budget.id, other, by=OPERATOR)
    states = [each.state for each in await company.alerts.listed(OPERATOR)]
    assert states == [AlertState.RAISED, AlertState.WITHDRAWN]


async def test_what_a_budget_says_in_december_bears_on_nothing_of_november(
    company: Company,
) -> None:
    """Neither another threshold nor another subject: its record stands as it was."""
    await company.sync(november(20))
    budget = await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    company.spend("acc-1", {november(25): 600})
    company.spend("acc-2", {november(25): 3000})
    await company.evaluate(date(2026, 12, 4))
    assert [each.state for each in await company.alerts.listed(OPERATOR)] == [AlertState.CLOSED]
    await company.sent()
    lower = replace(TERMS, emails=(), thresholds=(10, 50), amount=Decimal(2000))
    await company.budgets.change(budget.id, lower, by=OPERATOR)
    assert await company.sent() == []
    await company.budgets.change(budget.id, replace(lower, subject="blog"), by=OPERATOR)
    await company.evaluate(date(2026, 12, 5))
    assert [each.value.alert.subject for each in await company.sent()] == []  # type: ignore[union-attr]


async def test_a_teams_month_is_held_against_what_its_projects_had_then(company: Company) -> None:
    await company.sync(november(20))
    project = await company.budgets.add(replace(TERMS, emails=(), channels=()), by=OPERATOR)
    team = replace(TERMS, subject="team=retail", amount=None, emails=())
    number = (await company.budgets.add(team, by=OPERATOR)).id
    await company.evaluate(date(2026, 12, 4))
    december = replace(TERMS, emails=(), channels=(), amount=Decimal(300))
    await company.budgets.change(project.id, december, by=OPERATOR)
    assert await company.sent() == []
    assert (await company.budgets.status(number, OPERATOR, on=NOVEMBER)).amount == 1000
    (told,) = await company.budgets.statuses(
        OPERATOR, on=NOVEMBER, only=lambda each: each.id == number
    )
    assert told.amount == 1000
    blog = replace(december, subject="blog", amount=Decimal(50))
    await company.budgets.add(blog, by=OPERATOR)
    assert (await company.budgets.status(number, OPERATOR, on=NOVEMBER)).amount == 1000
    assert (await company.budgets.status(number, OPERATOR)).amount == 350


async def test_a_team_follows_its_projects_budgets_at_once(company: Company) -> None:
    await company.sync(november(20))
    project = await company.budgets.add(replace(TERMS, emails=(), channels=()), by=OPERATOR)
    await company.budgets.add(replace(TERMS, subject="team=retail", amount=None), by=OPERATOR)
    await company.sent()
    lower = replace(TERMS, emails=(), channels=(), amount=Decimal(300))
    await company.budgets.change(project.id, lower, by=OPERATOR)
    assert {each.said for each in await company.sent()} == {
        ("fin@x.example", "post", "set"),
        ("C-shop", "post", "set"),
    }


async def test_a_budget_set_after_a_sync_hides_no_other_that_is_behind(company: Company) -> None:
    await company.sync(november(8))
    await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    await company.evaluation.evaluate()
    assert not await company.evaluation.is_behind()
    await company.sync(november(10))
    gone = await company.budgets.add(replace(TERMS, subject="blog"), by=OPERATOR)
    assert await company.evaluation.is_behind()
    await company.evaluation.evaluate()
    assert not await company.evaluation.is_behind()
    await company.budgets.remove(gone.id, by=OPERATOR)
    await company.sync(november(11))
    await company.evaluation.evaluate()
    assert not await company.evaluation.is_behind()


async def test_forecasts_of_periods_that_are_over_are_forgotten(company: Company) -> None:
    await company.sync(november(20))
    await company.budgets.add(TERMS, by=OPERATOR)
    await company.evaluation.foresee()
    assert await company.evaluation.forget(november(18)) == 0
    assert await company.evaluation.forget(november(20)) == 1


async def test_a_backfill_that_brings_many_over_is_one_message_for_the_channel(
    company: Company,
) -> None:
    await company.sync(november(20))
    for subject in ("shop", "blog"):
        await company.budgets.add(replace(TERMS, subject=subject, emails=()), by=OPERATOR)
    await company.evaluation.evaluate()
    assert await company.sent() == []
    company.spend("acc-1", {november(3): 1100})
    company.spend("acc-2", {november(4): 900})
    await company.evaluate(november(20))
    (one,) = await company.sent()
    assert one.said == ("C-shop", "post", "late")
    assert isinstance(one.value, Roundup)
    assert [each.alert.subject.subject for each in one.value.tellings] == ["shop", "blog"]
    company.spend("acc-2", {november(20): 400})
    await company.evaluate(november(21))
    assert [each.said for each in await company.sent()] == [("C-shop", "post", "crossed")]


async def test_what_comes_late_of_a_month_that_is_over_is_told_quietly(company: Company) -> None:
    await company.sync(november(20))
    await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    company.spend("acc-1", {november(29): 900})
    await company.evaluate(date(2026, 12, 2), complete=november(28))
    assert [each.said for each in await company.sent()] == [("C-shop", "post", "record")]
    await company.evaluate(date(2026, 12, 4))
    (update,) = await company.sent()
    assert isinstance(update.value, Telling)
    assert update.value.alert.state is AlertState.CLOSED


async def test_what_is_over_can_be_looked_at_apart(company: Company) -> None:
    """Neither step withdraws what is the other's, or forgets what that one knew."""
    await company.sync(november(20))
    await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    company.spend("acc-1", {november(29): 900, date(2026, 12, 9): 1100})
    await company.sync(date(2026, 12, 10), complete=november(28))
    await company.evaluation.evaluate(over=False)
    assert [each.said for each in await company.sent()] == [("C-shop", "post", "crossed")]
    assert not await company.evaluation.is_behind()
    await company.evaluation.evaluate(over=True)
    assert [each.said for each in await company.sent()] == [("C-shop", "post", "record")]
    for over in (False, True, None):
        await company.evaluation.evaluate(over=over)
    assert await company.sent() == []
    states = [each.state for each in await company.alerts.listed(OPERATOR)]
    assert states == [AlertState.RAISED, AlertState.RAISED]


async def test_a_removed_budget_says_so_and_raises_nothing(company: Company) -> None:
    company.spend("acc-1", {november(9): 850})
    await company.sync(november(10))
    budget = await company.budgets.add(replace(TERMS, emails=()), by=OPERATOR)
    await company.sent()
    await company.budgets.remove(budget.id, by=OPERATOR)
    (update,) = await company.sent()
    assert isinstance(update.value, Telling)
    assert update.value.alert.state is AlertState.REMOVED
    company.spend("acc-1", {november(10): 850})
    await company.evaluate(november(11))
    assert await company.sent() == []


async def test_evaluations_go_by_the_forecasts_that_are_kept(company: Company) -> None:
    await company.sync(november(20))
    budget = await company.budgets.add(replace(TERMS, amount=Decimal(340)), by=OPERATOR)
    assert await company.evaluation.foresee() == 0  # made as it was evaluated
    company.spend("acc-1", {november(19): 20})
    await company.evaluate(november(21))
    assert await company.evaluation.foresee() == 1
    (told,) = await company.budgets.statuses(OPERATOR)
    alone = await company.budgets.status(budget.id, OPERATOR)
    assert told.expected == alone.expected


async def imported(company: Company, *subjects: str, month: date = NOVEMBER) -> None:
    """Plans of a month, of what tells the shop's channel: too many to be evaluated at once."""
    today, names = company.costs.today(), await company.costs.vocabulary(OPERATOR)
    for slug in ("shop", "blog"):
        await company.projects.change(slug, ProjectChange(channel="C-shop"), by=OPERATOR)
    plans = [
        (parse_budget(each, today=today, names=names), {month: Decimal(1000)}) for each in subjects
    ]
    await company.budgets.import_plans(plans, by=OPERATOR, currency="USD")


async def test_a_large_import_is_evaluated_next_and_has_one_summary(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_AT_ONCE", 1)
    for account in ("acc-1", "acc-2"):
        company.spend(account, {november(9): 1200})
    await company.sync(november(10))
    await imported(company, "shop", "blog")
    assert await company.sent() == []
    assert await company.evaluation.is_behind()
    await company.evaluation.evaluate(over=False)
    assert [each.said for each in await company.sent()] == [("C-shop", "post", "set")]
    assert not await company.evaluation.is_behind()
    await company.evaluate(november(11))
    assert await company.sent() == []


async def test_one_that_is_set_while_all_are_looked_at_is_behind_still(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An evaluation under way doesn't take a change for seen that it didn't see."""
    monkeypatch.setattr(service, "MOST_AT_ONCE", 0)
    company.spend("acc-1", {november(9): 850})
    await company.sync(november(10))
    await imported(company, "shop")
    every = await company.budgets._catalogue.everything()
    before = await company.evaluation._look(every, every.budgets)
    (budget,) = every.budgets
    lower = replace(budget.terms, thresholds=(50,))
    company.clock.advance(minutes=1)
    await company.budgets.change(budget.id, lower, by=OPERATOR)
    await company.evaluation._tell(before)
    assert await company.evaluation.is_behind()
    await company.sent()
    await company.evaluation.evaluate()
    assert not await company.evaluation.is_behind()
    assert {each.said[1:] for each in await company.sent()} == {
        ("update", "state"),
        ("reply", "set"),
    }


@pytest.mark.parametrize("what", ["another month", "dates to come", "a name that is no more"])
async def test_what_there_is_nothing_to_look_at_of_is_not_behind(
    company: Company, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Or all budgets would be evaluated again every few minutes."""
    monkeypatch.setattr(service, "MOST_AT_ONCE", 0)
    await company.sync(november(10))
    if what == "another month":
        await imported(company, "shop", month=date(2026, 12, 1))
    elif what == "dates to come":
        days = Period(november(15), november(20))
        terms = replace(TERMS, cycle=Cycle.CUSTOM, dates=days)
        await company.budgets.add(terms, by=OPERATOR)
    else:
        await company.budgets.add(TERMS, by=OPERATOR)
        async with company.database.begin() as tx:
            await tx.execute(budgets.update().values(subject="nobody-knows"))
    assert not await company.evaluation.is_behind()


async def test_a_budget_of_what_cannot_be_asked_does_not_hold_back_the_others(
    company: Company,
) -> None:
    """Its project is merged away, its label gone; resources are kept for too few days."""
    await company.sync(november(8))
    with pytest.raises(BudgetSubjectError, match="kept for 35 days"):
        await company.budgets.add(replace(TERMS, subject="shop resource=disk-1"), by=OPERATOR)
    await company.budgets.add(TERMS, by=OPERATOR)
    for subject in ("shop resource=disk-1", "project=gone", "label:tier=gold"):
        async with company.database.begin() as tx:
            await store.add(tx, [replace(TERMS, subject=subject)], "U-ada", company.clock())
    company.spend("acc-1", {november(9): 800})
    assert await company.evaluate(november(10)) == Raised(1, 1, 0)
    assert [each.said for each in await company.sent()] == [
        ("fin@x.example", "post", "crossed"),
        ("C-shop", "post", "crossed"),
    ]
    assert await company.evaluation.foresee() == 1
    assert not await company.evaluation.is_behind()
