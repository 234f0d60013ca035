"""Budgets in Slack: shown with their chart, listed, set in words and by a form."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.slack import budget_form
from core.access.model import OPERATOR, Member, Role
from core.budgets.model import Budget, Cycle, Terms
from core.period import Period
from core.projects.model import ProjectChange
from sandbox.slack.blocks import message_problems, view_problems
from tests.bot.slack.acting import ask
from tests.bot.slack.reading import Json, buttons, words
from tests.support.product import Product
from tests.support.slack import ADA, BEN, CHECKOUT, FINANCE


@pytest.fixture
async def budget(product: Product) -> Budget:
    """Checkout's: 5000 a month, of which 4215.75 are spent by the 22nd; it is Ada's project."""
    change = ProjectChange(owner=ADA)
    await product.services.projects.change("checkout", change, by=OPERATOR)
    terms = Terms("checkout", "USD", amount=Decimal(5000))
    return await product.services.budgets.add(terms, by=OPERATOR)


@pytest.mark.usefixtures("budget")
async def test_a_budget_is_shown(product: Product) -> None:
    """What is used, what is expected, when it will not do; what can be done."""
    answer = await ask(product, "budget checkout")
    assert message_problems(answer["blocks"]) == []
    assert answer["text"] == (
        "*checkout* has used $4,215.75 of $5,000.00 (84.3%) in November 2026 "
        "and is expected to reach $6,022: over budget from 25 Nov on."
    )
    told = words(answer)
    for text in ("Left", "$784.25", "Expected at the end", "`budget checkout`"):
        assert text in told
    assert {"Change", "CSV"} <= set(buttons(answer))


@pytest.mark.usefixtures("budget")
async def test_in_the_channel_of_several_projects_theirs_are_shown(product: Product) -> None:
    change = ProjectChange(channel=CHECKOUT)
    for slug in ("checkout", "search"):
        await product.services.projects.change(slug, change, by=OPERATOR)
    await product.services.budgets.add(Terms("all", "USD", amount=Decimal(90000)), by=OPERATOR)
    answer = await ask(product, "budget")
    assert answer["text"] == "1 budget: 1 heading over."
    assert "checkout" in words(answer)
    assert "There is no budget" in words(await ask(product, "budget checkout search"))


@pytest.mark.usefixtures("budget")
async def test_budgets_are_listed(product: Product) -> None:
    """Those that the asker may see, with their state."""
    everything = Terms("all", "USD", Cycle.YEARLY, Decimal(90000))
    await product.services.budgets.add(everything, by=OPERATOR)
    answer = await ask(product, "budgets")
    assert message_problems(answer["blocks"]) == []
    assert answer["text"] == "2 budgets: 1 heading over."
    told = words(answer)
    for text in ("checkout", "all projects", "heading over", "on plan", "$4,215.75"):
        assert text in told
    member = Member("T0SANDBOX", BEN, Role.VIEWER, frozenset({"search"}))
    await product.services.access.set_member(member, by=OPERATOR)
    theirs = await ask(product, "budgets", user=BEN)
    assert theirs["text"] == "There are no budgets that you may see yet."
    assert message_problems(theirs["blocks"]) == []


async def test_what_has_none_says_how_to_set_one(product: Product) -> None:
    """In words that work."""
    answer = await ask(product, "budget search")
    assert "Set one: /cost budget search 8000 monthly." in words(answer)
    assert message_problems(answer["blocks"]) == []


async def test_an_amount_is_set_in_words(product: Product, budget: Budget) -> None:
    """By the project's owner; one message says so and shows it."""
    answer = await ask(product, "budget checkout $8k monthly")
    assert answer["text"].startswith("Set: checkout, $8,000.00 a month. *checkout* has used")
    assert message_problems(answer["blocks"]) == []
    assert "of $8,000.00" in words(answer)
    assert "on plan" in words(answer)
    found = await product.services.budgets.get(budget.id, OPERATOR)
    assert found.terms.amount == 8000


async def test_others_may_not(product: Product, budget: Budget) -> None:
    """Who neither owns it nor is of finance is told who may."""
    answer = await ask(product, "budget checkout 9000", user=BEN)
    assert "is changed by the owner of checkout, finance and administrators." in words(answer)
    found = await product.services.budgets.get(budget.id, OPERATOR)
    assert found.terms.amount == 5000


async def form(product: Product, answer: Json, label: str) -> Json:
    """Press the button that opens the form, and wait for it."""
    assert (await product.slack.click(answer, buttons(answer)[label]))["ok"]

    async def look() -> Json | None:
        views = await product.slack.views(ADA)
        return views[-1] if views and "Loading" not in str(views[-1]["blocks"]) else None

    found: Json = await product.slack.until(look)
    return found


def test_the_form_is_one_that_slack_takes() -> None:
    """Of a new budget, and of one that has everything."""
    dates = Period(date(2026, 10, 1), date(2026, 12, 1))
    months = {date(2026, 11, 1): Decimal("1234.5")}
    full = Terms("x" * 900, "USD", Cycle.CUSTOM, Decimal(1), months, dates, owner="a@b.example")
    told = Terms("all", "USD", owner=ADA, channels=(CHECKOUT, FINANCE))
    for terms in (Terms("all", "USD"), full, told):
        assert view_problems(budget_form.view(terms, 7)) == []


FILLED: dict[str, Any] = {
    "subject": "checkout",
    "amount": "7k",
    "cycle": "monthly",
    "dates": "",
    "measure": "cost",
    "currency": "USD",
    "thresholds": "50, 100%",
    "forecast": "90",
    "owner": ADA,
    "channels": [CHECKOUT, FINANCE],
    "emails": "ada@example.com",
}


async def test_the_form_changes_it(product: Product, budget: Budget) -> None:
    """It has what the budget has; what is submitted is what it has from then on."""
    view = await form(product, await ask(product, "budget checkout"), "Change")
    assert "5000" in str(view["blocks"])
    await product.slack.submit(view, FILLED)
    found = (await product.services.budgets.get(budget.id, OPERATOR)).terms
    assert (found.amount, found.thresholds) == (Decimal(7000), (50, 100))
    assert (found.forecast_thresholds, found.emails) == ((90,), ("ada@example.com",))
    assert (found.owner, found.channels) == (ADA, (CHECKOUT, FINANCE))


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"subject": "nobody"}, budget_form.SUBJECT, "There is no project"),
        ({"amount": "much"}, budget_form.AMOUNT, "'much' is no amount"),
        ({"amount": "0"}, budget_form.AMOUNT, "always over"),
        ({"amount": ""}, budget_form.AMOUNT, "has no amount"),
        ({"cycle": "custom"}, budget_form.DATES, "needs its first and last day"),
        ({"cycle": "custom", "dates": "soon"}, budget_form.DATES, "soon"),
        ({"amount": "-5"}, budget_form.AMOUNT, "-5 can't be an amount."),
        ({"amount": "€7000"}, budget_form.AMOUNT, "'€7000' is in EUR, and the budget in USD."),
        ({"amount": "7000 EUR"}, budget_form.AMOUNT, "is in EUR, and the budget in USD."),
        ({"subject": "checkout last-7d"}, budget_form.SUBJECT, "has days of its own"),
        ({"subject": "checkout net"}, budget_form.SUBJECT, "says net, and the budget is of cost"),
        ({"dates": "2026-10-01..2026-12-31"}, budget_form.DATES, "has no dates of its own"),
        ({"currency": "???"}, budget_form.CURRENCY, "is no currency"),
        ({"currency": "XYZ"}, budget_form.CURRENCY, "'XYZ' is no currency"),
        ({"thresholds": "80, lots"}, budget_form.THRESHOLDS, "'lots' is no per cent"),
        ({"forecast": "soon"}, budget_form.FORECAST, "'soon' is no per cent"),
        ({"forecast": "0"}, budget_form.FORECAST, "0% can't be a threshold"),
        ({"emails": "ada"}, budget_form.EMAILS, "is no e-mail address"),
    ],
)
async def test_mistakes_are_told_at_their_fields(
    product: Product, budget: Budget, values: dict[str, Any], field: str, said: str
) -> None:
    """And nothing is changed."""
    view = await form(product, await ask(product, "budget checkout"), "Change")
    outcome = await product.slack.submit(view, FILLED | values)
    assert said in str(outcome["errors"][field]), outcome
    assert (await product.services.budgets.get(budget.id, OPERATOR)).terms == budget.terms


async def test_what_somebody_else_changed_meanwhile_stays(product: Product, budget: Budget) -> None:
    """Who had the form open before is told so; once it is opened anew, they may."""
    answer = await ask(product, "budget checkout")
    view = await form(product, answer, "Change")
    theirs = replace(budget.terms, amount=Decimal(9500), emails=("ben@example.com",))
    await product.services.budgets.change(budget.id, theirs, by=OPERATOR)
    outcome = await product.slack.submit(view, FILLED)
    said = outcome["errors"][budget_form.SUBJECT]
    assert "Somebody else has changed this budget since the form was opened." in str(said)
    assert (await product.services.budgets.get(budget.id, OPERATOR)).terms == theirs
    await product.slack.close(view)
    again = await form(product, await ask(product, "budget checkout"), "Change")
    assert (await product.slack.submit(again, FILLED))["ok"]
    assert (await product.services.budgets.get(budget.id, OPERATOR)).terms.amount == 7000


@pytest.mark.usefixtures("budget")
async def test_mistakes_are_quoted_as_they_were_typed(product: Product) -> None:
    """Forms show plain text: no markup is in it."""
    view = await form(product, await ask(product, "budget checkout"), "Change")
    outcome = await product.slack.submit(view, FILLED | {"subject": "r&d <x>"})
    assert "&amp;" not in str(outcome["errors"])
    assert "r&d" in str(outcome["errors"][budget_form.SUBJECT])


@pytest.mark.usefixtures("budget")
async def test_who_does_not_see_it_is_told_so(product: Product) -> None:
    """Not that there is no budget 7: the button is in a message that many read."""
    answer = await ask(product, "budget checkout", user=BEN)
    member = Member("T0SANDBOX", BEN, Role.VIEWER, frozenset({"search"}))
    await product.services.access.set_member(member, by=OPERATOR)
    await product.slack.click(answer, buttons(answer)["Change"], user=BEN)

    async def look() -> Json | None:
        views = await product.slack.views(BEN)
        return views[-1] if views and "Loading" not in str(views[-1]["blocks"]) else None

    told = str((await product.slack.until(look))["blocks"])
    assert "or you may not see all that it is of" in told


async def test_what_was_custom_becomes_monthly(product: Product, budget: Budget) -> None:
    """The days that the form still shows are given up with it."""
    dates = Period(date(2026, 10, 1), date(2027, 1, 1))
    custom = replace(budget.terms, cycle=Cycle.CUSTOM, dates=dates)
    await product.services.budgets.change(budget.id, custom, by=OPERATOR)
    view = await form(product, await ask(product, "budget checkout"), "Change")
    await product.slack.submit(view, FILLED | {"dates": str(dates)})
    found = (await product.services.budgets.get(budget.id, OPERATOR)).terms
    assert (found.cycle, found.dates) == (Cycle.MONTHLY, None)


async def test_who_sets_one_hears_that_nobody_is_told(product: Product) -> None:
    """Of what is of no one project; by the form too, unless it is given a channel there."""
    untold = "It has no channel or e-mail address: only who subscribed is told of its alerts."
    answer = await ask(product, "budget all 8000 monthly")
    assert untold in words(answer)
    filled = FILLED | {"subject": "all", "emails": ""}
    view = await form(product, answer, "Change")
    await product.slack.submit(view, filled | {"channels": []})
    (said,) = await product.slack.views(ADA)
    assert untold in str(said["blocks"])
    await product.slack.close(said)
    view = await form(product, await ask(product, "budget all"), "Change")
    await product.slack.submit(view, filled)
    (said,) = await product.slack.views(ADA)
    assert "Set: all projects, $7,000.00 a month." in str(said["blocks"])
    assert untold not in str(said["blocks"])
    assert untold not in words(await ask(product, "budget all"))


@pytest.mark.usefixtures("budget")
async def test_a_new_one_is_made_by_the_form(product: Product) -> None:
    """From the list of them."""
    view = await form(product, await ask(product, "budgets"), "Set a budget")
    await product.slack.submit(view, FILLED | {"cycle": "yearly", "owner": ""})
    found = await product.services.budgets.list(OPERATOR)
    assert [each.terms.cycle for each in found] == [Cycle.MONTHLY, Cycle.YEARLY]
    assert found[1].terms.owner == ADA


@pytest.mark.usefixtures("budget")
async def test_a_forecast_tells_of_the_budget(product: Product) -> None:
    """Of the same days; of others it says nothing."""
    answer = await ask(product, "forecast checkout")
    assert "The budget of $5,000.00 is expected to be exceeded on 25 Nov." in words(answer)
    assert "budget" not in words(await ask(product, "forecast checkout qtd"))
