"""Anomalies over REST: listed, judged; days planned ahead."""

from typing import Any

import pytest

from core.access.model import Role
from tests.support.anomalies import BURST, RUNAWAY, find
from tests.support.product import Product

SEARCH = frozenset({"search"})


@pytest.fixture
async def odd(product: Product) -> Product:
    """Two days of checkout's database and one of search were out of the ordinary."""
    services = product.services
    assert len(await find(services.database, services.anomalies, *RUNAWAY, *BURST)) == 2
    return product


async def called(product: Product, method: str, path: str, **options: Any) -> Any:
    reply = await product.call(method, path, **options)
    assert reply.status in {200, 201}, await reply.text()
    return await reply.json()


async def projects(product: Product, path: str, **options: Any) -> list[str]:
    found = await called(product, "GET", path, **options)
    return sorted(each["project"] for each in found["items"])


async def test_an_anomaly_is_told_with_its_days_and_services(odd: Product) -> None:
    told = await called(odd, "GET", "/v1/anomalies?project=checkout&period=last-30d")
    (found,) = told["items"]
    assert (found["start"], found["end"]) == ("2026-11-17", "2026-11-19")
    assert (found["expected"], found["actual"], found["impact"]) == ("401.5", "1001.5", "600")
    assert (found["of"], found["direction"], found["verdict"]) == ("project", "up", None)
    assert [(day["expected"], day["actual"]) for day in found["days"]] == [("200.75", "500.75")] * 2
    assert [(each["service"], each["impact"]) for each in found["services"]] == [
        ("Cloud SQL", "600")
    ]
    assert "Cloud SQL" in found["why"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["checkout", "search"]),
        ("?project=search", ["search"]),
        ("?service=Cloud%20SQL", ["checkout"]),
        ("?start=2026-11-10&end=2026-11-11", ["search"]),
        ("?period=2026-10", []),
        ("?project=unassigned", []),
    ],
)
async def test_they_are_listed_by_project_service_and_days(
    odd: Product, asked: str, found: list[str]
) -> None:
    assert await projects(odd, f"/v1/anomalies{asked}") == found


async def test_they_are_listed_a_page_at_a_time(odd: Product) -> None:
    first = await called(odd, "GET", "/v1/anomalies?limit=1")
    last = await called(odd, "GET", f"/v1/anomalies?limit=1&cursor={first['next']}")
    assert last["next"] is None
    assert {each["items"][0]["project"] for each in (first, last)} == {"checkout", "search"}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("project=chekout", 404),
        ("start=2026-11-10", 400),
        ("period=mtd&start=2026-11-10&end=2026-11-11", 400),
        ("cursor=nonsense", 400),
        ("region=us-east1", 400),
    ],
)
async def test_what_cannot_be_listed_is_a_problem(odd: Product, asked: str, status: int) -> None:
    assert (await odd.call("GET", f"/v1/anomalies?{asked}")).status == status


async def test_judging_is_seen_at_once_and_taken_back(odd: Product) -> None:
    (found,) = (await called(odd, "GET", "/v1/anomalies?project=checkout"))["items"]
    path = f"/v1/anomalies/{found['id']}/feedback"
    judged = await called(odd, "POST", path, json={"verdict": "planned"})
    assert (judged["verdict"], judged["judged_by"]) == ("planned", "test")
    assert (await called(odd, "GET", "/v1/anomalies?project=checkout"))["items"] == [judged]
    back = await called(odd, "POST", path, json={"verdict": None})
    assert (back["verdict"], back["judged_by"]) == (None, None)
    assert (await odd.call("POST", path, json={"verdict": "boring"})).status == 400
    assert (await odd.call("POST", path, json={})).status == 400


async def test_a_token_sees_judges_and_plans_only_what_is_its_own(odd: Product) -> None:
    assert await projects(odd, "/v1/anomalies", projects=SEARCH) == ["search"]
    (other,) = (await called(odd, "GET", "/v1/anomalies?project=checkout"))["items"]
    path = f"/v1/anomalies/{other['id']}/feedback"
    refused = await odd.call("POST", path, json={"verdict": "expected"}, projects=SEARCH)
    assert refused.status == 404
    for project in ("checkout", None):
        body = {"project": project, "start": "2026-12-01", "end": "2026-12-02"}
        reply = await odd.call("POST", "/v1/anomalies/planned", json=body, projects=SEARCH)
        assert reply.status == 404
        kept = await called(odd, "POST", "/v1/anomalies/planned", json=body, role=Role.ADMIN)
        there = f"/v1/anomalies/planned/{kept['id']}"
        assert (await odd.call("DELETE", there, projects=SEARCH)).status == 404
    assert await projects(odd, "/v1/anomalies/planned", projects=SEARCH) == []


async def test_days_are_planned_listed_and_cancelled(product: Product) -> None:
    body = {"project": "checkout", "service": "cloud sql", "amount": "500.10", "note": "load test"}
    december = {"start": "2026-12-01", "end": "2026-12-06"}
    planned = await called(product, "POST", "/v1/anomalies/planned", json=body | december)
    assert (planned["service"], planned["amount"], planned["planned_by"]) == (
        "Cloud SQL", "500.1", "test",
    )  # fmt: skip
    sooner = {"project": "search", "start": "2026-11-25", "end": "2026-11-26"}
    await called(product, "POST", "/v1/anomalies/planned", json=sooner)
    first = await called(product, "GET", "/v1/anomalies/planned?limit=1")
    assert [each["project"] for each in first["items"]] == ["search"]
    rest = await called(product, "GET", f"/v1/anomalies/planned?cursor={first['next']}")
    assert rest == {"items": [planned], "next": None}
    path = f"/v1/anomalies/planned/{planned['id']}"
    assert await called(product, "DELETE", path) == planned
    assert (await product.call("DELETE", path)).status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"project": "chekout"}, 404),
        ({"service": "Cloud SLQ"}, 404),
        ({"amount": "0"}, 400),
        ({"amount": 500}, 400),
        ({"end": "2026-12-01"}, 400),
        ({"end": "2029-12-01"}, 400),
    ],
)
async def test_what_cannot_be_planned_is_a_problem(
    product: Product, body: Any, status: int
) -> None:
    right = {"project": "checkout", "start": "2026-12-01", "end": "2026-12-06"}
    reply = await product.call("POST", "/v1/anomalies/planned", json=right | body)
    assert reply.status == status, await reply.text()
