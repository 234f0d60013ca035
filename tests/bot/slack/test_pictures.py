"""Private answers with their picture by its address."""

import asyncio

import pytest
from pydantic import SecretStr

from bot.render.charts.spec import Chart
from bot.render.charts.worker import ChartError, ChartWorker
from bot.slack.links import Links, Pictured
from tests.bot.slack.acting import ask
from tests.bot.slack.reading import block, buttons, words
from tests.support.clock import FakeClock
from tests.support.product import TODAY, Product
from tests.support.slack import ADA, BEN, CHECKOUT, GUS


@pytest.fixture
def public() -> bool:
    """Slack reaches the product."""
    return True


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Chart]:
    """The charts that were really drawn."""
    charts: list[Chart] = []
    draw = ChartWorker.draw

    async def noted(self: ChartWorker, chart: Chart) -> bytes:
        charts.append(chart)
        return await draw(self, chart)

    monkeypatch.setattr(ChartWorker, "draw", noted)
    return charts


async def test_a_private_answer_shows_the_picture_by_its_address(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    picture = block(answer, "image")
    assert picture is not None
    assert picture["image_url"].startswith(f"{product.url}/charts/")
    assert "$1,405.25" in picture["alt_text"]
    assert block(answer, "data_visualization") is None
    assert "Send me the chart" not in buttons(answer)


async def test_a_report_shows_its_days(product: Product, clock: FakeClock) -> None:
    """By its address too, when nobody knows any more what it was."""
    answer = await ask(product, "report weekly checkout")
    picture = block(answer, "image")
    assert picture is not None
    assert "$1,405.25" in picture["alt_text"]
    links = Links(product.services.settings, clock)
    same = Pictured("report weekly checkout 2026-11-09..2026-11-15", TODAY, "T0SANDBOX", BEN)
    address = links.address(same)
    assert address is not None
    async with product.session.get(address) as reply:
        assert (reply.status, reply.content_type) == (200, "image/png")


async def test_a_picture_is_drawn_once_however_often_it_is_fetched_and_shared(
    product: Product, drawn: list[Chart]
) -> None:
    answer = await ask(product, "checkout last-7d")
    picture = block(answer, "image")
    assert picture is not None
    for _ in range(3):
        async with product.session.get(picture["image_url"]) as reply:
            assert (reply.status, reply.content_type) == (200, "image/png")
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    assert await product.slack.until(lambda: product.slack.messages(CHECKOUT))
    await ask(product, "checkout last-7d", user=BEN)
    assert len(drawn) == 1


async def test_a_chart_that_cannot_be_drawn_leaves_slack_to_draw_it(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: ChartWorker, _chart: Chart) -> bytes:
        raise ChartError

    monkeypatch.setattr(ChartWorker, "draw", broken)
    answer = await ask(product, "checkout last-7d")
    assert "$1,405.25" in words(answer)
    assert block(answer, "data_visualization") is not None


async def test_a_chart_that_takes_too_long_leaves_slack_to_draw_it(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(_self: ChartWorker, _chart: Chart) -> bytes:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(ChartWorker, "draw", endless)
    monkeypatch.setattr("bot.slack.answers._PATIENCE_SECONDS", 0.01)
    answer = await ask(product, "checkout last-7d")
    assert "$1,405.25" in words(answer)
    assert block(answer, "data_visualization") is not None


async def test_asked_for_a_table_nothing_is_drawn(product: Product, drawn: list[Chart]) -> None:
    answer = await ask(product, "checkout last-7d table")
    assert block(answer, "table") is not None
    assert block(answer, "image") is None
    assert drawn == []


async def test_asked_for_a_chart_it_is_the_picture_alone(product: Product) -> None:
    answer = await ask(product, "checkout last-7d chart")
    assert block(answer, "image") is not None
    assert block(answer, "table") is None


async def test_the_home_tab_shows_the_month(product: Product) -> None:
    await product.slack.open_home()
    home = await product.slack.until(product.slack.home)
    assert block(home, "image") is not None


async def test_a_picture_s_address_expires_and_cannot_be_made_up(
    product: Product, clock: FakeClock
) -> None:
    settings = product.services.settings.model_copy(update={"public_url": product.url})
    links = Links(settings, clock)
    address = links.address(Pictured("checkout last-7d by service", TODAY, "T0SANDBOX", ADA))
    assert address is not None
    async with product.session.get(address) as reply:
        assert (reply.status, reply.content_type) == (200, "image/png")
    async with product.session.get(address.replace(".png", "x.png")) as reply:
        assert reply.status == 404
    guest = links.address(Pictured("checkout last-7d by service", TODAY, "T0SANDBOX", GUS))
    assert guest is not None
    async with product.session.get(guest) as reply:
        assert reply.status == 404
    clock.advance(days=31)
    async with product.session.get(address) as reply:
        assert reply.status == 404


async def test_a_picture_s_address_outlives_the_rotation_of_keys(
    product: Product, clock: FakeClock
) -> None:
    settings = product.services.settings
    old = Links(settings, clock)
    pictured = Pictured("checkout last-7d", TODAY, "T0SANDBOX", ADA)
    address = old.address(pictured)
    assert address is not None
    assert settings.jwt_secrets is not None
    both = f"k2:{'n' * 48},{settings.jwt_secrets.get_secret_value()}"
    new = Links(settings.model_copy(update={"jwt_secrets": SecretStr(both)}), clock)
    token = address.rpartition("/")[2].removesuffix(".png")
    assert new.read(token) == pictured
    renewed = new.address(pictured)
    assert renewed is not None
    assert old.read(renewed.rpartition("/")[2].removesuffix(".png")) is None
