"""An export as a person sees it come."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot import exporting
from bot.slack import exports
from tests.bot.slack.acting import DIRECT
from tests.sandbox.slack.test_page import pytestmark as needs_chromium
from tests.support.alerts import delivering
from tests.support.product import Product
from tests.support.slack import CHECKOUT

pytestmark = needs_chromium


async def test_a_large_export_is_announced_and_comes(
    product: Product, browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 50)
    context = await browser.new_context(viewport={"width": 1100, "height": 700})
    page = await context.new_page()
    await page.goto(f"{product.slack.url}/#/{CHECKOUT}")
    box = page.get_by_role("textbox", name="Message #checkout-team")
    await box.fill("/cost export checkout last-month xlsx")
    await box.press("Enter")
    private = page.locator("article[data-private]")
    await expect(private).to_contain_text("I'll send you the file in a direct message")
    await page.screenshot(path=tmp_path / "asked.png")
    await page.goto(f"{product.slack.url}/#/{DIRECT}")
    announced = page.get_by_text("about 62 rows. It will come here when it is ready.")
    await expect(announced).to_be_visible()
    await exporting.make_due(product.services)
    async with delivering(product.services) as notifier:
        await notifier.drain()
    come = page.locator("article[data-bot]").filter(has_text="charges-checkout-2026-10-01")
    await expect(come).to_contain_text("The charges of checkout last-month: 62 rows.")
    await page.screenshot(path=tmp_path / "come.png")
    await context.close()
