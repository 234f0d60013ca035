"""Questions in Slack: what the asker sees, and what the channel does."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack import costs
from core.access.model import OPERATOR
from core.projects.model import ProjectChange
from sandbox.slack.model import BOT_USER
from tests.bot.slack.acting import DIRECT, ask
from tests.bot.slack.reading import Json, block, buttons, rows, words
from tests.support.product import Product
from tests.support.slack import ADA, BEN, CHECKOUT, FINANCE, GUS, PLATFORM


async def test_a_question_is_answered_to_the_asker_alone(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    assert "checkout" in answer["text"]
    assert "$1,405.25" in answer["text"]
    assert await product.slack.messages(CHECKOUT) == []
    assert await product.slack.private(BEN, CHECKOUT) == []


async def test_an_answer_says_what_was_understood_and_what_it_is_compared_with(
    product: Product,
) -> None:
    told = words(await ask(product, "how much did checkout cost in the last 7 days"))
    assert "checkout last-7d by service" in told
    assert "compared with" in told


async def test_the_table_holds_every_line_and_the_total(product: Product) -> None:
    table = rows(await ask(product, "checkout last-7d"))
    text = "\n".join(" | ".join(row) for row in table)
    assert "Compute Engine" in text
    assert "$843.50" in text
    assert "Cloud SQL" in text
    assert "$561.75" in text
    assert "$1,405.25" in table[-1][-1] or "$1,405.25" in " ".join(table[-1])


async def test_without_a_public_address_slack_draws_the_chart(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    assert block(answer, "data_visualization") is not None
    assert block(answer, "image") is None
    sent = await product.slack.click(answer, buttons(answer)["Send me the chart"])
    assert sent["ok"]

    async def look() -> list[Json]:
        return [m for m in await product.slack.messages(DIRECT, user=ADA) if block(m, "image")]

    assert await product.slack.until(look)


async def test_a_button_asks_the_next_question_in_the_same_place(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    await product.slack.click(answer, buttons(answer)["By SKU"])

    async def look() -> Json | None:
        seen = await product.slack.private(ADA, CHECKOUT)
        return next((m for m in seen if "by sku" in words(m)), None)

    again = await product.slack.until(look)
    assert "Compute Engine unit" in words(again)
    assert len(await product.slack.private(ADA, CHECKOUT)) == 1
    assert "By SKU" not in buttons(again)


async def test_a_shared_answer_is_in_the_channel_with_its_chart(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    picture = block(shared, "image")
    assert picture is not None
    assert "slack_file" in picture
    assert "1,405.25" in words(shared)
    assert f"<@{ADA}>" in words(shared)
    assert "Share to channel" not in buttons(shared)


async def test_pressing_share_twice_shares_once(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    action = buttons(answer)["Share to channel"]
    await asyncio.gather(*(product.slack.click(answer, action) for _ in range(3)))
    await product.slack.until(lambda: product.slack.messages(CHECKOUT))
    await product.slack.click(answer, action)
    await asyncio.sleep(0.5)
    assert len(await product.slack.messages(CHECKOUT)) == 1


async def test_the_same_button_pressed_later_answers_again(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costs, "_DOUBLE_CLICK", timedelta(0))
    answer = await ask(product, "checkout last-7d")
    for times in (1, 2):
        await product.slack.click(answer, buttons(answer)["Share to channel"])
        await product.app._desk.background.drain()
        assert len(await product.slack.messages(CHECKOUT)) == times


async def test_sharing_where_the_app_is_not_says_how_to_invite_it(product: Product) -> None:
    users = product.slack.slack.workspace.users
    users[BOT_USER] = replace(users[BOT_USER], name="acme-costs")
    await product.app.start()
    await product.slack.invite(PLATFORM, joins=False)
    answer = await ask(product, "checkout last-7d", channel=PLATFORM)
    await product.slack.click(answer, buttons(answer)["Share to channel"])

    async def look() -> Json | None:
        seen = await product.slack.private(ADA, PLATFORM)
        return next((m for m in seen if "/invite" in words(m)), None)

    assert "/invite @acme-costs," in words(await product.slack.until(look))
    await product.slack.invite(PLATFORM)
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    assert await product.slack.until(lambda: product.slack.messages(PLATFORM))


async def test_a_chart_that_cant_be_uploaded_leaves_the_figures(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    await product.slack.fail("files.getUploadURLExternal", "error", times=9)
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    assert block(shared, "image") is None
    assert "$1,405.25" in words(shared)
    assert "chart could not be drawn" in words(shared)


async def test_a_rate_limit_is_waited_for(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    await product.slack.fail("chat.postMessage", "rate_limit", times=1)
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    assert await product.slack.until(lambda: product.slack.messages(CHECKOUT))


async def test_a_csv_arrives_in_a_direct_message(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    await product.slack.click(answer, buttons(answer)["CSV"])

    async def look() -> list[Json]:
        seen = await product.slack.messages(DIRECT, user=ADA)
        return [file for m in seen for file in m.get("files", {}).values()]

    file = (await product.slack.until(look))[0]
    assert file["name"] == "costs-checkout-2026-11-15-to-2026-11-21.csv"


async def test_a_mistake_is_quoted_with_the_nearest_as_buttons(product: Product) -> None:
    answer = await ask(product, "chekout last-7d")
    assert "chekout" in words(answer)
    offered = buttons(answer)
    assert any("checkout" in label for label in offered)
    await product.slack.click(answer, next(iter(offered.values())))

    async def look() -> Json | None:
        seen = await product.slack.private(ADA, CHECKOUT)
        return next((m for m in seen if "$1,405.25" in m["text"]), None)

    assert await product.slack.until(look)


async def test_a_guest_is_told_that_they_see_nothing(product: Product) -> None:
    answer = await ask(product, "checkout last-7d", user=GUS)
    assert "access" in answer["text"]
    assert "1,405" not in words(answer)


async def test_a_channel_s_question_is_about_its_projects(product: Product) -> None:
    await product.services.projects.change("search", ProjectChange(channel=FINANCE), by=OPERATOR)
    answer = await ask(product, "last-7d", channel=FINANCE)
    assert "search" in answer["text"]
    assert "$280.00" in answer["text"]


async def test_an_owner_s_question_is_about_their_projects(product: Product) -> None:
    await product.services.projects.change("search", ProjectChange(owner=BEN), by=OPERATOR)
    assert "$280.00" in (await ask(product, "last-7d", user=BEN))["text"]


async def test_a_mention_is_answered_in_its_thread_with_the_chart(product: Product) -> None:
    await product.slack.say("@cloud-cost checkout last-7d")

    async def look() -> Json | None:
        seen = await product.slack.messages(CHECKOUT)
        return next((m for m in seen if m.get("thread_ts") and block(m, "image")), None)

    assert "$1,405.25" in (await product.slack.until(look))["text"]


async def test_a_direct_message_is_answered_once_though_slack_repeats_it(
    product: Product,
) -> None:
    await product.slack.say("checkout last-7d", channel=DIRECT)

    async def look() -> list[Json]:
        seen = await product.slack.messages(DIRECT, user=ADA)
        return [m for m in seen if "$1,405.25" in m["text"]]

    assert await product.slack.until(look)
    await asyncio.sleep(0.5)
    assert len(await look()) == 1
