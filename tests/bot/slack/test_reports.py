"""Reports in Slack: asked in words, shared, followed up, had as a file."""

from sandbox.slack.blocks import message_problems
from tests.bot.slack.acting import DIRECT, ask, sees
from tests.bot.slack.reading import block, buttons, words
from tests.support.product import Product
from tests.support.slack import CHECKOUT


async def test_a_week_is_told_to_who_asks(product: Product) -> None:
    answer = await ask(product, "report weekly checkout")
    told = words(answer)
    assert "*checkout* cost $1,405.25 in the week 9" in answer["text"].replace("`", "*")
    assert "level with the week before" in answer["text"]
    assert "*Provisional*: later charges may still come" in told
    assert "report weekly checkout 2026-11-09..2026-11-15" in told
    assert block(answer, "data_visualization") is not None
    assert message_problems(answer["blocks"]) == []


async def test_nothing_said_is_the_channels_projects_last_week(product: Product) -> None:
    answer = await ask(product, "report")
    assert "report weekly" in words(answer)


async def test_a_month_is_told_on_both_bases(product: Product) -> None:
    told = words(await ask(product, "monthly report checkout 2026-10"))
    assert "On its invoice, net" in told
    assert "By day of use, net" in told
    assert "report monthly checkout 2026-10" in told


async def test_it_is_shared_with_its_picture(product: Product) -> None:
    answer = await ask(product, "report weekly checkout")
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    picture = block(shared, "image")
    assert picture is not None
    assert "$1,405" in picture["alt_text"]


async def test_it_is_had_as_a_workbook(product: Product) -> None:
    answer = await ask(product, "report weekly checkout")
    await product.slack.click(answer, buttons(answer)["XLSX"])
    await sees(product, "The figures of: report weekly checkout", channel=DIRECT)


async def test_questions_behind_it_are_one_press_away(product: Product) -> None:
    answer = await ask(product, "report weekly checkout")
    await product.slack.click(answer, buttons(answer)["By service"])
    await sees(product, "by service", channel=CHECKOUT)


async def test_what_cannot_be_reported_says_why(product: Product) -> None:
    assert "of one week" in words(await ask(product, "report weekly 2026-10"))
    assert "weekly or monthly" in words(await ask(product, "report daily checkout"))
    assert "'net'" in words(await ask(product, "report monthly net"))
