"""Exports of charges: what is listed by page, in order, exactly, whatever text there is."""

import sys
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from bot.render import charges, json
from bot.render.charges import Format, WorkbookError
from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache
from core.costs.model import Basis, CostQuery, Measure
from core.costs.service import CostService
from core.database import Database
from core.period import Period
from tests.core.costs.test_rows import NOVEMBER, WORLD, pages
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store
from tests.support.rows import exported, read, summed


@pytest.fixture
async def costs(fresh_database: Database, clock: FakeClock) -> CostService:
    await store(fresh_database, WORLD)
    return CostService(fresh_database, Cache(), clock)


@pytest.mark.parametrize("form", Format)
async def test_a_file_has_the_rows_of_the_pages_in_their_order(
    costs: CostService, form: Format
) -> None:
    assert read(await exported(costs, NOVEMBER, form), form) == await pages(
        costs, NOVEMBER, OPERATOR, 9
    )
    assert await costs.count_rows(NOVEMBER, OPERATOR) == 60


@pytest.mark.parametrize("measure", [Measure.COST, Measure.NET, Measure.GROSS])
@pytest.mark.parametrize("basis", Basis)
async def test_its_rows_add_up_to_the_answer(
    costs: CostService, measure: Measure, basis: Basis
) -> None:
    query = CostQuery(NOVEMBER.period, measure=measure, basis=basis)
    rows = read(await exported(costs, query, Format.CSV), Format.CSV)
    sums = {
        currency: summed(row for row in rows if row.currency == currency)
        for currency in {row.currency for row in rows}
    }
    answer = await costs.answer(query, OPERATOR)
    assert sums == {total.currency: total.amount for total in answer.totals}


async def test_a_viewer_exports_their_projects_only(costs: CostService) -> None:
    viewer = Viewer("U1", Role.VIEWER, frozenset({"blog"}))
    rows = read(await exported(costs, NOVEMBER, Format.CSV, viewer), Format.CSV)
    assert rows == await pages(costs, NOVEMBER, viewer, 9)
    assert {row.project for row in rows} == {"blog"}


@pytest.mark.parametrize("form", Format)
async def test_nothing_charged_is_a_file_without_rows(costs: CostService, form: Format) -> None:
    july = CostQuery(Period(date(2026, 7, 1), date(2026, 8, 1), "2026-07"))
    for query in (july, CostQuery(july.period, basis=Basis.INVOICE)):
        assert read(await exported(costs, query, form), form) == []
        assert await costs.count_rows(query, OPERATOR) == 0


@pytest.mark.parametrize("form", Format)
async def test_any_text_and_every_digit_come_back(
    fresh_database: Database, clock: FakeClock, form: Format
) -> None:
    """No text is taken for a formula, and what was put before it can be taken off."""
    random = Random(7)  # noqa: S311 - no secret
    pieces = [*"=+-@'\",;\t\n\\aé漢", "\\.", "\N{FULLWIDTH EQUALS SIGN}"]
    names = {"".join(random.choices(pieces, k=random.randint(1, 5))) for _ in range(300)}
    names = {name for name in names if name == name.strip()} | {"NULL", "null", "1e5", "0012"}
    world = World(
        tuple(
            Charge(date(2026, 11, 1), Decimal(f"{number}.{'0' * 12}1234567"), service=name)
            for number, name in enumerate(sorted(names))
        )
    )
    await store(fresh_database, world)
    costs = CostService(fresh_database, Cache(), clock)
    found = read(await exported(costs, NOVEMBER, form), form)
    assert found == await pages(costs, NOVEMBER, OPERATOR, 1000)
    assert {row.service for row in found} == names


async def test_no_text_begins_a_formula(fresh_database: Database, clock: FakeClock) -> None:
    await store(
        fresh_database, World((Charge(date(2026, 11, 1), Decimal(-2), service="=1+1", sku="-x"),))
    )
    costs = CostService(fresh_database, Cache(), clock)
    content = await exported(costs, NOVEMBER, Format.CSV)
    _, line = content.decode().splitlines()
    assert line == "2026-11-01,,gcp,acc-1,'=1+1,'-x,,,USD,-2"


async def test_a_large_workbook_is_made_by_a_process(
    costs: CostService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as a little one is at once; one that dies is no file."""
    at_once = read(await exported(costs, NOVEMBER, Format.XLSX), Format.XLSX)
    monkeypatch.setattr(charges, "_LITTLE", 0)
    assert read(await exported(costs, NOVEMBER, Format.XLSX), Format.XLSX) == at_once
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(WorkbookError):
        await exported(costs, NOVEMBER, Format.XLSX)


async def test_at_list_prices_what_has_none_is_nothing(
    fresh_database: Database, clock: FakeClock
) -> None:
    """Not zero: that would be a price."""
    day = date(2026, 11, 1)
    known = Charge(day, Decimal(5), service="A", list_price=Decimal(7))
    await store(fresh_database, World((known, Charge(day, Decimal(5), service="B"))))
    costs = CostService(fresh_database, Cache(), clock)
    query = CostQuery(NOVEMBER.period, measure=Measure.LIST)
    content = await exported(costs, query, Format.CSV)
    assert [line.rsplit(",", 1)[1] for line in content.decode().splitlines()[1:]] == ["7", ""]
    page = await costs.rows(query, OPERATOR)
    assert [json.cost_row(row)["amount"] for row in page.items] == ["7", None]
    assert b'"amount":null' in await exported(costs, query, Format.JSON)
