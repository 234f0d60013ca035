"""Budgets over REST: made, changed, removed by those who may; how far they are."""

from typing import Any

import pytest

from core.access.model import OPERATOR, Role
from core.projects.model import ProjectChange
from tests.support.product import Product

CHECKOUT = {"subject": "checkout", "amount": "5000"}


async def make(product: Product, role: Role = Role.FINANCE, **more: Any) -> dict[str, Any]:
    reply = await product.call("POST", "/v1/budgets", role=role, json=CHECKOUT | more)
    assert reply.status == 201, await reply.text()
    made: dict[str, Any] = await reply.json()
    assert reply.headers["Location"] == f"/v1/budgets/{made['id']}"
    return made


async def test_a_budget_is_made_shown_listed(product: Product) -> None:
    made = await make(product, months={"2026-12": "9000.50"}, channels=["C1"])
    assert made["months"] == {"2026-12": "9000.5"}
    assert (made["currency"], made["cycle"], made["amount"]) == ("USD", "monthly", "5000")
    assert (made["thresholds"], made["forecast_thresholds"]) == ([80, 100, 120, 150], [100])
    shown = await (await product.call("GET", f"/v1/budgets/{made['id']}")).json()
    assert shown == made
    await make(product, subject="all")
    first = await (await product.call("GET", "/v1/budgets?limit=1")).json()
    rest = await (await product.call("GET", f"/v1/budgets?cursor={first['next']}")).json()
    assert [each["subject"] for each in first["items"] + rest["items"]] == ["checkout", "all"]
    only = await (await product.call("GET", "/v1/budgets?subject=project%3Dcheckout")).json()
    assert [each["id"] for each in only["items"]] == [made["id"]]


async def test_its_status(product: Product) -> None:
    made = await make(product)
    told = await (await product.call("GET", f"/v1/budgets/{made['id']}/status")).json()
    assert (told["used"], told["remaining"], told["amount"]) == ("4215.75", "784.25", "5000")
    assert (told["state"], told["expected"]) == ("heading_over", "6022.5")
    assert (told["start"], told["end"], told["complete_until"]) == (
        "2026-11-01",
        "2026-12-01",
        "2026-11-22",
    )
    assert told["breach"] == "2026-11-25"
    url = f"/v1/budgets/{made['id']}/status?on=2026-10-31"
    before = await (await product.call("GET", url)).json()
    assert (before["used"], before["final"], before["state"]) == ("6223.25", True, "over")


async def test_what_is_not_mentioned_stays(product: Product) -> None:
    made = await make(product, owner="U1", emails=["ada@example.com"])
    url = f"/v1/budgets/{made['id']}"
    body = {"amount": "6000", "owner": None, "months": {"2026-11": "1"}}
    changed = await (await product.call("PATCH", url, role=Role.FINANCE, json=body)).json()
    times = {"changed_at": changed["changed_at"]}
    assert changed == made | body | times
    history = await (await product.call("GET", f"{url}/changes")).json()
    assert [each["before"] is None for each in history["items"]] == [False, True]
    assert history["items"][0]["after"]["amount"] == "6000"


async def test_dates_of_its_own(product: Product) -> None:
    dates: dict[str, Any] = {"cycle": "custom", "start": "2026-11-10", "end": "2027-01-01"}
    made = await make(product, **dates)
    assert {name: made[name] for name in dates} == dates


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"amount": None}, 400),
        ({"amount": "-1"}, 400),
        ({"cycle": "custom"}, 400),
        ({"start": "2026-11-10"}, 400),
        ({"cycle": "custom", "start": "2026-11-10", "end": "2026-11-10"}, 400),
        ({"subject": "nobody"}, 404),
        ({"subject": "checkout gross"}, 400),
        ({"months": {"2026-13": "1"}}, 400),
        ({"emails": ["ada"]}, 400),
    ],
)
async def test_what_cant_be(product: Product, more: dict[str, Any], status: int) -> None:
    reply = await product.call("POST", "/v1/budgets", role=Role.FINANCE, json=CHECKOUT | more)
    assert reply.status == status, await reply.text()
    assert (await (await product.call("GET", "/v1/budgets")).json())["items"] == []


@pytest.mark.parametrize(
    ("more", "wish"),
    [
        ({"amount": "-1"}, "The member 'amount' ('-1'): Input should be written as '8000'."),
        ({"currency": "usd"}, "The member 'currency' ('usd'): Input should be written as 'USD'."),
        (
            {"months": {"2026-12": "much"}},
            "The member 'months.2026-12' ('much'): Input should be written as '8000'.",
        ),
    ],
)
async def test_what_cant_be_read_is_quoted_beside_what_can(
    product: Product, more: dict[str, Any], wish: str
) -> None:
    """Not beside a regular expression."""
    reply = await product.call("POST", "/v1/budgets", role=Role.FINANCE, json=CHECKOUT | more)
    assert (await reply.json())["detail"] == wish


async def test_there_is_one_of_each(product: Product) -> None:
    await make(product)
    again = await product.call("POST", "/v1/budgets", role=Role.FINANCE, json=CHECKOUT)
    assert again.status == 409


async def test_who_may(product: Product) -> None:
    """Viewers read; a project's owner sets its own; a token held to others sees nothing."""
    made = await make(product)
    url = f"/v1/budgets/{made['id']}"
    refused = [
        await product.call("POST", "/v1/budgets", json={"subject": "search", "amount": "1"}),
        await product.call("PATCH", url, json={"amount": "1"}),
        await product.call("DELETE", url),
    ]
    assert [each.status for each in refused] == [403, 403, 403]
    hidden = [
        await product.call(method, path, role=Role.FINANCE, projects=frozenset({"search"}))
        for method, path in (("GET", url), ("GET", f"{url}/status"), ("DELETE", url))
    ]
    assert [each.status for each in hidden] == [404, 404, 404]
    await product.services.projects.change("checkout", ProjectChange(owner="test"), by=OPERATOR)
    own = await product.call("PATCH", url, json={"amount": "1"})
    assert own.status == 200
    other = await product.call("PATCH", url, json={"subject": "all"})
    assert other.status == 403


async def test_removed_it_is_gone(product: Product) -> None:
    made = await make(product)
    url = f"/v1/budgets/{made['id']}"
    assert (await product.call("DELETE", url, role=Role.ADMIN)).status == 200
    assert (await product.call("GET", url)).status == 404
