"""The charges behind a question: every row once, in the same order whatever the page."""

from datetime import date
from decimal import Decimal

import pytest

from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache
from core.costs.model import PROJECT, Basis, CostQuery, CostRow, Filter, Measure
from core.costs.reading.rows import BadPositionError
from core.costs.service import CostService
from core.database import Database
from core.period import Period
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store
from tests.support.rows import summed

NOVEMBER = CostQuery(Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11"))
WORLD = World(
    charges=(
        *(
            Charge(
                date(2026, 11, day),
                Decimal(day) / 8,
                account=account,
                service=service,
                sku=f"sku-{day % 3}",
                currency=currency,
            )
            for day in (1, 2, 3, 9, 25)
            for account in ("acc-1", "acc-2", "")
            for service in ("Compute", "Storage")
            for currency in ("EUR", "USD")
        ),
        Charge(date(2026, 11, 3), Decimal(-1), service="Compute", sku="sku-0", category="Credit"),
        Charge(date(2026, 11, 3), Decimal(7), category="Tax", service="Tax"),
        Charge(date(2026, 9, 30), Decimal(4), billing_period=date(2026, 11, 1)),
    ),
    projects={"shop": None, "blog": None},
    accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
)


@pytest.fixture
async def costs(database: Database, clock: FakeClock) -> CostService:
    await store(database, WORLD)
    return CostService(database, Cache(), clock)


async def pages(costs: CostService, query: CostQuery, viewer: Viewer, limit: int) -> list[CostRow]:
    found: list[CostRow] = []
    after = None
    while True:
        page = await costs.rows(query, viewer, after=after, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("limit", [1, 7, 60, 1000])
async def test_pages_hold_every_row_once_in_the_order_of_days(
    costs: CostService, limit: int
) -> None:
    rows = await pages(costs, NOVEMBER, OPERATOR, limit)
    assert len(rows) == 60
    assert len(set(rows)) == 60
    assert [row.date for row in rows] == sorted(row.date for row in rows)


async def test_rows_add_up_to_the_answer(costs: CostService) -> None:
    rows = await pages(costs, NOVEMBER, OPERATOR, 50)
    answer = await costs.answer(NOVEMBER, OPERATOR)
    for total in answer.totals:
        assert summed(row for row in rows if row.currency == total.currency) == total.amount


async def test_a_row_adds_up_the_kinds_that_the_measure_counts(costs: CostService) -> None:
    rows = await pages(costs, NOVEMBER, OPERATOR, 1000)
    assert (
        CostRow(
            date=date(2026, 11, 3),
            project="shop",
            provider="gcp",
            account="acc-1",
            service="Compute",
            sku="sku-0",
            region=None,
            category=None,
            currency="USD",
            amount=Decimal("-0.625"),
        )
        in rows
    )
    assert not [row for row in rows if row.service == "Tax"]


async def test_an_invoice_lists_the_days_that_it_reaches_back_to(costs: CostService) -> None:
    query = CostQuery(NOVEMBER.period, basis=Basis.INVOICE, measure=Measure.NET)
    rows = await pages(costs, query, OPERATOR, 10)
    assert rows[0].date == date(2026, 9, 30)
    assert len(rows) == 62


async def test_a_viewer_lists_their_projects_only(costs: CostService) -> None:
    viewer = Viewer("U1", Role.VIEWER, frozenset({"blog"}))
    rows = await pages(costs, NOVEMBER, viewer, 10)
    assert {row.project for row in rows} == {"blog"}


async def test_filters_restrict_rows(costs: CostService) -> None:
    query = CostQuery(NOVEMBER.period, where=(Filter(PROJECT, (None,)),))
    assert {row.account for row in await pages(costs, query, OPERATOR, 10)} == {None}


@pytest.mark.parametrize("given", ["", "x", "bm9uZQ", "ä", "WzFd"])
async def test_a_position_that_was_never_given_is_refused(costs: CostService, given: str) -> None:
    with pytest.raises(BadPositionError, match="no position"):
        await costs.rows(NOVEMBER, OPERATOR, after=given, limit=10)


async def test_a_position_of_another_question_is_refused(costs: CostService) -> None:
    page = await costs.rows(NOVEMBER, OPERATOR, after=None, limit=10)
    other = CostQuery(NOVEMBER.period, measure=Measure.NET)
    with pytest.raises(BadPositionError):
        await costs.rows(other, OPERATOR, after=page.next, limit=10)


async def test_no_charges_is_an_empty_page(database: Database, clock: FakeClock) -> None:
    costs = CostService(database, Cache(), clock)
    assert (await costs.rows(NOVEMBER, OPERATOR, after=None, limit=10)).items == ()
    invoice = CostQuery(NOVEMBER.period, basis=Basis.INVOICE)
    assert (await costs.rows(invoice, OPERATOR, after=None, limit=10)).items == ()
