"""A sync brings a breach: the alert is in the channel, and is dealt with from there."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from playwright.async_api import Browser, expect

from bot.scheduler import Scheduler
from core.access.model import OPERATOR
from core.alerts.model import AlertState
from core.budgets.model import Terms
from core.ingest.model import SyncReport
from core.projects.model import ProjectChange
from tests.e2e.test_walk import drawn
from tests.sandbox.slack.test_page import pytestmark as needs_chromium
from tests.support.alerts import delivering
from tests.support.charges import Writer, charge
from tests.support.product import Product, StillIngest
from tests.support.slack import ADA, CHECKOUT

pytestmark = needs_chromium


class DearIngest(StillIngest):
    """Syncs bring a day on which checkout cost 2500 more."""

    async def sync(self, source: str | None = None, **_: object) -> tuple[SyncReport, ...]:
        dear = charge("2026-11-21", "2500", account_id="acme-checkout", service="Cloud SQL")
        await Writer(self._database).write("dear", [dear])
        return await super().sync(source)


async def synced(product: Product) -> None:
    """Do what is due, the day's sync first, as the scheduler does."""
    services: Any = product.services
    ingest = DearIngest(
        services.database, services.projects, services.clock, services.ingest.sources
    )
    scheduler = Scheduler(replace(services, ingest=ingest))
    for _ in range(2):
        # What follows a sync is due once that is done.
        await scheduler.look()
        await scheduler.idle()
    await scheduler.close()


async def test_a_breach_from_the_sync_to_a_higher_budget(
    product: Product, browser: Browser
) -> None:
    services = product.services
    await services.projects.change("checkout", ProjectChange(owner=ADA), by=OPERATOR)
    terms = Terms("checkout", "USD", amount=Decimal(6500), owner=ADA, channels=(CHECKOUT,))
    budget = await services.budgets.add(terms, by=OPERATOR)
    assert await services.alerts.listed(OPERATOR) == ()
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{product.slack.url}/#/{CHECKOUT}")
    async with delivering(services) as notifier:
        await notifier.start()
        await synced(product)

        alert = page.locator("article[data-bot]")
        await expect(alert).to_contain_text(
            "checkout is over budget: $6,715.75 of $6,500.00 (103.3%) spent in November 2026."
        )
        await expect(alert).to_contain_text("Why: Cloud SQL N2 core +$2,500 (new)")
        await expect(alert).to_contain_text("@Ada Moreno")
        picture = alert.locator("[data-block-type=image] img")
        await expect(picture).to_have_attribute("alt", re.compile("6,715.75"))
        await product.slack.until(lambda: drawn(picture))

        await alert.get_by_role("button", name="Acknowledge").click()
        await expect(alert).to_contain_text("Acknowledged by @Ada Moreno")
        await expect(alert.get_by_role("button", name="Acknowledge")).to_have_count(0)

        await alert.get_by_role("button", name="Change budget").click()
        form = page.get_by_role("dialog", name="Budget")
        await form.get_by_label("Amount").fill("9000")
        await form.get_by_role("button", name="Save").click()
        await expect(form).to_contain_text("Set: checkout, $9,000.00 a month.")
        await form.get_by_role("button", name="Close").last.click()
        await expect(alert).to_contain_text(
            "checkout is back under every threshold: $6,715.75 of $9,000.00 (74.6%)"
        )
    await context.close()
    (kept,) = await services.alerts.listed(OPERATOR, budget=budget.id)
    assert kept.state is AlertState.BACK
