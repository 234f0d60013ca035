"""The page, driven by a browser as a person would."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.sandbox.slack.conftest import App
from tests.sandbox.slack.samples import (
    actions,
    asks,
    bars,
    button,
    home,
    line,
    modal,
    option,
    pie,
    plain,
    section,
    select,
    table,
)
from tests.support.slack import CHECKOUT, Slackbox

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}"),
]


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium; on a busy machine what is expected may take a while."""
    expect.set_options(timeout=60_000)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture
async def page(browser: Browser, slackbox: Slackbox) -> AsyncIterator[Page]:
    """The page at #checkout-team; a script's error fails the test."""
    context = await browser.new_context()
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    await opened.goto(f"{slackbox.url}/#/{CHECKOUT}")
    await opened.wait_for_selector("body[data-ready][data-live]")
    yield opened
    await context.close()
    assert errors == []


async def type_in(page: Page, words: str) -> None:
    box = page.get_by_role("textbox", name="Message #checkout-team")
    await box.fill(words)
    await box.press("Enter")


async def test_a_command_its_answer_and_sharing_it(
    slackbox: Slackbox, app: App, page: Page
) -> None:
    await type_in(page, "/cost checkout last-7d")
    await slackbox.until(lambda: _heard(app, 1))
    blocks = [section("*checkout* cost *$1*"), table(3, 2), pie(), bars(), actions(button("share"))]
    await slackbox.respond(app.last["response_url"], text="answer", blocks=blocks)
    private = page.locator("article[data-private]")
    await expect(private).to_contain_text("Only visible to you")
    await expect(private.locator("strong", has_text="checkout")).to_be_visible()
    await expect(private.get_by_role("row")).to_have_count(3)
    await expect(private.locator("[data-block-type=data_visualization] svg")).to_have_count(2)
    await private.get_by_role("button", name="Go").click()
    await slackbox.until(lambda: _heard(app, 2))
    assert app.last["actions"][0]["action_id"] == "share"
    await slackbox.respond(
        app.last["response_url"], text="shared", response_type="in_channel", replace_original=False
    )
    public = page.locator("article[data-bot]:not([data-private])")
    await expect(public).to_contain_text("shared")


async def test_an_app_that_is_late_is_shown_up(slackbox: Slackbox, app: App, page: Page) -> None:
    slackbox.config.ack_seconds, app.delay = 0.1, 0.5
    await type_in(page, "/cost")
    failure = page.locator("[data-failure=operation_timeout]")
    await expect(failure).to_contain_text("didn't acknowledge within 0.1 seconds")
    await expect(page.locator("article[data-notice]")).to_contain_text(
        '/cost failed with the error "operation_timeout"'
    )


async def test_a_menu_by_keyboard(slackbox: Slackbox, app: App, page: Page) -> None:
    await slackbox.client().chat_postMessage(
        channel=CHECKOUT, text="t", blocks=[actions(select("pick", "One", "Two"))]
    )
    menu = page.locator("[data-action-id=pick]")
    await menu.focus()
    await menu.press("Enter")
    await expect(page.get_by_role("option", name="One")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await slackbox.until(lambda: _heard(app, 1))
    assert app.last["actions"][0]["selected_option"]["value"] == "two"


async def test_a_confirmation_comes_first(slackbox: Slackbox, app: App, page: Page) -> None:
    sure = {
        "title": plain("Sure?"),
        "text": plain("It goes."),
        "confirm": plain("Delete"),
        "deny": plain("Keep"),
    }
    await slackbox.client().chat_postMessage(
        channel=CHECKOUT, text="t", blocks=[actions(button("gone", confirm=sure))]
    )
    await page.get_by_role("button", name="Go").click()
    await page.get_by_role("button", name="Keep").click()
    assert app.heard == []
    await page.get_by_role("button", name="Go").click()
    await page.get_by_role("button", name="Delete").click()
    await slackbox.until(lambda: _heard(app, 1))


async def test_a_modal_with_errors_at_its_inputs(slackbox: Slackbox, app: App, page: Page) -> None:
    view = modal(
        asks("amount", line("amount")),
        asks("project", {"type": "external_select", "action_id": "p", "min_query_length": 0}),
    )
    trigger = (await slackbox.command("/cost budget"))["trigger_id"]
    app.answer = lambda _: {"options": [option("Checkout")]}
    await slackbox.client().views_open(trigger_id=trigger, view=view)
    sheet = page.get_by_role("dialog", name="Budget")
    await sheet.get_by_role("button", name="Save").click()
    await expect(sheet.get_by_role("alert")).to_have_count(2)
    await sheet.get_by_label("Amount").fill("100")
    await sheet.get_by_role("button", name="Project").click()
    await page.get_by_role("option", name="Checkout").click()
    app.answer = lambda _: {"response_action": "errors", "errors": {"amount": "Too little."}}
    await sheet.get_by_role("button", name="Save").click()
    await expect(sheet.get_by_role("alert")).to_have_text("Too little.")
    await expect(sheet.get_by_label("Amount")).to_have_value("100")
    app.answer = lambda _: None
    await sheet.get_by_role("button", name="Save").click()
    await expect(sheet).to_be_hidden()
    values = app.last["view"]["state"]["values"]
    assert values["project"]["p"]["selected_option"]["value"] == "checkout"


async def test_raw_blocks_are_one_click_away(slackbox: Slackbox, page: Page) -> None:
    await slackbox.client().chat_postMessage(channel=CHECKOUT, text="t", blocks=[section("hi")])
    await page.locator("article").hover()
    await page.get_by_role("button", name="View blocks").click()
    dialog = page.get_by_role("dialog", name="Raw blocks")
    await expect(dialog).to_contain_text("1 of 50 blocks · 2 of 13,200 characters")
    await expect(dialog.locator("[data-raw]")).to_contain_text('"type": "section"')


async def test_others_dont_see_what_is_private(app: App, page: Page) -> None:
    app.answer = lambda _: "for Ada alone"
    await type_in(page, "/cost")
    await expect(page.locator("article[data-private]")).to_contain_text("for Ada alone")
    await page.locator("[data-me]").click()
    await page.get_by_role("option", name="Ben Osei").click()
    await expect(page.locator("[data-me=U0BEN]")).to_be_visible()
    await expect(page.locator("article")).to_have_count(0)
    assert app.heard


async def test_a_guest_sees_their_channel_only(page: Page) -> None:
    await page.locator("[data-me]").click()
    await page.get_by_role("option", name="Gus Weber").click()
    await expect(page.locator("[data-me=U0GUS]")).to_be_visible()
    await expect(page.get_by_role("region", name="Channels").get_by_role("link")).to_have_text(
        ["checkout-team"]
    )


async def test_threads_edits_and_unread_marks(slackbox: Slackbox, page: Page) -> None:
    client = slackbox.client()
    posted = await client.chat_postMessage(channel=CHECKOUT, text="alert")
    ts = str(posted["ts"])
    await client.chat_postMessage(channel=CHECKOUT, text="a reply", thread_ts=ts)
    await client.chat_update(channel=CHECKOUT, ts=ts, text="alert, resolved")
    await client.chat_postMessage(channel="C0FINANCE", text="elsewhere")
    message = page.locator("main article")
    await expect(message).to_contain_text("alert, resolved(edited)")
    await expect(page.locator("[data-channel=C0FINANCE]")).to_have_attribute("data-unread", "1")
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("a reply")
    await thread.get_by_role("textbox").fill("on it")
    await thread.get_by_role("textbox").press("Enter")
    await expect(thread.locator("article")).to_have_count(3)
    await page.locator("[data-channel=C0FINANCE]").click()
    await expect(page.locator("main article")).to_contain_text("elsewhere")
    await expect(page).to_have_url(re.compile(r"#/C0FINANCE$"))


async def test_the_home_tab(slackbox: Slackbox, app: App, page: Page) -> None:
    await slackbox.client().views_publish(
        user_id="U0ADA", view=home(section("Good morning"), actions(button("refresh")))
    )
    await page.goto(f"{slackbox.url}/#/D0ADA/home")
    await expect(page.get_by_role("region", name="Home")).to_contain_text("Good morning")
    await page.get_by_role("button", name="Go").click()
    await slackbox.until(lambda: _clicked(app))


async def _heard(app: App, count: int) -> bool:
    return len(app.heard) >= count


async def _clicked(app: App) -> bool:
    return any(told.get("type") == "block_actions" for told in app.heard)
