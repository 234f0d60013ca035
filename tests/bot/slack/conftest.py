"""Slack's tests act in the local Slack, on the whole product."""

import pytest

from tests.support.product import charts, product, public, services, settings
from tests.support.slack import slackbox

__all__ = ["charts", "product", "public", "services", "settings", "slackbox"]


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine too: what is shown instead of what comes late has tests of its own."""
    for waiting in ("answers", "forms", "menus"):
        monkeypatch.setattr(f"bot.slack.{waiting}._PATIENCE_SECONDS", 30)
