"""Work that is under way when the process is told to stop."""

import asyncio

import pytest

from bot.slack.background import Background
from core.costs.service import CostService
from tests.bot.slack.acting import held_back, sees
from tests.support.product import Product


async def test_a_question_under_way_is_answered(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = held_back(monkeypatch, CostService, "answer")
    assert (await product.slack.command("/cost checkout last-7d"))["ok"]
    assert await product.slack.private() == []
    asyncio.get_running_loop().call_later(0.2, answered.set)
    await product.app.close()
    assert "$1,405.25" in (await product.slack.private())[0]["text"]


async def test_whom_there_is_no_time_for_is_told(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(CostService, "answer", for_ever)
    monkeypatch.setattr(Background, "PATIENCE_SECONDS", 0.2)
    assert (await product.slack.command("/cost checkout last-7d"))["ok"]
    async with asyncio.timeout(30):
        await product.app.close()
    assert await sees(product, "ask again")
