"""The form that changes a project."""

import asyncio
from datetime import timedelta

import pytest
import structlog

from bot.slack import forms
from bot.slack.asked import Asked
from core.access.model import OPERATOR
from core.errors import ConflictError
from core.projects.model import NewProject
from core.projects.service import ProjectService
from tests.bot.slack.acting import ask, held_back, sees
from tests.bot.slack.reading import Json, buttons
from tests.support.product import Product
from tests.support.slack import ADA, BEN, FINANCE

SLACK_WAITS_SECONDS = 3
PATIENCE_SECONDS = forms._PATIENCE_SECONDS


async def form(product: Product, *, user: str = ADA, place: Json | None = None) -> Json:
    """Press Change, and wait for what the form becomes."""
    card = place or await ask(product, "project checkout")
    outcome = await product.slack.click(card, buttons(card)["Change"], user=user)
    assert outcome["ok"]
    return await opened(product, user)


async def opened(product: Product, user: str = ADA, *, but: str = "Loading") -> Json:
    """The form that somebody has open, once it isn't loading."""

    async def look() -> Json | None:
        views = await product.slack.views(user)
        return views[-1] if views and but not in str(views[-1]["blocks"]) else None

    return await product.slack.until(look)


async def test_an_administrator_changes_a_project(product: Product) -> None:
    view = await form(product)
    outcome = await product.slack.submit(
        view,
        {"name": "Shop", "owner": BEN, "team": "web", "cost_center": "42", "channel": FINANCE},
    )
    assert outcome["ok"], outcome
    assert await product.slack.views() == []
    found = await product.services.projects.get("checkout", OPERATOR)
    assert (found.name, found.owner, found.team) == ("Shop", BEN, "web")
    assert (found.cost_center, found.channel) == ("42", FINANCE)


async def test_what_is_there_is_filled_in_and_can_be_emptied(product: Product) -> None:
    view = await form(product)
    await product.slack.submit(view, {"name": "checkout", "team": "web"})
    view = await form(product)
    assert "'initial_value': 'web'" in str(view)
    await product.slack.submit(view, {"name": "checkout", "team": ""})
    assert (await product.services.projects.get("checkout", OPERATOR)).team is None


async def test_the_form_opens_before_the_project_is_read(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await ask(product, "project checkout")
    read = held_back(monkeypatch, ProjectService, "get")
    await product.slack.click(card, buttons(card)["Change"])

    async def loading() -> bool:
        return "Loading" in str(await product.slack.views())

    assert await product.slack.until(loading)
    read.set()
    assert "slug" in str((await opened(product))["blocks"])


@pytest.mark.parametrize(
    ("slug", "told"),
    [("Not A Slug", "not-a-slug"), ("search", "exists"), ("forecast", "forecast-project")],
)
async def test_what_is_wrong_is_said_at_its_field(product: Product, slug: str, told: str) -> None:
    view = await form(product)
    outcome = await product.slack.submit(view, {"name": "New", "slug": slug})
    assert set(outcome["errors"]) == {"slug"}
    assert told in outcome["errors"]["slug"]
    assert (await product.services.projects.get("checkout", OPERATOR)).name == "Checkout"


async def test_submitted_twice_it_is_changed_once(product: Product) -> None:
    view = await form(product)
    first, second = await asyncio.gather(
        *(product.slack.submit(view, {"name": "Shop", "slug": "shop"}) for _ in range(2))
    )
    assert first["ok"] or second["ok"]
    found = await product.services.projects.get("checkout", OPERATOR)
    assert (found.slug, found.name) == ("shop", "Shop")


async def test_a_viewer_who_tries_is_told_what_it_needs(product: Product) -> None:
    assert "Change" not in buttons(await ask(product, "project checkout", user=BEN))
    await product.slack.say("@cloud-cost project checkout", channel=FINANCE)
    card = await sees(product, "acme-checkout", user=BEN, channel=FINANCE)
    view = await form(product, user=BEN, place=card)
    assert "needs the role admin" in str(view["blocks"])
    assert not view.get("submit")


async def test_a_role_lost_meanwhile_is_lost(product: Product) -> None:
    view = await form(product)
    product.services.access._admins = frozenset()
    outcome = await product.slack.submit(view, {"name": "Shop"})
    assert "needs the role admin" in outcome["errors"]["name"]


async def test_saving_that_takes_long_is_acknowledged_in_time(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await form(product)
    assert PATIENCE_SECONDS < SLACK_WAITS_SECONDS
    monkeypatch.setattr(forms, "_PATIENCE_SECONDS", 0.1)
    saved = held_back(monkeypatch, ProjectService, "change")
    assert (await product.slack.submit(view, {"name": "Shop"}))["ok"]
    assert "Saving" in str(await product.slack.views())
    saved.set()
    assert "Saved." in str(await opened(product, but="Saving"))
    assert (await product.services.projects.get("checkout", OPERATOR)).name == "Shop"


async def test_a_crash_while_saving_is_owned_up_to(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    view = await form(product)
    monkeypatch.setattr(ProjectService, "change", crash)
    with structlog.testing.capture_logs() as logs:
        outcome = await product.slack.submit(view, {"name": "Shop"})
    assert logs[0]["reference"] in outcome["errors"]["name"]


async def test_a_crash_while_a_form_loads_is_told_in_its_place(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    card = await ask(product, "project checkout")
    monkeypatch.setattr(ProjectService, "get", crash)
    with structlog.testing.capture_logs() as logs:
        await product.slack.click(card, buttons(card)["Change"])
        told = str(await opened(product))
    assert logs[0]["reference"] in told


async def test_a_button_whose_value_is_long_is_known_again(product: Product) -> None:
    """Its key is in an index, where 2,000 characters of three bytes have no room."""
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))
    asked = Asked("T0SANDBOX", ADA, text=letters, message="1.0", action="cost.share")
    once = [await product.services.jobs.once("a.test", asked.pressed) for _ in range(2)]
    assert once == [True, False]
    assert await product.services.jobs.once("a.test", asked.saying(letters[1:]).pressed)


async def test_what_a_form_is_told_has_no_markup(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ConflictError("R&D is <there>.", fix="Ask R&D.", suggestions=["r-d"])

    view = await form(product)
    monkeypatch.setattr(ProjectService, "change", refuse)
    outcome = await product.slack.submit(view, {"name": "Shop"})
    assert outcome["errors"] == {"name": "R&D is <there>. Ask R&D. Did you mean r-d?"}


async def test_a_form_closed_while_it_loads_is_not_missed(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await ask(product, "project checkout")
    read = held_back(monkeypatch, ProjectService, "get")
    with structlog.testing.capture_logs() as logs:
        await product.slack.click(card, buttons(card)["Change"])
        view = (await product.slack.until(product.slack.views))[0]
        await product.slack.close(view)
        read.set()
        await product.app._desk.background.drain()
    assert logs == []


@pytest.mark.parametrize(("lasting", "forms_opened"), [(timedelta(days=1), 1), (timedelta(0), 2)])
async def test_a_double_click_opens_one_form_and_a_later_click_another(
    product: Product, monkeypatch: pytest.MonkeyPatch, lasting: timedelta, forms_opened: int
) -> None:
    monkeypatch.setattr(forms, "_DOUBLE_CLICK", lasting)
    card = await ask(product, "project checkout")
    seen = set()
    for _ in range(2):
        await product.slack.click(card, buttons(card)["Change"])
        await product.app._desk.background.drain()
        seen |= {view["id"] for view in await product.slack.views()}
    assert len(seen) == forms_opened


async def test_a_click_that_arrives_too_late_is_told_so(product: Product) -> None:
    card = await ask(product, "project checkout")
    await product.slack.fail("views.open", "expired_trigger_id")
    await product.slack.click(card, buttons(card)["Change"])
    assert await sees(product, "within three seconds")


async def test_a_project_with_long_words_can_be_opened(product: Product) -> None:
    new = NewProject("long", "n" * 200, team="t" * 300, cost_center="c" * 300)
    await product.services.projects.create(new, by=OPERATOR)
    card = await ask(product, "project long")
    assert "t" * 300 in str(await form(product, place=card))
