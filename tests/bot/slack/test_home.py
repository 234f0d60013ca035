"""The app's Home tab."""

from decimal import Decimal

from core.access.model import OPERATOR
from core.projects.model import ProjectChange
from tests.bot.slack.acting import DIRECT, sees
from tests.bot.slack.reading import Json, block
from tests.support.product import Product
from tests.support.slack import ADA


async def home(product: Product) -> Json:
    """Open it, and wait until it is drawn anew."""
    before = await product.slack.home()
    await product.slack.open_home()

    async def look() -> Json | None:
        view = await product.slack.home()
        return view if view and (before is None or view["hash"] != before["hash"]) else None

    return await product.slack.until(look)


async def test_it_has_the_month_its_projects_and_the_state_of_the_data(product: Product) -> None:
    told = str(await home(product))
    month = 21 * (Decimal("200.75") + 40 + 5)
    assert f"${month:,.2f}" in told
    assert "*checkout*: $4,215.75" in told
    assert "*unassigned*: $105.00" in told
    assert "data through" in told


async def test_its_buttons_are_answered_in_the_messages_tab(product: Product) -> None:
    view = await home(product)
    details = next(b for b in view["blocks"] if "*checkout*" in str(b.get("text")))
    await product.slack.click(view, details["accessory"]["action_id"])
    answer = await sees(product, "`checkout mtd by service`", channel=DIRECT)
    assert block(answer, "image") is not None
    assert answer["only_for"] is None


async def test_it_is_of_the_moment_it_is_opened(product: Product) -> None:
    assert "search, this month" not in str(await home(product))
    await product.services.projects.change("search", ProjectChange(owner=ADA), by=OPERATOR)
    assert "search, this month" in str(await home(product))


async def test_the_messages_tab_alone_makes_no_home(product: Product) -> None:
    await product.slack.open_home(tab="messages")
    assert await product.slack.home() is None
