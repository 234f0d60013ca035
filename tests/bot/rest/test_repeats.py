"""Writes that are sent again: done once under one Idempotency-Key."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from bot.rest.repeats import REPLAYED
from bot.rest.tokens import Keys
from core.access.model import OPERATOR, Role
from core.projects.service import ProjectService
from tests.support.product import Product, bill

INVOICE = {"account": "0123AB", "month": "2026-10", "amount": "9.5", "currency": "USD"}
PAYMENTS = {"slug": "payments"}


async def post(
    product: Product,
    path: str,
    body: dict[str, Any],
    key: str | None = "k1",
    subject: str = "script",
) -> tuple[aiohttp.ClientResponse, dict[str, Any]]:
    issued = await product.services.access.issue(
        subject=subject, role=Role.ADMIN, ttl=timedelta(hours=1), by=OPERATOR
    )
    headers = {"Authorization": f"Bearer {Keys(product.services.settings).sign(issued)}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    async with product.session.post(product.url + path, json=body, headers=headers) as reply:
        return reply, await reply.json()


async def slugs(product: Product) -> list[str]:
    return [each.slug for each in await product.services.projects.list(OPERATOR)]


async def test_a_write_sent_again_gets_the_first_reply(product: Product) -> None:
    first, made = await post(product, "/v1/projects", PAYMENTS)
    again, same = await post(product, "/v1/projects", PAYMENTS)
    assert (first.status, again.status, same) == (201, 201, made)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")
    # Without the key it is a clash, as ever.
    assert (await post(product, "/v1/projects", PAYMENTS, key=None))[0].status == 409


async def test_a_key_stands_for_one_write(product: Product) -> None:
    await post(product, "/v1/projects", PAYMENTS)
    for path, body in (
        ("/v1/projects", {"slug": "billing"}),
        ("/v1/projects?x=1", PAYMENTS),
        ("/v1/syncs", PAYMENTS),
    ):
        reply, problem = await post(product, path, body)
        assert (reply.status, problem["type"]) == (
            422,
            "urn:cloud-cost-tracker:problem:key-reused",
        )
    assert "billing" not in await slugs(product)


async def test_everybody_has_keys_of_their_own(product: Product) -> None:
    await post(product, "/v1/projects", PAYMENTS)
    reply, _ = await post(product, "/v1/projects", {"slug": "billing"}, subject="another")
    assert reply.status == 201


async def test_what_was_refused_is_tried_anew(product: Product) -> None:
    await bill(product)
    wrong = {"account": "nobody's"}
    assert (await post(product, "/v1/invoices", INVOICE | wrong))[0].status == 404
    reply, _ = await post(product, "/v1/invoices", INVOICE)
    assert (reply.status, REPLAYED in reply.headers) == (201, False)


async def test_two_at_once_are_one(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told that the first is under way."""
    entered, may_go_on = asyncio.Event(), asyncio.Event()
    create = ProjectService.create

    async def slowly(self: ProjectService, *args: Any, **kwargs: Any) -> Any:
        entered.set()
        await may_go_on.wait()
        return await create(self, *args, **kwargs)

    monkeypatch.setattr(ProjectService, "create", slowly)
    first = asyncio.create_task(post(product, "/v1/projects", PAYMENTS))
    await entered.wait()
    second, problem = await post(product, "/v1/projects", PAYMENTS)
    assert (second.status, problem["type"]) == (409, "urn:cloud-cost-tracker:problem:under-way")
    may_go_on.set()
    assert (await first)[0].status == 201
    assert (await post(product, "/v1/projects", PAYMENTS))[0].status == 201


@pytest.mark.parametrize("key", ["with a space", "x" * 256])
async def test_keys_that_are_none(product: Product, key: str) -> None:
    reply, problem = await post(product, "/v1/projects", PAYMENTS, key=key)
    assert reply.status == 400
    assert problem["detail"].endswith("is no Idempotency-Key. A random UUID will do.")


async def test_a_reply_is_kept_for_a_day(product: Product) -> None:
    """By the database's clock."""
    await bill(product)
    await post(product, "/v1/invoices", INVOICE)
    assert REPLAYED in (await post(product, "/v1/invoices", INVOICE))[0].headers
    async with product.services.database.begin() as tx:
        await tx.execute(text("UPDATE jobs SET ended_at = ended_at - interval '25 hours'"))
    assert REPLAYED not in (await post(product, "/v1/invoices", INVOICE))[0].headers
