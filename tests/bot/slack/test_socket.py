"""Socket Mode: the same product without a public address."""

import asyncio
import logging

import pytest
from pydantic import SecretStr

from bot.services import Services
from bot.settings import Settings
from bot.slack import SlackApp, socket
from bot.slack.app import SlackSettingsError
from tests.bot.slack.acting import ask, sees
from tests.bot.slack.reading import block, buttons, words
from tests.support.ports import free_port
from tests.support.product import SIGNING, Product
from tests.support.slack import ADA, CHECKOUT, PATIENCE, Slackbox


@pytest.fixture
def settings(slackbox: Slackbox) -> Settings:
    """Settings of a product that Slack reaches by Socket Mode only."""
    slackbox.config.socket = True
    return Settings(
        http_port=free_port(),
        slack_bot_token=SecretStr(slackbox.config.bot_token),
        slack_app_token=SecretStr(slackbox.config.app_token),
        slack_api_url=slackbox.api_url,
        slack_admins=(ADA,),
        jwt_secrets=SecretStr(SIGNING),
    )


@pytest.fixture
def noticed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that died is noticed in about a second."""
    monkeypatch.setattr(socket, "PING_SECONDS", 0.3)


async def test_a_question_is_answered_with_slacks_own_chart(product: Product) -> None:
    answer = await ask(product, "checkout last-7d")
    assert "$1,405.25" in words(answer)
    assert block(answer, "data_visualization") is not None
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    assert block(shared, "image") is not None


async def test_a_payload_is_answered_once(product: Product) -> None:
    await product.slack.say("@cloud-cost checkout last-7d")
    await sees(product, "$1,405.25")
    await ask(product, "checkout last-7d")
    await asyncio.sleep(0.5)
    seen = [m for m in await product.slack.messages(user=ADA) if "$1,405.25" in words(m)]
    assert len(seen) == 2


async def test_a_form_works(product: Product) -> None:
    card = await ask(product, "project checkout")
    await product.slack.click(card, buttons(card)["Change"])

    async def form() -> bool:
        return "'block_id': 'slug'" in str(await product.slack.views())

    assert await product.slack.until(form)
    view = (await product.slack.views())[0]
    outcome = await product.slack.submit(view, {"name": "Shop", "slug": "search"})
    assert "exists" in outcome["errors"]["slug"]


async def test_slack_may_ask_to_connect_anew(product: Product) -> None:
    await product.slack.refresh_sockets()
    await _connected(product)
    assert "$1,405.25" in words(await ask(product, "checkout last-7d"))


@pytest.mark.usefixtures("noticed_soon")
async def test_connections_that_die_silently_are_made_anew(product: Product) -> None:
    await product.slack.kill_sockets()
    await _connected(product)
    assert "$1,405.25" in words(await ask(product, "checkout last-7d"))


async def test_nothing_is_received_over_http(product: Product) -> None:
    async with product.session.post(f"{product.url}/slack/events", data=b"x") as reply:
        assert reply.status == 404


async def test_an_app_token_that_is_not_accepted_is_named(
    services: Services, settings: Settings
) -> None:
    wrong = settings.model_copy(update={"slack_app_token": SecretStr("xapp-wrong")})
    app = SlackApp(
        Services(**{f: getattr(services, f) for f in services.__slots__} | {"settings": wrong})
    )
    with pytest.raises(SlackSettingsError, match="SLACK_APP_TOKEN: invalid_auth"):
        await app.start()
    await app.close()


@pytest.mark.usefixtures("noticed_soon")
async def test_what_goes_wrong_for_ever_is_said_once(
    product: Product, caplog: pytest.LogCaptureFixture
) -> None:
    product.slack.config.app_token = "xapp-another"
    lines: list[str] = []

    async def said() -> list[str]:
        lines[:] = [r.getMessage() for r in caplog.records if "wss" in r.getMessage().lower()]
        return lines

    with caplog.at_level(logging.WARNING):
        await product.slack.refresh_sockets()
        await product.slack.until(said)
        await asyncio.sleep(2)
    assert len(await said()) == 1, lines
    assert "invalid_auth" in lines[0]
    assert all(record.exc_info is None for record in caplog.records)


async def _connected(product: Product) -> None:
    """Wait until a connection lives."""
    async with asyncio.timeout(PATIENCE):
        while not any(  # noqa: ASYNC110 - nobody tells
            not each.dead and not each.socket.closed
            for each in product.slack.slack.sockets._connections
        ):
            await asyncio.sleep(0.05)
