"""The pictures of the README, taken of the running demo: `make demo pictures`."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page, async_playwright

from sandbox.demo.home import Home
from sandbox.processes import SandboxError

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
CHROMIUM: Final = "/usr/bin/chromium"
_ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_CHANNEL: Final = "C0CHECKOUT"
_ALERTED: Final = "C0PLATFORM"
_FINANCE: Final = "C0FINANCE"


async def main() -> None:
    """Ask what the README shows, and keep what is seen."""
    ports = Home.of(os.environ).ports()
    if ports is None:
        raise SandboxError("The demo isn't set up: make demo")
    FOLDER.mkdir(parents=True, exist_ok=True)
    slack = f"http://127.0.0.1:{ports.slack}/#/{_CHANNEL}"
    async with _page(slack) as page:
        await _ask(page, "/cost checkout last-7d")
        await page.screenshot(path=FOLDER / "answer.png")
        await _ask(page, "/cost all last-30d daily")
        await _last(page).locator("[data-block-type=image]").screenshot(path=FOLDER / "trend.png")
        await _ask(page, "/cost forecast checkout")
        await _last(page).screenshot(path=FOLDER / "forecast.png")
        await _ask(page, "/cost why data-platform last-2w")
        await _last(page).screenshot(path=FOLDER / "why.png")
        await _ask(page, "/cost chekout last-7d")
        await _last(page).screenshot(path=FOLDER / "mistake.png")
        await _ask(page, "/cost help periods")
        await _last(page).screenshot(path=FOLDER / "help.png")
    async with _page(f"http://127.0.0.1:{ports.slack}/#/{_ALERTED}") as page:
        await page.get_by_text("View thread").first.click()
        for picture in await page.locator("[data-block-type=image] img").all():
            await picture.evaluate("image => image.decode()")
        alert = page.locator("article[data-bot]").first
        await alert.evaluate("message => message.scrollIntoView({block: 'start'})")
        await page.wait_for_timeout(300)
        await page.screenshot(path=FOLDER / "alert.png")
    async with _page(f"http://127.0.0.1:{ports.slack}/#/{_FINANCE}") as page:
        await _report(page)
    async with _page(f"http://127.0.0.1:{ports.product}/docs") as page:
        await page.locator("summary").nth(6).wait_for()
        await page.screenshot(path=FOLDER / "api.png")


@asynccontextmanager
async def _page(address: str) -> AsyncGenerator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(address)
        yield page
        await browser.close()


async def _report(page: Page) -> None:
    """Last month's report, and in its thread what was corrected."""
    await page.set_viewport_size({"width": 1280, "height": 1500})
    post = page.locator("article[data-bot]").filter(has_text="Corrected on")
    await post.first.wait_for()
    await post.first.get_by_text("View thread").click()
    for picture in await page.locator("[data-block-type=image] img").all():
        await picture.evaluate("image => image.decode()")
    await post.first.evaluate("message => message.scrollIntoView({block: 'start'})")
    await page.wait_for_timeout(300)
    await page.screenshot(path=FOLDER / "report.png")


def _last(page: Page) -> Locator:
    return page.locator("article[data-private]").last


async def _ask(page: Page, words: str) -> None:
    """Type a command and wait until its answer is there, its picture too."""
    before = await page.locator("article[data-private]").count()
    box = page.get_by_role("textbox", name="Message #checkout-team")
    await box.fill(words)
    await box.press("Enter")
    await page.locator("article[data-private]").nth(before).wait_for()
    picture = _last(page).locator("[data-block-type=image] img")
    if await picture.count():
        await picture.evaluate("image => image.decode()")
    await page.wait_for_timeout(300)


if __name__ == "__main__":
    asyncio.run(main())
