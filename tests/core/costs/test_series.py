"""Series, for statistics, beside the exact answers to the same questions."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache
from core.costs.listings import DailySeries
from core.costs.model import PROJECT, SERVICE, SKU, CostQuery, Dimension, Filter, Granularity
from core.costs.service import CostService
from core.database import Database
from core.period import Period
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 20))


def charge(day: int, amount: str, account: str = "a", **more: str) -> Charge:
    return Charge(date(2026, 11, day), Decimal(amount), account=account, **more)  # type: ignore[arg-type]  # fields by name


WORLD = World(
    charges=(
        charge(3, "10"),
        charge(3, "1.5", service="Cloud SQL", sku="SQL-1"),
        charge(5, "20"),
        charge(6, "7", "b"),
        charge(6, "8", "b", currency="EUR"),
        charge(7, "-2", "b", category="Credit", source_type="PROMOTION"),
        charge(8, "-3", "b", category="Credit", source_type="DISCOUNT"),
    ),
    projects={"shop": None, "blog": None},
    accounts={("gcp", "a"): "shop", ("gcp", "b"): "blog"},
    complete_until={"gcp": date(2026, 11, 20)},
)


@pytest.fixture
async def costs(database: Database, clock: FakeClock) -> CostService:
    await store(database, WORLD)
    return CostService(database, Cache(), clock)


async def ask(
    costs: CostService, *by: Dimension, viewer: Viewer = OPERATOR, where: tuple[Filter, ...] = ()
) -> list[DailySeries]:
    query = CostQuery(NOVEMBER, where, by)
    return [found async for found in costs.series(query, viewer)]


async def test_days_without_a_charge_between_are_zero_and_the_days_before_the_first_are_not_there(
    costs: CostService,
) -> None:
    found = await ask(costs, PROJECT, where=(Filter(PROJECT, ("shop",)),))
    assert found == [
        DailySeries(("shop",), "USD", date(2026, 11, 3), (11.5, 0.0, 20.0, *[0.0] * 14))
    ]


async def test_the_measure_counts_as_it_does_in_answers(costs: CostService) -> None:
    (_, dollars) = await ask(costs, PROJECT, where=(Filter(PROJECT, ("blog",)),))
    assert dollars.amounts[:3] == (7.0, 0.0, -3.0)


async def test_each_currency_is_a_series_of_its_own_in_order(costs: CostService) -> None:
    found = await ask(costs, PROJECT)
    assert [(s.group, s.currency) for s in found] == [
        (("blog",), "EUR"),
        (("blog",), "USD"),
        (("shop",), "USD"),
    ]


async def test_only_what_the_viewer_may_see(costs: CostService) -> None:
    blogger = Viewer("U1", Role.VIEWER, frozenset({"blog"}))
    assert {s.group for s in await ask(costs, PROJECT, viewer=blogger)} == {("blog",)}


@pytest.mark.parametrize("by", [(), (PROJECT,), (PROJECT, SERVICE), (SKU, PROJECT)])
async def test_they_are_the_answers_day_by_day(costs: CostService, by: Sequence[Dimension]) -> None:
    answer = await costs.answer(
        CostQuery(NOVEMBER, (), tuple(by), granularity=Granularity.DAILY), OPERATOR
    )
    exact: defaultdict[object, float] = defaultdict(float)
    for line in answer.lines:
        exact[(*line.group.values(), line.currency, line.start)] += float(line.amount)
    found = {
        (*s.group, s.currency, s.start + timedelta(n)): amount
        for s in await ask(costs, *by)
        for n, amount in enumerate(s.amounts)
        if amount
    }
    assert found == exact
