"""Subscriptions over REST: made, changed, ended by those who may."""

from typing import Any

from core.access.model import OPERATOR, Role
from core.projects.model import ProjectChange
from tests.support.product import Product
from tests.support.slack import CHECKOUT

PATH = "/v1/subscriptions"
NEW = {"subject": "checkout", "address": "test"}


async def call(product: Product, method: str, path: str = PATH, **options: Any) -> Any:
    reply = await product.call(method, path, **options)
    return reply.status, await reply.json()


async def test_a_token_subscribes_itself_and_what_is_said_stays(product: Product) -> None:
    status, made = await call(product, "POST", json=NEW)
    assert status == 201
    assert made == {
        "id": made["id"],
        "subject": "checkout",
        "readable": True,
        "declined": False,
        "kinds": ["alerts", "anomalies"],
        "channel": "slack",
        "address": "test",
        "pace": "at_once",
        "created_by": "test",
        "created_at": made["created_at"],
    }
    one = f"{PATH}/{made['id']}"
    assert await call(product, "GET", one) == (200, made)
    _, changed = await call(product, "PATCH", one, json={"pace": "digest", "kinds": ["alerts"]})
    assert changed == made | {"pace": "digest", "kinds": ["alerts"]}
    assert await call(product, "DELETE", one) == (200, changed)
    assert (await call(product, "GET", one))[0] == 404


async def test_a_pace_is_what_it_was_unless_it_is_said(product: Product) -> None:
    await call(product, "POST", json=NEW | {"kinds": ["alerts"], "pace": "digest"})
    _, more = await call(product, "POST", json=NEW | {"kinds": ["anomalies"]})
    assert (more["kinds"], more["pace"]) == (["alerts", "anomalies"], "digest")
    _, said = await call(product, "POST", json=NEW | {"pace": "at_once"})
    assert said["pace"] == "at_once"


async def test_who_may_subscribe_whom(product: Product) -> None:
    elsewhere = {"subject": "checkout", "address": "C0ELSEWHERE"}
    by_mail = {"subject": "all", "channel": "mail", "address": "ada@example.com"}
    for body in (elsewhere, by_mail):
        status, problem = await call(product, "POST", json=body)
        assert status == 403
        assert "finance and administrators" in problem["detail"]
        assert (await call(product, "POST", json=body, role=Role.FINANCE))[0] == 201
    assert (await call(product, "GET"))[1]["items"] != []  # made by the same subject
    await product.services.projects.change("checkout", ProjectChange(channel=CHECKOUT), by=OPERATOR)
    theirs = {"subject": "checkout", "address": CHECKOUT}
    assert (await call(product, "POST", json=theirs))[0] == 201
    hidden = await call(product, "POST", json=theirs, projects=frozenset({"search"}))
    assert hidden[0] == 404


async def test_they_are_listed_page_by_page_and_by_address(product: Product) -> None:
    for subject in ("checkout", "search", "all"):
        await call(product, "POST", json=NEW | {"subject": subject})
    _, first = await call(product, "GET", f"{PATH}?limit=2")
    assert [each["subject"] for each in first["items"]] == ["checkout", "search"]
    _, rest = await call(product, "GET", f"{PATH}?limit=2&cursor={first['next']}")
    assert ([each["subject"] for each in rest["items"]], rest["next"]) == (["all"], None)
    assert (await call(product, "GET", f"{PATH}?address=nobody"))[1]["items"] == []


async def test_what_can_not_be_is_refused(product: Product) -> None:
    for body, status in (
        ({"subject": "chekout"}, 404),
        ({"subject": "checkout last-7d"}, 400),
        ({"kinds": []}, 400),
        ({"kinds": ["everything"]}, 400),
        ({"channel": "mail", "address": "ada"}, 400),
    ):
        assert (await call(product, "POST", json=NEW | body, role=Role.ADMIN))[0] == status, body
    assert (await call(product, "GET"))[1]["items"] == []
