"""The app's Home tab."""

from decimal import Decimal

from bot.render.blocks.alerts import DETAILS
from core.access.model import OPERATOR
from core.budgets.model import Terms
from core.incidents.model import Facts, IncidentKind
from core.incidents.service import found
from core.projects.model import ProjectChange
from tests.bot.slack.acting import DIRECT, sees
from tests.bot.slack.reading import Json, block
from tests.support.alerts import delivering, raised
from tests.support.outbox import put, told
from tests.support.product import Product
from tests.support.slack import ADA, BEN


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


async def test_it_has_the_budgets_at_a_threshold(product: Product) -> None:
    """With their details, posted to who asks."""
    alert = await raised(product.services, Terms("checkout", "USD", amount=Decimal(4000)))
    view = await home(product)
    shown = next(b for b in view["blocks"] if "is over budget" in str(b.get("text")))
    assert "nobody has acknowledged it yet" in str(shown)
    await product.slack.click(view, f"{DETAILS}.{alert.id}")
    await sees(product, "has used $4,215.75 of $4,000.00", channel=DIRECT)


async def test_administrators_see_what_fails(product: Product) -> None:
    """Incidents that last, messages that are parked; others don't."""
    assert "Nothing is open, and every message is delivered" in str(await home(product))
    database = product.services.database
    await put(database, told("a", to="C0NOWHERE"))
    async with database.begin() as tx:
        await found(tx, IncidentKind.LATE, "gcp", Facts(), now=product.services.clock())
    async with delivering(product.services) as notifier:
        await notifier.drain()
    seen = str(await home(product))
    assert "The data of gcp is late. Since <!date^" in seen
    assert "1 message could not be delivered" in seen
    await product.slack.open_home(user=BEN)
    other = await product.slack.until(lambda: product.slack.home(BEN))
    assert "Operations" not in str(other)
