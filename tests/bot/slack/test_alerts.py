"""Alerts in Slack: what people do about them, and what everybody sees of it."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from bot.notify import Notifier
from bot.render.blocks.alerts import ACKNOWLEDGE, DETAILS, SNOOZE
from core.access.model import OPERATOR, Member, Role
from core.alerts.model import Alert, AlertState
from core.budgets.model import Terms
from core.projects.model import ProjectChange
from sandbox.slack.blocks import message_problems
from tests.bot.slack.acting import ask, sees
from tests.bot.slack.reading import Json, buttons, words
from tests.support.alerts import delivering, raised
from tests.support.product import Product
from tests.support.slack import ADA, BEN, CHECKOUT, CHLOE

OVER = Terms("checkout", "USD", amount=Decimal(4000), owner=ADA, channels=(CHECKOUT,))


@pytest.fixture
async def worker(product: Product) -> AsyncIterator[Notifier]:
    """What delivers, once it is told to; checkout is Ben's project."""
    change = ProjectChange(owner=BEN)
    await product.services.projects.change("checkout", change, by=OPERATOR)
    async with delivering(product.services) as notifier:
        yield notifier


@pytest.fixture
async def alert(product: Product, worker: Notifier) -> Alert:
    """Checkout's, over 4000 by 215.75, in its channel; kept up to date."""
    found = await raised(product.services, OVER)
    await worker.start()
    return found


async def parent(product: Product, text: str = "checkout* is over budget") -> Json:
    """The message in the channel, once it says something."""
    return await sees(product, text, user=CHLOE)


async def told(product: Product, text: str, user: str) -> Json:
    """What somebody is told privately."""

    async def look() -> Json | None:
        seen = await product.slack.private(user, CHECKOUT)
        return next((m for m in seen if text in words(m)), None)

    found: Json = await product.slack.until(look)
    assert message_problems(found["blocks"]) == []
    return found


async def now(product: Product, alert: Alert) -> Alert:
    """The alert as it is kept."""
    return await product.services.alerts.get(alert.id, OPERATOR)


async def test_anybody_who_sees_it_acknowledges(product: Product, alert: Alert) -> None:
    """Everybody sees who, in the message itself."""
    message = await parent(product)
    assert message_problems(message["blocks"]) == []
    await product.slack.click(message, f"{ACKNOWLEDGE}.{alert.id}", user=CHLOE)
    changed = await parent(product, f"Acknowledged by <@{CHLOE}>")
    assert changed["ts"] == message["ts"]
    assert "Acknowledge" not in buttons(changed)
    assert (await now(product, alert)).state is AlertState.ACKNOWLEDGED
    assert await product.slack.private(CHLOE, CHECKOUT) == []


@pytest.mark.parametrize(
    ("how", "until"), [("day", "23 Nov 18:00 UTC"), ("month", "1 Dec 08:00 UTC")]
)
async def test_its_owner_snoozes(product: Product, alert: Alert, how: str, until: str) -> None:
    """Everybody sees who, and until when."""
    message = await parent(product)
    await product.slack.click(message, f"{SNOOZE}.{how}.{alert.id}", user=BEN)
    changed = await parent(product, f"Snoozed by <@{BEN}> until")
    assert until in words(changed)


async def test_others_are_told_who_may(product: Product, alert: Alert) -> None:
    """Privately; the alert stays as it is."""
    message = await parent(product)
    await product.slack.click(message, f"{SNOOZE}.day.{alert.id}", user=CHLOE)
    refused = await told(product, "Alerts are snoozed by the owners", CHLOE)
    assert "acknowledge it" in words(refused)
    assert (await now(product, alert)).state is AlertState.RAISED


async def test_who_comes_too_late_is_told_who_did_it(product: Product, worker: Notifier) -> None:
    """And can go on from there."""
    alert = await raised(product.services, OVER)
    await worker.drain()
    message, button = await parent(product), f"{ACKNOWLEDGE}.{alert.id}"
    await product.slack.click(message, button, user=CHLOE)

    async def acknowledged() -> bool:
        return (await now(product, alert)).acknowledged is not None

    await product.slack.until(acknowledged)
    await product.slack.click(message, button, user=BEN)
    late = await told(product, "It has changed since you saw it: acknowledged by", BEN)
    assert f"<@{CHLOE}>" in words(late)
    done = (await now(product, alert)).acknowledged
    assert done is not None
    assert done.by == CHLOE
    await product.slack.click(late, buttons(late)["Snooze 1 day"], user=BEN)
    await told(product, f"Snoozed by <@{BEN}> until", BEN)
    await worker.drain()
    await parent(product, f"Snoozed by <@{BEN}> until")


async def test_details_are_for_who_asks(product: Product, alert: Alert) -> None:
    """How far the budget is."""
    message = await parent(product)
    await product.slack.click(message, f"{DETAILS}.{alert.id}", user=CHLOE)
    shown = await told(product, "*checkout* has used $4,215.75 of $4,000.00", CHLOE)
    assert "`budget checkout`" in words(shown)


async def test_a_changed_budget_changes_the_message(product: Product, alert: Alert) -> None:
    """At once, in its place."""
    message = await parent(product)
    found = await product.services.budgets.get(alert.subject.budget, OPERATOR)
    await product.services.budgets.change(
        found.id, Terms("checkout", "USD", amount=Decimal(9000), channels=(CHECKOUT,)), by=OPERATOR
    )
    back = await parent(product, "is back under every threshold: $4,215.75 of $9,000.00")
    assert back["ts"] == message["ts"]


async def test_an_alert_is_found_behind_any_number_of_others(
    product: Product, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked about is looked for in all of them, not in the newest."""
    monkeypatch.setattr("bot.slack.alerts.shown.SHOWN", 1)
    for other in ("search", "all"):
        await raised(product.services, Terms(other, "USD", amount=Decimal(5)))
    asked = await ask(product, "alerts checkout")
    assert asked["text"].startswith("1 open alert of checkout, 1 over budget.")
    service, budget = product.services.alerts, alert.subject.budget
    assert [a.id for a in await service.listed(OPERATOR, budgets=[budget], limit=1)] == [alert.id]


async def test_open_alerts_are_listed(product: Product, alert: Alert) -> None:
    """Those that the asker may see; what is done about one shows in the list at once."""
    await raised(product.services, Terms("all", "USD", amount=Decimal(5000)))
    answer = await ask(product, "alerts")
    assert message_problems(answer["blocks"]) == []
    assert answer["text"].startswith("2 open alerts, 2 over budget.")
    only = await ask(product, "alerts checkout")
    assert only["text"].startswith("1 open alert of checkout, 1 over budget.")
    await product.slack.click(only, f"{ACKNOWLEDGE}.{alert.id}")
    changed = await told(product, f"Acknowledged by <@{ADA}>", ADA)
    assert changed["text"].startswith("1 open alert of checkout")
    none = await ask(product, "alerts search")
    assert none["text"].startswith("No alert is open of search")


async def test_nobody_lists_what_they_may_not_see(product: Product, alert: Alert) -> None:
    """Nor does anything about it."""
    message = await parent(product)
    member = Member("T0SANDBOX", CHLOE, Role.VIEWER, frozenset({"search"}))
    await product.services.access.set_member(member, by=OPERATOR)
    answer = await ask(product, "alerts", user=CHLOE)
    assert answer["text"].startswith("No alert is open: no budget that you may see")
    await product.slack.click(message, f"{ACKNOWLEDGE}.{alert.id}", user=CHLOE)
    await told(product, "you may not see all that its budget is of", CHLOE)
    assert (await now(product, alert)).state is AlertState.RAISED


async def test_a_word_that_is_none_is_told(product: Product) -> None:
    """As in every question."""
    assert "nobody" in words(await ask(product, "alerts nobody"))
