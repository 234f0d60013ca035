"""Menus that are longer than Slack takes: nothing of them is lost."""

from datetime import date

import pytest

from bot.slack import invoice_form, menus, plan_form
from bot.slack.modals import choice, menu
from core.access.model import OPERATOR, Member, Role
from core.projects.model import NewProject
from sandbox.slack.blocks import view_problems
from tests.bot.slack.acting import ask
from tests.bot.slack.reading import Json, buttons
from tests.support.product import Product
from tests.support.slack import ADA, BEN

MANY = [f"team-{n:03}" for n in range(150)]


@pytest.fixture
async def many(product: Product) -> Product:
    """A company of more projects than a menu has room for."""
    for slug in MANY[:101]:
        await product.services.projects.create(NewProject(slug), by=OPERATOR)
    return product


async def form(product: Product, user: str = ADA) -> Json:
    """The form to plan days, once it is filled."""
    answer = await ask(product, "anomalies all", user=user)
    await product.slack.click(answer, buttons(answer)["Plan days ahead"], user=user)

    async def look() -> Json | None:
        views = await product.slack.views(user)
        return views[-1] if views and "Loading" not in str(views[-1]["blocks"]) else None

    return await product.slack.until(look)


async def found(product: Product, view: Json, typed: str, user: str = ADA) -> list[str]:
    """What the menu offers for what is typed."""
    outcome = await product.slack.options(view, plan_form.PROJECTS, typed, user=user)
    assert outcome["ok"], outcome
    return [each["value"] for each in outcome["options"]]


async def test_a_project_is_found_by_what_is_typed(many: Product) -> None:
    view = await form(many)
    assert len(await found(many, view, "")) == 100
    assert await found(many, view, "TEAM 09") == [f"team-09{n}" for n in range(10)]
    assert await found(many, view, "100") == ["team-100"]
    assert await found(many, view, "nothing like it") == []


async def test_what_was_found_is_chosen(many: Product) -> None:
    values = {"project": "team-100", "first": "2026-12-01", "last": "2026-12-05", "amount": "5"}
    outcome = await many.slack.submit(await form(many), values)
    assert outcome["ok"], outcome
    (event,) = await many.services.anomalies.events(OPERATOR)
    assert event.project == "team-100"


async def test_only_what_somebody_may_see_is_found(many: Product) -> None:
    view = await form(many, BEN)
    member = Member("T0SANDBOX", BEN, Role.VIEWER, frozenset({"team-007"}))
    await many.services.access.set_member(member, by=OPERATOR)
    assert await found(many, view, "", BEN) == ["team-007"]


async def test_what_takes_longer_than_slack_waits_is_nothing(
    many: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await form(many)
    monkeypatch.setattr(menus, "_PATIENCE_SECONDS", 0)
    assert await found(many, view, "team") == []


def test_a_form_takes_any_number_of_options() -> None:
    months = [date(2010 + n // 12, n % 12 + 1, 1) for n in range(150)]
    accounts = [("gcp", f"0123AB-{n:06}-89EF01") for n in range(150)]
    view = invoice_form.new("2022-06", accounts=accounts, months=months, currencies=["USD"])
    assert view_problems(view) == []
    assert "June 2022" in str(view)
    assert view_problems(plan_form.view(MANY, chosen="team-120", today=date(2026, 11, 22))) == []


def test_few_options_are_shown_at_once() -> None:
    few = {each: each for each in MANY[:100]}
    assert menu(few, "menu.projects", "team-003") == choice(few, "team-003")
    assert "initial_option" not in menu(few, "menu.projects")


def test_what_begins_so_comes_first() -> None:
    options = {each: each for each in ("my-search", "search", "research", "Search Ads")}
    chosen = [value for value, _ in menus.matching(options, " search")]
    assert chosen == ["search", "Search Ads", "my-search", "research"]
