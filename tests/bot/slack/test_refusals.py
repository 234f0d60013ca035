"""What Slack refuses, and who mayn't ask: an honest word, one line in the log."""

import asyncio

import pytest
import structlog

from tests.bot.slack.acting import DIRECT, ask, sees
from tests.bot.slack.reading import block, buttons, words
from tests.support.product import Product
from tests.support.slack import ADA, BEN, CHECKOUT, FINANCE, GUS

SHARE = "Share to channel"


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        ("not_in_channel", "/invite"),
        ("channel_not_found", "/invite"),
        ("is_archived", "archived"),
        ("restricted_action", "administrator"),
        ("missing_scope", "cost-tracker manifest"),
        ("token_revoked", "no longer accepts"),
        ("account_inactive", "no longer accepts"),
        ("invalid_auth", "no longer accepts"),
        ("internal_error", "try again in a minute"),
    ],
)
async def test_a_refusal_is_explained_to_whoever_pressed(
    product: Product, refusal: str, told: str
) -> None:
    answer = await ask(product, "checkout last-7d")
    await product.slack.fail("chat.postMessage", refusal)
    await product.slack.click(answer, buttons(answer)[SHARE])
    explained = await sees(product, told)
    assert explained["only_for"] == ADA
    assert "went wrong on our side" not in words(explained)


async def test_a_channel_that_is_archived_meanwhile(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    product.slack.slack.workspace.channels[CHECKOUT].archived = True
    await product.slack.click(answer, buttons(answer)[SHARE])
    assert await sees(product, "is archived")


async def test_in_other_people_s_messages_there_is_no_invitation(product: Product) -> None:
    answer = await ask(product, "checkout last-7d", channel=DIRECT)
    await product.slack.fail("chat.postMessage", "channel_not_found")
    await product.slack.click(answer, buttons(answer)[SHARE])
    told = await sees(product, "not part of this conversation", channel=DIRECT)
    assert "/invite" not in words(told)


async def test_a_revoked_token_is_logged_once_and_told_to_all(product: Product) -> None:
    await product.slack.fail("users.info", "token_revoked", times=4)
    with structlog.testing.capture_logs() as logs:
        for user in (ADA, BEN):
            for _ in range(2):
                answer = await ask(product, "checkout last-7d", user=user)
                assert "token_revoked" in words(answer)
                assert "SLACK_BOT_TOKEN" in words(answer)
        assert [line["event"] for line in logs] == ["slack.disconnected"]
        assert "$1,405.25" in words(await ask(product, "checkout last-7d"))


async def test_a_rate_limit_holds_up_only_whom_it_concerns(product: Product) -> None:
    first = await ask(product, "checkout last-7d")
    await product.slack.fail("chat.postMessage", "rate_limit", seconds=5)
    await product.slack.click(first, buttons(first)[SHARE])
    other = await ask(product, "search last-7d", user=BEN, channel=FINANCE)
    assert "$280.00" in words(other)
    assert await product.slack.messages(CHECKOUT) == []
    assert await product.slack.until(lambda: product.slack.messages(CHECKOUT))


async def test_a_broken_moment_of_slack_is_sat_out(product: Product) -> None:
    for method in ("users.info", "chat.postMessage"):
        await product.slack.fail(method, "error", times=2)
    answer = await ask(product, "checkout last-7d")
    await product.slack.click(answer, buttons(answer)[SHARE])
    assert await product.slack.until(lambda: product.slack.messages(CHECKOUT))


async def test_a_slack_that_stays_broken_is_named(product: Product) -> None:
    await product.slack.fail("users.info", "error", times=9)
    assert "Slack is busy or out of order" in words(await ask(product, "checkout last-7d"))


async def test_an_answer_is_tried_again_when_slack_is_busy(product: Product) -> None:
    await product.slack.fail("response_url", "rate_limit", seconds=1)
    await product.slack.fail("response_url", "error")
    assert "$1,405.25" in words(await ask(product, "checkout last-7d"))


async def test_an_answer_uses_its_address_five_times_at_most(product: Product) -> None:
    await product.slack.fail("response_url", "error", times=99)
    planned = product.slack.slack.faults.planned[-1]
    with structlog.testing.capture_logs() as logs:
        await product.slack.command("/cost checkout last-7d")
        async with asyncio.timeout(60):
            while not any(line["event"] == "slack.unanswered" for line in logs):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    assert 99 - planned.times <= 5


async def test_a_picture_that_never_gets_ready_is_left_out(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack_web.files._PAUSES", (0.05, 0.05))
    product.slack.config.file_seconds = 3600
    answer = await ask(product, "checkout last-7d")
    await product.slack.click(answer, buttons(answer)[SHARE])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    assert block(shared, "image") is None
    assert "$1,405.25" in words(shared)
    assert "chart could not be drawn" in words(shared)


async def test_a_file_is_uploaded_once_however_often_its_message_is_tried(
    product: Product,
) -> None:
    product.slack.config.file_seconds = 1
    answer = await ask(product, "checkout last-7d")
    await product.slack.click(answer, buttons(answer)[SHARE])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    assert block(shared, "image") is not None
    assert len(product.slack.slack.workspace.files) == 1


async def test_whom_slack_does_not_know_sees_what_guests_see(product: Product) -> None:
    await product.slack.fail("users.info", "user_not_visible")
    assert "no access" in words(await ask(product, "checkout last-7d", user=BEN))


async def test_a_guest_gets_no_answer_by_any_way(product: Product) -> None:
    for typed in ("checkout last-7d", "projects", "data", "whoami", "export checkout"):
        answer = await ask(product, typed, user=GUS)
        assert "no access" in words(answer)
    assert "1,405" not in words(await ask(product, "help", user=GUS))


async def test_a_guest_who_opens_home_is_told_there_and_not_by_messages(
    product: Product,
) -> None:
    for _ in range(2):
        await product.slack.open_home(GUS)

    async def home() -> str:
        view = await product.slack.home(GUS)
        return str(view["blocks"]) if view else ""

    assert "no access" in await product.slack.until(home)
    assert await product.slack.messages("D0GUS", user=GUS) == []


async def test_a_guest_who_presses_a_shared_button_learns_nothing(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    await product.slack.click(answer, buttons(answer)[SHARE])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    await product.slack.click(shared, buttons(shared)["By SKU"], user=GUS)
    told = await sees(product, "no access", user=GUS)
    assert told["only_for"] == GUS
