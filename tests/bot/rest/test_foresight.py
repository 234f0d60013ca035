"""Forecasts and drivers over REST."""

from decimal import Decimal
from typing import Any

import pytest

from core.access.model import Role
from tests.support.product import Product


async def got(product: Product, path: str, **options: Any) -> Any:
    reply = await product.call("GET", path, **options)
    assert reply.status == 200, await reply.text()
    return await reply.json()


async def test_a_forecast_is_what_is_spent_and_what_is_to_come(product: Product) -> None:
    told = await got(product, "/v1/costs/forecast?project=checkout")
    assert (told["query"]["start"], told["query"]["end"]) == ("2026-11-01", "2026-12-01")
    assert told["query"]["text"] == "forecast checkout mtd"
    (made,) = told["forecasts"]
    assert (made["spent"], made["ahead"], made["total"]) == ("4215.75", "1806.75", "6022.5")
    assert [day["date"] for day in made["days"]][:2] == ["2026-11-22", "2026-11-23"]
    assert set(made["at95"]) == {"lower", "upper"}
    assert sum(Decimal(day["expected"]) for day in made["days"]) == Decimal(made["ahead"])


@pytest.mark.parametrize(
    ("parameters", "start", "end"),
    [
        ("period=next-30d", "2026-11-22", "2026-12-22"),
        ("period=qtd", "2026-10-01", "2027-01-01"),
        ("start=2026-12-01&end=2026-12-08", "2026-12-01", "2026-12-08"),
    ],
)
async def test_any_days_ahead(product: Product, parameters: str, start: str, end: str) -> None:
    told = await got(product, f"/v1/costs/forecast?{parameters}")
    assert (told["query"]["start"], told["query"]["end"]) == (start, end)


async def test_a_forecast_as_csv(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs/forecast?project=checkout&format=csv")
    lines = (await reply.text()).splitlines()
    assert lines[0] == "date,currency,spent,expected,lower80,upper80,lower95,upper95"
    assert lines[1] == "2026-11-01,USD,200.75,,,,,"
    assert lines[22].startswith("2026-11-22,USD,,200.75,")
    assert "forecast-checkout-2026-11-01-to-2026-11-30.csv" in reply.headers["Content-Disposition"]


async def test_a_token_forecasts_only_what_it_may_see(product: Product) -> None:
    some = await got(product, "/v1/costs/forecast", projects=frozenset({"checkout"}))
    every = await got(product, "/v1/costs/forecast", role=Role.ADMIN)
    assert some["forecasts"][0]["total"] == "6022.5"
    assert Decimal(every["forecasts"][0]["total"]) > Decimal("6022.5")
    assert some["notes"] == [{"kind": "partial_access"}]


async def test_what_is_over_cannot_be_forecast(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs/forecast?period=last-month")
    assert reply.status == 400
    assert "known already" in (await reply.json())["detail"]


async def test_drivers_add_up(product: Product) -> None:
    told = await got(
        product, "/v1/costs/drivers?period=2026-10&compare=2026-11-01..2026-11-10&project=checkout"
    )
    (drivers,) = told["drivers"]
    change = Decimal(drivers["total"]["change"])
    causes = sum(Decimal(cause["change"]) for cause in drivers["causes"])
    assert causes + Decimal(drivers["one_off"]["change"]) + Decimal(drivers["rest"]) == change
    assert drivers["sentence"].startswith(("Up", "Down", "Unchanged"))
    assert set(told["now"]) == {"start", "end"}


async def test_drivers_as_csv(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs/drivers?period=last-7d&format=csv")
    assert (await reply.text()).splitlines()[0].startswith("currency,what")


async def test_projects_are_not_compared(product: Product) -> None:
    reply = await product.call("GET", "/v1/costs/drivers?compare=search")
    assert reply.status == 400
    assert "is a project" in (await reply.json())["detail"]
