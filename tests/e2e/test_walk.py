"""What a person does first: ask, look at the chart, share it."""

import re

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.sandbox.slack.test_page import pytestmark as needs_chromium
from tests.support.product import Product
from tests.support.slack import BEN, CHECKOUT

pytestmark = needs_chromium


@pytest.fixture
def public() -> bool:
    """Private answers show the chart by its address."""
    return True


async def drawn(picture: Locator) -> bool:
    """Whether the browser has the picture, and it isn't empty."""
    return bool(await picture.evaluate("image => image.complete && image.naturalWidth > 600"))


async def test_ask_look_share(product: Product, browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{product.slack.url}/#/{CHECKOUT}")
    box = page.get_by_role("textbox", name="Message #checkout-team")
    await box.fill("/cost checkout last-7d")
    await box.press("Enter")

    private = page.locator("article[data-private]")
    await expect(private).to_contain_text("checkout cost $1,405.25 in the last 7 days")
    await expect(private).to_contain_text("Only visible to you")
    await expect(private.get_by_role("row")).to_have_count(4)
    picture = private.locator("[data-block-type=image] img")
    await expect(picture).to_have_attribute("alt", re.compile("1,405"))
    await product.slack.until(lambda: drawn(picture))

    await private.get_by_role("button", name="Share to channel").click()
    shared = page.locator("article[data-bot]:not([data-private])")
    await expect(shared).to_contain_text("checkout cost $1,405.25")
    await product.slack.until(lambda: drawn(shared.locator("[data-block-type=image] img")))
    await context.close()

    posted = await product.slack.messages(CHECKOUT, user=BEN)
    assert ["$1,405.25" in message["text"] for message in posted] == [True]
