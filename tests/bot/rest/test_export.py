"""FOCUS exports over REST."""

from decimal import Decimal

import pytest

from core.access.model import Role
from tests.support.exporting import parquet, read, summed
from tests.support.product import Product

PATH = "/v1/export/focus"
MINE = frozenset({"search"})
OCTOBER = {"period": "2026-10"}
PARQUET = "application/vnd.apache.parquet"


async def test_a_month_is_had_as_csv_with_a_name(product: Product) -> None:
    reply = await product.call("GET", PATH, role=Role.FINANCE, params=OCTOBER)
    assert (reply.status, reply.content_type) == (200, "text/csv")
    named = 'attachment; filename="focus-2026-10-01-to-2026-10-31.csv"'
    assert reply.headers["Content-Disposition"] == named
    rows = read(await reply.read())
    assert summed(rows, "BilledCost", "x_Project") == {
        ("checkout",): Decimal("6223.25"),
        ("search",): Decimal(1240),
        (None,): Decimal(155),
    }


@pytest.mark.parametrize(
    ("params", "headers"), [({"format": "parquet"}, {}), ({}, {"Accept": PARQUET})]
)
async def test_parquet_is_asked_for_by_name_or_by_what_is_accepted(
    product: Product, params: dict[str, str], headers: dict[str, str]
) -> None:
    reply = await product.call(
        "GET", PATH, role=Role.ADMIN, params=OCTOBER | params, headers=headers
    )
    assert (reply.status, reply.content_type) == (200, PARQUET)
    assert reply.headers["Content-Disposition"].endswith('.parquet"')
    rows = parquet(await reply.read()).to_pylist()
    assert sum(row["BilledCost"] for row in rows) == Decimal("7618.25")


async def test_it_is_for_finance_and_administrators(product: Product) -> None:
    reply = await product.call("GET", PATH, params=OCTOBER)
    assert reply.status == 403
    assert "finance" in (await reply.json())["detail"]


async def test_a_token_of_some_projects_exports_those(product: Product) -> None:
    reply = await product.call("GET", PATH, role=Role.FINANCE, projects=MINE, params=OCTOBER)
    rows = read(await reply.read())
    assert summed(rows, "BilledCost", "x_Project") == {("search",): Decimal(1240)}


async def test_filters_are_those_of_questions(product: Product) -> None:
    params = OCTOBER | {"service": "!Compute Engine", "provider": "gcp", "basis": "invoice"}
    reply = await product.call("GET", PATH, role=Role.FINANCE, params=params)
    assert {row["ServiceName"] for row in read(await reply.read())} == {"Cloud SQL", "Support"}


async def test_what_cant_be_read_is_a_problem_and_no_file(product: Product) -> None:
    for params, status in (
        ({"period": "blue-moon"}, 400),
        ({"project": "chekout"}, 404),
        ({"format": "xlsx"}, 400),
        ({"measure": "net"}, 400),
    ):
        reply = await product.call("GET", PATH, role=Role.FINANCE, params=params)
        assert (reply.status, reply.content_type) == (status, "application/problem+json")
