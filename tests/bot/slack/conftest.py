"""Slack's tests act in the local Slack, on the whole product."""

import pytest

from tests.support.product import charts, product, public, services, settings
from tests.support.slack import slackbox

__all__ = ["charts", "product", "public", "services", "settings", "slackbox"]


@pytest.fixture(autouse=True)
def drawn_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine too: what is shown instead of a late picture has tests of its own."""
    monkeypatch.setattr("bot.slack.answers._PATIENCE_SECONDS", 30)
