"""Budgets held against what is spent: what channels are told, and how often."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.access.model import OPERATOR
from core.alerts.model import AlertState, Kind, Occasion, Roundup, Telling, Threshold
from core.alerts.raising import Raised
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
    assert await company.evaluation.foresee() == 1
    assert await company.evaluation.foresee() == 0
    company.spend("acc-1", {november(19): 20})
    await company.evaluate(november(21))
    assert await company.evaluation.foresee() == 1
    (told,) = await company.budgets.statuses(OPERATOR)
    alone = await company.budgets.status(budget.id, OPERATOR)
    assert told.expected == alone.expected
