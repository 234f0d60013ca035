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
_ANSWERS: Final = {
    "forecast": "/cost forecast checkout",
    "why": "/cost why data-platform last-2w",
    "mistake": "/cost chekout last-7d",
}


async def main() -> None:
    """Ask what the README shows, and keep what is seen."""
    ports = Home.of(os.environ).ports()
    if ports is None:
        raise SandboxError("The demo isn't set up: make demo")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for channel, take in ((_CHANNEL, _answers), (_ALERTED, _alert), (_FINANCE, _report)):
        async with _page(f"http://127.0.0.1:{ports.slack}/#/{channel}") as page:
            await take(page)


@asynccontextmanager
async def _page(address: str) -> AsyncGenerator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        await page.goto(address)
        yield page
        await browser.close()


async def _answers(page: Page) -> None:
    """What is asked in a project's channel."""
    await _ask(page, "/cost checkout last-7d")
    await page.screenshot(path=FOLDER / "answer.png")
    await _ask(page, "/cost all last-30d daily")
    await _last(page).locator("[data-block-type=image]").screenshot(path=FOLDER / "trend.png")
    for name, words in _ANSWERS.items():
        await _ask(page, words)
        await _last(page).screenshot(path=FOLDER / f"{name}.png")


async def _alert(page: Page) -> None:
    """A budget's alert, and its thread."""
    await _thread(page, page.locator("article[data-bot]").first, "alert")


async def _report(page: Page) -> None:
    """Last month's report, and in its thread what was corrected."""
    await page.set_viewport_size({"width": 1280, "height": 1500})
    await _thread(
        page, page.locator("article[data-bot]").filter(has_text="Corrected on").first, "report"
    )


async def _thread(page: Page, post: Locator, name: str) -> None:
    """A post at the top, its thread beside it."""
    await post.get_by_text("View thread").click()
    for picture in await page.locator("[data-block-type=image] img").all():
        await picture.evaluate("image => image.decode()")
    await post.evaluate("message => message.scrollIntoView({block: 'start'})")
    await page.mouse.move(0, 0)  # what is pointed at has buttons over it
    await page.wait_for_timeout(300)
    await page.screenshot(path=FOLDER / f"{name}.png")


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
