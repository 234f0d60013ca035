"""What can be typed besides a question, and how a question may be typed in Slack."""

from decimal import Decimal

import pytest

from bot.render.charges import Format
from core.access.model import OPERATOR
from core.projects.model import ProjectChange
from tests.bot.slack.acting import DIRECT, ask, sees
from tests.bot.slack.reading import Json, block, buttons, words
from tests.support.product import Product
from tests.support.rows import read, summed
from tests.support.slack import ADA, BEN, CHECKOUT, FINANCE


async def test_nothing_typed_is_this_month_of_all(product: Product) -> None:
    answer = await ask(product, "")
    assert "all mtd" in words(answer) or "mtd by" in words(answer)
    assert "$" in answer["text"]


async def test_in_a_direct_message_the_answer_is_private_too(product: Product) -> None:
    answer = await ask(product, "checkout last-7d", channel=DIRECT)
    assert answer["only_for"] == ADA
    assert "$1,405.25" in words(answer)


async def test_what_slack_makes_of_channels_and_people_is_read(product: Product) -> None:
    await product.services.projects.change("search", ProjectChange(channel=FINANCE), by=OPERATOR)
    assert "$280.00" in (await ask(product, "last-7d #finance"))["text"]
    told = words(await ask(product, "last-7d @ben"))
    assert "@ben" in told


async def test_signs_that_slack_escapes_are_read(product: Product) -> None:
    answer = await ask(product, "all last-7d by project > 1,000")
    assert "over 1000" in words(answer)


async def test_dashes_and_quotes_of_telephones_are_read(product: Product) -> None:
    assert "$561.75" in words(
        await ask(product, "checkout last\u20137d service=\u201ccloud sql\u201d")
    )


@pytest.mark.parametrize(
    "topic",
    ["", "periods", "filters", "showing", "commands", "export", "why", "forecast", "anomalies"],
)
async def test_help_shows_examples_that_can_be_typed(product: Product, topic: str) -> None:
    answer = await ask(product, f"help {topic}")
    assert "`/cost " in words(answer)


async def test_help_is_by_example_of_this_company(product: Product) -> None:
    await product.services.projects.rename("checkout", "shop", by=OPERATOR)
    told = words(await ask(product, "help"))
    assert "/cost shop last-7d" in told
    assert "checkout" not in told


async def test_help_on_what_it_doesn_t_know_offers_the_nearest(product: Product) -> None:
    answer = await ask(product, "help peroids")
    assert "'peroids'" in words(answer)
    await product.slack.click(answer, buttons(answer)["help periods"])
    assert await sees(product, "the seven whole days before today")


async def test_projects_are_listed_and_shown(product: Product) -> None:
    assert "2 projects: checkout and search" in (await ask(product, "projects"))["text"]
    card = await ask(product, "project checkout")
    assert "acme-checkout" in words(card)
    await product.slack.click(card, buttons(card)["Cost this month"])
    assert await sees(product, "`checkout mtd by service`")


async def test_an_unknown_project_gets_the_nearest(product: Product) -> None:
    told = words(await ask(product, "project chekout"))
    assert "'chekout'" in told
    assert "checkout" in told.replace("'chekout'", "")


async def test_data_and_whoami(product: Product) -> None:
    assert "data through" in words(await ask(product, "data"))
    assert "Your role is *admin*" in words(await ask(product, "whoami"))
    assert "Your role is *viewer*" in words(await ask(product, "whoami", user=BEN))


async def sent(product: Product) -> tuple[str, bytes]:
    """The name of the one file that Ada was sent, and what is in it."""

    async def look() -> list[Json]:
        seen = await product.slack.messages(DIRECT, user=ADA)
        return [file for m in seen for file in m.get("files", {}).values()]

    (file,) = await product.slack.until(look)
    content = product.slack.slack.workspace.files[file["id"]].content
    assert content is not None
    return file["name"], content


@pytest.mark.parametrize("form", Format)
async def test_charges_are_exported_as_a_file(product: Product, form: Format) -> None:
    """Those of the question, day by day."""
    told = words(await ask(product, f"export checkout last-7d {form}"))
    assert f"I sent you the {form.upper()} in a direct message." in told
    name, content = await sent(product)
    assert name == f"charges-checkout-2026-11-15-to-2026-11-21.{form}"
    rows = read(content, form)
    assert len(rows) == 14
    assert summed(rows) == Decimal("1405.25")
    intro = (await product.slack.messages(DIRECT, user=ADA))[0]
    assert "The charges of: checkout last-7d, 14 rows" in words(intro)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("checkout last-7d csv", "costs-checkout-2026-11-15-to-2026-11-21.csv"),
        ("checkout last-7d excel", "costs-checkout-2026-11-15-to-2026-11-21.xlsx"),
        ("forecast checkout json", "forecast-checkout-2026-11-01-to-2026-11-30.json"),
        ("export checkout last-7d by sku", "costs-checkout-2026-11-15-to-2026-11-21.csv"),
        ("export checkout last-7d daily xlsx", "costs-checkout-2026-11-15-to-2026-11-21.xlsx"),
    ],
)
async def test_figures_as_a_file(product: Product, typed: str, name: str) -> None:
    """An export of a question that says how its lines are made has those lines."""
    assert "in a direct message." in words(await ask(product, typed))
    assert (await sent(product))[0] == name


async def test_a_mistake_in_what_to_export_is_explained(product: Product) -> None:
    answer = await ask(product, "export chekout")
    assert "'chekout'" in words(answer)
    await product.slack.click(answer, next(iter(buttons(answer).values())))
    assert await sees(product, "I sent you the CSV")


async def test_what_is_to_come_is_said_in_one_sentence(product: Product) -> None:
    told = words(await ask(product, "save mine checkout mtd"))
    assert "Saving questions is not part of this version" in told
    assert "went wrong" not in told


async def test_what_is_to_come_offers_the_nearest_that_works(product: Product) -> None:
    answer = await ask(product, "save checkout last-7d")
    await product.slack.click(answer, buttons(answer)["Daily trend"])
    assert await sees(product, "checkout last-7d by service daily")


async def test_a_table_alone_and_a_chart_alone(product: Product) -> None:
    table = await ask(product, "checkout last-7d table")
    assert block(table, "data_visualization") is None
    assert block(table, "table") is not None
    chart = await ask(product, "checkout last-7d chart")
    assert block(chart, "data_visualization") is not None
    assert block(chart, "table") is None


async def test_a_mention_without_a_question_gets_short_help(product: Product) -> None:
    await product.slack.say("@cloud-cost")
    told = await sees(product, "last-7d")
    assert told["thread_ts"]
    assert "`/cost " in words(told)


async def test_the_bot_does_not_answer_itself(product: Product) -> None:
    await product.slack.say("checkout last-7d", channel=DIRECT)
    await sees(product, "$1,405.25", channel=DIRECT)
    await product.slack.say("help", channel=DIRECT)
    await sees(product, "Words come in any order", channel=DIRECT)
    assert len(await product.slack.messages(DIRECT, user=ADA)) == 4


async def test_a_csv_asked_for_in_a_thread_stays_there(product: Product) -> None:
    await product.slack.say("@cloud-cost checkout last-7d csv")

    async def look() -> list[Json]:
        seen = await product.slack.messages(CHECKOUT)
        return [m for m in seen if m.get("files") and m.get("thread_ts")]

    assert await product.slack.until(look)
