"""Alerts over REST: listed, acknowledged, snoozed by those who may."""

from decimal import Decimal
from typing import Any

import pytest

from core.access.model import OPERATOR, Role
from core.alerts.model import Alert
from core.budgets.model import Terms
from tests.support.alerts import raised
from tests.support.product import Product

OVER = Terms("checkout", "USD", amount=Decimal(4000))


@pytest.fixture
async def alert(product: Product) -> Alert:
    """Checkout's, over 4000 by 215.75."""
    return await raised(product.services, OVER)


async def post(
    product: Product, alert: Alert, what: str, role: Role = Role.VIEWER, **body: Any
) -> tuple[int, dict[str, Any]]:
    """Do something about it; the status and what is said."""
    reply = await product.call("POST", f"/v1/alerts/{alert.id}/{what}", role=role, json=body)
    return reply.status, await reply.json()


async def test_they_are_listed_and_shown(product: Product, alert: Alert) -> None:
    """With the figures of the budget, exact."""
    await raised(product.services, Terms("all", "USD", amount=Decimal(5000)))
    first = await (await product.call("GET", "/v1/alerts?limit=1")).json()
    rest = await (await product.call("GET", f"/v1/alerts?cursor={first['next']}")).json()
    assert [each["subject"] for each in first["items"] + rest["items"]] == ["all", "checkout"]
    (shown,) = rest["items"]
    assert shown == await (await product.call("GET", f"/v1/alerts/{alert.id}")).json()
    assert (shown["state"], shown["amount"], shown["used"]) == ("raised", "4000", "4215.75")
    assert (shown["remaining"], shown["end"]) == ("-215.75", "2026-12-01")
    crossed = [(each["percent"], each["kind"]) for each in shown["crossed"]]
    assert crossed == [(100, "actual"), (100, "forecast"), (80, "actual")]
    of_one = f"/v1/alerts?budget={alert.subject.budget}&state=raised"
    assert len((await (await product.call("GET", of_one)).json())["items"]) == 1
    none = await (await product.call("GET", "/v1/alerts?state=snoozed")).json()
    assert none == {"items": [], "next": None}


async def test_a_token_sees_its_projects_alone(product: Product, alert: Alert) -> None:
    held = frozenset({"search"})
    listed = await (await product.call("GET", "/v1/alerts", projects=held)).json()
    assert listed["items"] == []
    reply = await product.call("GET", f"/v1/alerts/{alert.id}", projects=held)
    assert reply.status == 404


async def test_it_is_acknowledged_once(product: Product, alert: Alert) -> None:
    """Whoever decided by what isn't so any more is told so."""
    status, done = await post(product, alert, "acknowledge", version=alert.version)
    assert (status, done["state"], done["acknowledged"]["by"]) == (200, "acknowledged", "test")
    status, late = await post(product, alert, "acknowledge", version=alert.version)
    assert status == 409
    assert "acknowledged it at" in late["detail"]
    status, again = await post(product, alert, "acknowledge")
    assert (status, again["detail"][:4]) == (409, "test")


async def test_it_is_snoozed_by_who_may(product: Product, alert: Alert) -> None:
    """Finance, here; a viewer not."""
    status, _ = await post(product, alert, "snooze", lasting="day")
    assert status == 403
    status, done = await post(product, alert, "snooze", Role.FINANCE, lasting="month")
    assert (status, done["state"]) == (200, "snoozed")
    assert done["snoozed"]["until"] == "2026-12-01T08:00:00Z"
    until = "2026-11-25T10:00:00+02:00"
    status, done = await post(product, alert, "snooze", Role.FINANCE, until=until)
    assert (status, done["snoozed"]["until"]) == (200, "2026-11-25T08:00:00Z")


@pytest.mark.parametrize(
    "body",
    [{}, {"lasting": "day", "until": "2026-12-01T00:00:00Z"}, {"until": "2020-01-01T00:00:00Z"}],
)
async def test_a_snooze_says_until_when(product: Product, alert: Alert, body: Any) -> None:
    """Once, and an instant to come."""
    status, _ = await post(product, alert, "snooze", Role.FINANCE, **body)
    assert status == 400
    found = await product.services.alerts.get(alert.id, OPERATOR)
    assert found.version == alert.version


async def test_there_is_no_such(product: Product) -> None:
    for number in ("1", "x", "9" * 30):
        assert (await product.call("GET", f"/v1/alerts/{number}")).status == 404
