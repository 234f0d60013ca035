"""The link in a mail: looked at, pressed, taken back; by people and by mail programs."""

from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot import unsubscribing
from core.outbox.model import Destination
from core.subscriptions.model import Of, Reason
from tests.support.clock import FakeClock
from tests.support.product import SIGNING, Product

ADA = Destination("mail", "ada@example.com")
WHY = Reason(Of.BUDGET, 7)


@pytest.fixture
def public() -> bool:
    """There are links where mail programs can reach this."""
    return True


def path(product: Product, *reasons: Reason) -> str:
    found = unsubscribing.address(product.services.settings, ADA, reasons or [WHY])
    assert found is not None
    return urlsplit(found).path


async def ask(product: Product, method: str, path: str, **more: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session:
        reply = await session.request(method, f"{product.url}{path}", **more)
        return reply.status, await reply.text()


async def declined(product: Product) -> set[tuple[int, Destination]]:
    return set(await product.services.subscriptions.declined())


async def test_looking_changes_nothing_and_says_who_and_what(product: Product) -> None:
    status, page = await ask(product, "GET", path(product))
    assert status == 200
    assert "<strong>ada@example.com</strong> gets alerts of a budget by mail." in page
    assert '<form method="post"><button>Unsubscribe</button>' in page
    assert await declined(product) == set()


async def test_one_click_of_a_mail_program_declines_and_twice_is_once(product: Product) -> None:
    click = {"data": {"List-Unsubscribe": "One-Click"}}
    for _ in range(2):
        status, page = await ask(product, "POST", path(product), **click)
        assert (status, "no longer gets alerts of a budget" in page) == (200, True)
    assert await declined(product) == {(7, ADA)}


async def test_it_can_be_taken_back(product: Product) -> None:
    await ask(product, "POST", path(product))
    _, page = await ask(product, "POST", path(product), data={"again": "yes"})
    assert "Subscribed again" in page
    assert await declined(product) == set()
    async with product.services.database.read() as connection:
        rows = await connection.execute(text("SELECT actor, action, detail FROM audit ORDER BY id"))
        assert [tuple(row) for row in rows] == [
            ("ada@example.com", "subscription.decline", {"of": "budget 7"}),
            ("ada@example.com", "subscription.accept", {"of": "budget 7"}),
        ]


async def test_a_mail_of_several_budgets_declines_them_all(product: Product) -> None:
    link = path(product, WHY, Reason(Of.BUDGET, 9))
    _, page = await ask(product, "GET", link)
    assert "alerts of 2 budgets" in page
    await ask(product, "POST", link)
    assert await declined(product) == {(7, ADA), (9, ADA)}


async def test_what_was_not_signed_here_is_refused(product: Product) -> None:
    others = product.services.settings.model_copy(
        update={"jwt_secrets": SecretStr("k9:" + "x" * 48)}
    )
    forged = unsubscribing.address(others, ADA, [WHY]) or ""
    token = await product.token()
    for link in (urlsplit(forged).path, "/unsubscribe/abc", f"/unsubscribe/{token}"):
        for method in ("GET", "POST"):
            status, page = await ask(product, method, link)
            assert (status, "leads nowhere" in page) == (404, True)
    assert await declined(product) == set()


async def test_links_live_on_when_keys_are_changed_and_time_goes_by(
    product: Product, clock: FakeClock
) -> None:
    link = path(product)
    fresh = SecretStr(f"k2:{'n' * 48},{SIGNING}")
    rotated = product.services.settings.model_copy(update={"jwt_secrets": fresh})
    assert unsubscribing.read(rotated, link.rpartition("/")[2]) is not None
    clock.advance(days=400)
    assert (await ask(product, "GET", link))[0] == 200


async def test_the_page_runs_no_script_and_tells_nobody_where_it_was(product: Product) -> None:
    async with aiohttp.ClientSession() as session:
        reply = await session.get(f"{product.url}{path(product)}")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert (reply.headers["Referrer-Policy"], reply.headers["Cache-Control"]) == (
        "no-referrer",
        "no-store",
    )


async def test_without_a_public_address_there_is_no_link(product: Product) -> None:
    private = product.services.settings.model_copy(update={"public_url": None})
    assert unsubscribing.address(private, ADA, [WHY]) is None
