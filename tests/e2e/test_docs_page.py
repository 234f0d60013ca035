"""The API's page for people, in a browser."""

from playwright.async_api import Browser

from bot.rest.openapi import OPERATIONS
from tests.sandbox.slack.test_page import pytestmark as needs_chromium
from tests.support.product import Product

pytestmark = needs_chromium


async def test_it_shows_every_operation(product: Product, browser: Browser) -> None:
    page = await browser.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    await page.goto(f"{product.url}/docs")
    await page.locator("summary").first.wait_for()
    shown = {await one.get_attribute("id") for one in await page.locator("details").all()}
    assert failures == []
    assert shown == {operation.id for operation in OPERATIONS}
    snooze = page.locator("details[id='alerts.snooze']")
    await snooze.locator("summary").click()
    assert await snooze.get_by_label("Body").input_value() == '{\n  "lasting": "month"\n}'
    assert "That clashes with what is there." in await snooze.inner_text()
    await page.close()
