"""What people do in the tests of Slack: ask, and wait for what they see."""

import asyncio
from typing import Any

import pytest

from tests.bot.slack.reading import Json, words
from tests.support.product import Product
from tests.support.slack import ADA, CHECKOUT

DIRECT = "D0ADA"


async def ask(product: Product, typed: str, *, user: str = ADA, channel: str = CHECKOUT) -> Json:
    """Type a command and wait for the private answer."""
    seen = await product.slack.private(user, channel)
    after = seen[-1]["ts"] if seen else ""
    outcome = await product.slack.command(f"/cost {typed}", user=user, channel=channel)
    assert outcome["ok"], outcome
    return await product.slack.answer(user=user, channel=channel, after=after)


async def sees(product: Product, text: str, *, user: str = ADA, channel: str = CHECKOUT) -> Json:
    """Wait until somebody sees a message with this text in it."""

    async def look() -> Json | None:
        seen = await product.slack.messages(channel, user=user)
        return next((m for m in seen if text in words(m)), None)

    return await product.slack.until(look)


def held_back(monkeypatch: pytest.MonkeyPatch, service: type, verb: str) -> asyncio.Event:
    """Have a verb of a service take until the event is set."""
    done, real = asyncio.Event(), getattr(service, verb)

    async def slow(*asked: Any, **more: Any) -> Any:
        await done.wait()
        return await real(*asked, **more)

    monkeypatch.setattr(service, verb, slow)
    return done
