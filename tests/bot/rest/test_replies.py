"""Replies that are kept: never to the wrong asker, never of yesterday's data."""

from time import monotonic
from typing import Any

import aiohttp
import pytest

from bot.rest.limit import AT_ONCE
from core.access.model import OPERATOR
from core.access.service import AccessService
from core.costs.service import CostService
from tests.support.clock import FakeClock
from tests.support.product import Product

PATH = "/v1/costs/summary?period=last-7d&group_by=project"
MANY = "/v1/costs?start=2026-10-01&end=2026-11-22&limit=1000"


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The questions that the service was asked."""
    asked: list[Any] = []
    answer = CostService.answer

    async def noting(self: CostService, query: Any, viewer: Any) -> Any:
        asked.append(query)
        return await answer(self, query, viewer)

    monkeypatch.setattr(CostService, "answer", noting)
    return asked


async def bearer(product: Product, *projects: str) -> dict[str, str]:
    seen = frozenset(projects) if projects else None
    return {"Authorization": f"Bearer {await product.token(projects=seen)}"}


async def get(product: Product, path: str, **headers: str) -> tuple[aiohttp.ClientResponse, bytes]:
    reply = await product.session.get(product.url + path, headers=headers)
    return reply, await reply.read()


async def test_a_reply_is_made_once_for_its_asker(product: Product, answered: list[Any]) -> None:
    holder = await bearer(product)
    first, body = await get(product, PATH, **holder)
    for _ in range(2):
        again, same = await get(product, PATH, **holder)
        assert (again.status, same, again.headers["ETag"]) == (200, body, first.headers["ETag"])
        assert again.content_type == "application/json"
    assert len(answered) == 1


async def test_those_who_see_the_same_have_one_tag_and_others_another(product: Product) -> None:
    first, body = await get(product, PATH, **await bearer(product))
    second, same = await get(product, PATH, **await bearer(product))
    restricted, less = await get(product, PATH, **await bearer(product, "search"))
    assert (second.headers["ETag"], same) == (first.headers["ETag"], body)
    assert restricted.headers["ETag"] != first.headers["ETag"]
    assert b"checkout" not in less


async def test_a_kept_reply_is_not_given_to_a_revoked_token(product: Product) -> None:
    holder = await bearer(product)
    assert (await get(product, PATH, **holder))[0].status == 200
    issued = (await product.services.access.tokens())[0]
    await product.services.access.revoke(issued.jti, by=OPERATOR)
    assert (await get(product, PATH, **holder))[0].status == 401


async def test_a_token_revoked_by_another_process_is_known_within_seconds(
    product: Product, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = await bearer(product)
    assert (await get(product, PATH, **holder))[0].status == 200
    issued = (await product.services.access.tokens())[0]
    elsewhere = AccessService(product.services.database, clock)
    await elsewhere.revoke(issued.jti, by=OPERATOR)
    monkeypatch.setattr("core.access.service.monotonic", lambda: monotonic() + 5)
    assert (await get(product, PATH, **holder))[0].status == 401


async def test_changed_data_and_a_new_day_make_new_replies(
    product: Product, clock: FakeClock, answered: list[Any]
) -> None:
    holder = await bearer(product)
    _, before = await get(product, PATH, **holder)
    await product.services.projects.rename("search", "lookup", by=OPERATOR)
    _, after = await get(product, PATH, **holder)
    assert b'"lookup"' in after
    assert b'"lookup"' not in before
    clock.advance(minutes=59)
    await get(product, PATH, **holder)
    assert len(answered) == 2
    clock.at("2026-11-23T09:00-08:00")
    _, tomorrow = await get(product, PATH, **await bearer(product))
    assert b'"start":"2026-11-16"' in tomorrow


async def test_json_and_csv_are_kept_apart(product: Product) -> None:
    holder = await bearer(product)
    kinds = []
    for accepted in ("application/json", "text/csv", "application/json", "text/csv"):
        reply, _ = await get(product, PATH, Accept=accepted, **holder)
        kinds.append(reply.content_type)
        assert reply.headers["Vary"] == "Accept, Accept-Encoding"
    assert kinds == ["application/json", "text/csv"] * 2


async def test_mistakes_are_not_kept(product: Product) -> None:
    holder, path = await bearer(product), "/v1/costs/summary?project=lookup"
    assert (await get(product, path, **holder))[0].status == 404
    await product.services.projects.rename("search", "lookup", by=OPERATOR)
    assert (await get(product, path, **holder))[0].status == 200


async def test_an_etag_of_a_question_that_cant_be_read_changes_nothing(product: Product) -> None:
    reply, _ = await get(
        product, "/v1/costs/summary?perid=mtd", **await bearer(product), **{"If-None-Match": "*"}
    )
    assert reply.status == 400


async def test_only_work_counts_against_the_limit(product: Product) -> None:
    """The clock stands still, so nothing refills."""
    holder = await bearer(product)
    await get(product, PATH, **holder)
    for n in range(AT_ONCE - 1):
        assert (await get(product, f"/v1/projects?limit={n % 9 + 1}", **holder))[0].status == 200
    refused, body = await get(product, "/v1/projects", **holder)
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "1"
    assert b":too-many-requests" in body
    assert (await get(product, PATH, **holder))[0].status == 200
    assert (await get(product, "/v1/projects", **await bearer(product)))[0].status == 200


async def test_large_bodies_are_compressed_for_those_that_can_read_it(product: Product) -> None:
    holder = await bearer(product)
    packed, body = await get(product, MANY, **holder, **{"Accept-Encoding": "gzip"})
    plain, same = await get(product, MANY, **holder, **{"Accept-Encoding": "identity"})
    small, _ = await get(product, PATH, **holder, **{"Accept-Encoding": "gzip"})
    assert body == same
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 5
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in small.headers


@pytest.mark.parametrize("path", [PATH, MANY, f"{MANY}&format=csv", "/v1/projects", "/docs"])
async def test_head_is_get_without_the_body(product: Product, path: str) -> None:
    holder = await bearer(product)
    async with product.session.head(product.url + path, headers=holder) as reply:
        assert (reply.status, await reply.read()) == (200, b"")
    again, body = await get(product, path, **holder)
    assert again.content_type == reply.content_type
    assert body


async def test_metrics_tell_replies_by_operation_and_status(product: Product) -> None:
    holder = await bearer(product)
    await get(product, PATH, **holder)
    await get(product, "/v1/costs/summary?perid=mtd", **holder)
    await get(product, "/v1/projects", **holder)
    _, told = await get(product, "/metrics")
    lines = told.decode().splitlines()
    counts = "cost_tracker_http_reply_seconds_count"
    assert f'{counts}{{operation="costs.summary",status="200"}} 1.0' in lines
    assert f'{counts}{{operation="costs.summary",status="400"}} 1.0' in lines
    assert f'{counts}{{operation="projects.list_projects",status="200"}} 1.0' in lines
    version = await product.services.costs.data_version()
    assert f"cost_tracker_data_version {float(version)}" in lines
    assert "cost_tracker_charts_waiting 0.0" in lines
