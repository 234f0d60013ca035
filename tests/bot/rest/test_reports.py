"""Reports over REST: the figures of the summary, for who may see them, in every format."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from core.access.model import Role
from tests.support.product import Product

WEEK = "/v1/reports/weekly?period=2026-11-09"


async def got(product: Product, path: str, **options: Any) -> Any:
    reply = await product.call("GET", path, **options)
    assert reply.status == 200, await reply.text()
    return await reply.json()


async def test_a_week_says_what_the_summary_says(product: Product) -> None:
    told = await got(product, WEEK)
    (usd,) = told["currencies"]
    summary = await got(product, "/v1/costs/summary?start=2026-11-09&end=2026-11-16")
    assert [usd["total"]] == [total["amount"] for total in summary["totals"]]
    assert [(row["value"], row["amount"]) for row in usd["services"]] == [
        (line["group"]["service"], line["amount"]) for line in summary["lines"]
    ]
    assert (told["start"], told["end"]) == ("2026-11-09", "2026-11-16")
    assert (told["status"], told["reason"], told["complete"]) == ("provisional", "open", True)
    assert told["data"] == summary["data"]


async def test_a_month_says_what_the_summary_says_on_both_bases(product: Product) -> None:
    told = await got(product, "/v1/reports/monthly?project=checkout")
    (usd,) = told["currencies"]
    about = "period=2026-10&project=checkout&measure=net"
    used = await got(product, f"/v1/costs/summary?{about}")
    invoiced = await got(product, f"/v1/costs/summary?{about}&basis=invoice")
    assert told["text"] == "report monthly checkout 2026-10"
    assert usd["invoice"]["used"] == used["totals"][0]["amount"]
    assert usd["invoice"]["invoiced"] == invoiced["totals"][0]["amount"]
    assert [row["value"] for row in usd["services"]] == ["Compute Engine", "Cloud SQL"]


async def test_a_token_gets_a_report_of_what_it_may_see(product: Product) -> None:
    some = await got(product, WEEK, projects=frozenset({"checkout"}))
    assert some["partial"] is True
    assert some["currencies"][0]["total"] == "1405.25"
    assert {"kind": "partial_access"} in some["notes"]
    every = await got(product, WEEK, role=Role.FINANCE)
    assert every["partial"] is False
    reply = await product.call("GET", f"{WEEK}&project=search", projects=frozenset({"checkout"}))
    assert reply.status == 404


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("weekly?period=2026-10", "of one week"),
        ("monthly?period=qtd", "of one month"),
        ("monthly?basis=invoice", "Leave 'invoice' out"),
        ("weekly?resource=vm-1", "no resources"),
        ("weekly?period=2027-01-04", "hasn't begun"),
    ],
)
async def test_what_cannot_be_reported_says_why(
    product: Product, parameters: str, said: str
) -> None:
    reply = await product.call("GET", f"/v1/reports/{parameters}")
    assert reply.status == 400
    assert said in (await reply.json())["detail"]


async def test_the_files_have_the_figures_of_the_json(product: Product) -> None:
    told = await got(product, WEEK)
    total = told["currencies"][0]["total"]
    reply = await product.call("GET", WEEK, headers={"Accept": "text/csv"})
    assert 'filename="report-weekly-all-2026-11-09.csv"' in reply.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(await reply.text())))
    assert [line["amount"] for line in lines if line["section"] == "total"] == [total]
    book = await product.call("GET", f"{WEEK}&format=xlsx")
    assert book.status == 200
    read = load_workbook(io.BytesIO(await book.read()))
    cells = [cell.value for sheet in read for row in sheet.iter_rows() for cell in row]
    assert any(Decimal(str(each)) == Decimal(total) for each in cells if isinstance(each, float))
