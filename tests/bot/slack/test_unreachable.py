"""PUBLIC_URL is wrong, or the network is closed: Slack can't fetch pictures."""

import pytest
import structlog
from pydantic import SecretStr

from bot.settings import Settings
from tests.bot.slack.acting import ask
from tests.bot.slack.reading import block, buttons, words
from tests.support.clock import FakeClock
from tests.support.ports import free_port
from tests.support.product import SIGNING, Product
from tests.support.slack import Slackbox


@pytest.fixture
def settings(slackbox: Slackbox) -> Settings:
    """Settings of a product whose PUBLIC_URL leads nowhere."""
    return Settings(
        http_port=free_port(),
        public_url=f"http://127.0.0.1:{free_port()}",
        slack_bot_token=SecretStr(slackbox.config.bot_token),
        slack_signing_secret=SecretStr(slackbox.config.signing_secret),
        slack_api_url=slackbox.api_url,
        jwt_secrets=SecretStr(SIGNING),
    )


async def test_the_answer_comes_with_slacks_own_chart(product: Product, clock: FakeClock) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await ask(product, "checkout last-7d")
        assert "$1,405.25" in words(answer)
        assert block(answer, "data_visualization") is not None
        assert "Send me the chart" in buttons(answer)
        again = await ask(product, "all last-7d")
        assert block(again, "data_visualization") is not None
        refused = [line for line in logs if line["event"] == "slack.picture_refused"]
        assert len(refused) == 1, "for some minutes it isn't tried again"
        clock.advance(minutes=6)
        await ask(product, "checkout last-month")
        refused = [line for line in logs if line["event"] == "slack.picture_refused"]
        assert len(refused) == 2
    assert "PUBLIC_URL" in refused[0]["fix"]


async def test_the_home_tab_comes_without_the_picture(product: Product) -> None:
    await product.slack.open_home()
    home = await product.slack.until(product.slack.home)
    assert block(home, "image") is None
    assert block(home, "header") is not None
