"""Why something costs more than it did: the cells behind two periods, and what explains them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import update

from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache
from core.costs.drivers.model import Change, Usage
from core.costs.drivers.sentence import sentence
from core.costs.drivers.service import (
    DetailsNotKeptError,
    DriverService,
    NothingToCompareError,
    Why,
    WhyQuestionError,
)
from core.costs.model import (
    PROJECT,
    REGION,
    RESOURCE,
    SERVICE,
    SKU,
    CostQuery,
    Filter,
    Measure,
    Versus,
    label,
)
from core.costs.service import CostService
from core.costs.tables import charge_daily
from core.database import Database
from core.period import Period
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store

WEEK = Period(date(2026, 11, 8), date(2026, 11, 15), "")
"""Compared with 1 to 7 November."""


def days(first: int, last: int, amount: str, **more: object) -> list[Charge]:
    return [
        Charge(date(2026, 11, n), Decimal(amount), **more)  # type: ignore[arg-type]  # by name
        for n in range(first, last + 1)
    ]


def world(charges: Iterable[Charge], complete: date = date(2026, 11, 20)) -> World:
    return World(
        charges=tuple(charges),
        projects={"shop": "retail", "blog": None},
        accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
        complete_until={"gcp": complete},
    )


BASE = [
    *days(1, 14, "10", region="us-east1", sku="N2"),
    *days(1, 14, "5", account="acc-2", service="Cloud SQL"),
]
SQL = days(10, 14, "30", service="Cloud SQL", region="europe-west1", sku="SQL-1")


@pytest.fixture
def why(database: Database, clock: FakeClock) -> DriverService:
    return DriverService(database, CostService(database, Cache(), clock))


async def ask(why: DriverService, viewer: Viewer = OPERATOR, **query: object) -> Why:
    return await why.why(CostQuery(WEEK, **query), viewer)  # type: ignore[arg-type]  # by name


async def test_the_one_place_that_made_the_difference(
    database: Database, why: DriverService
) -> None:
    await store(database, world([*BASE, *SQL]))
    answer = await ask(why)
    (drivers,) = answer.drivers
    assert (answer.now.start, answer.then.start) == (date(2026, 11, 8), date(2026, 11, 1))
    assert drivers.total == Change(Decimal(105), Decimal(255))
    assert drivers.main is not None
    assert drivers.main.change.amount == 150
    assert drivers.main.new
    assert dict(drivers.main.path).items() <= {
        SERVICE: "Cloud SQL", SKU: "SQL-1", REGION: "europe-west1", PROJECT: "shop"
    }.items()  # fmt: skip
    assert sentence(drivers).startswith("Up $150.00 (143%) to $255.00: ")
    assert answer.text == "why all 2026-11-08..2026-11-14"


async def test_a_label_can_be_the_cause(database: Database, why: DriverService) -> None:
    both = (("team", "web"),), (("team", "ml"),)
    base = [c for labels in both for c in days(1, 14, "10", labels=labels)]
    await store(database, world([*base, *days(8, 14, "9", labels=both[1])]))
    (drivers,) = (await ask(why)).drivers
    assert drivers.main is not None
    assert drivers.main.path == ((label("team"), "ml"),)


async def test_purchases_and_corrections_are_told_apart(
    database: Database, why: DriverService
) -> None:
    once = Charge(date(2026, 11, 9), Decimal(500), category="Purchase", source_type="reservation")
    await store(database, world([*BASE, once]))
    (drivers,) = (await ask(why)).drivers
    assert (drivers.one_off.amount, drivers.total.amount) == (Decimal(500), Decimal(500))
    assert "mostly one-off charges (+$500.00)" in sentence(drivers)


async def test_price_is_told_from_usage(database: Database, why: DriverService) -> None:
    await store(database, world([*days(1, 7, "10"), *days(8, 14, "20")]))
    async with database.begin() as tx:
        await tx.execute(update(charge_daily).values(quantity=5, unit="hour"))
    (dearer,) = (await ask(why)).drivers
    assert dearer.causes[0].parts is not None
    assert (dearer.causes[0].parts.price, dearer.causes[0].parts.usage) == (Decimal(70), Decimal(0))
    async with database.begin() as tx:
        late = charge_daily.c.day >= date(2026, 11, 8)
        await tx.execute(update(charge_daily).where(late).values(quantity=10))
    (more,) = (await ask(why)).drivers
    assert more.causes[0].parts is not None
    assert (more.causes[0].parts.price, more.causes[0].parts.usage) == (Decimal(0), Decimal(70))
    assert more.causes[0].parts.units == Usage(Decimal(35), Decimal(70), "hour")


async def test_tax_and_promotions_are_no_cause(database: Database, why: DriverService) -> None:
    tax = Charge(date(2026, 11, 9), Decimal(99), category="Tax", source_type="tax")
    gift = Charge(date(2026, 11, 9), Decimal(-9), category="Credit", source_type="PROMOTION")
    await store(database, world([*BASE, tax, gift]))
    (drivers,) = (await ask(why)).drivers
    assert drivers.total.amount == 0
    assert sentence(drivers) == "Unchanged at $105.00."


async def test_currencies_are_explained_apart(database: Database, why: DriverService) -> None:
    euros = [replace(charge, currency="EUR") for charge in SQL]
    await store(database, world([*BASE, *SQL, *euros, *euros]))
    answer = await ask(why)
    moved = {drivers.currency: drivers.total.amount for drivers in answer.drivers}
    assert moved == {"EUR": Decimal(300), "USD": Decimal(150)}


async def test_only_what_the_viewer_may_see_and_asks_for(
    database: Database, why: DriverService
) -> None:
    await store(database, world([*BASE, *SQL, *days(8, 14, "7", account="acc-2")]))
    shop = Viewer("U", Role.VIEWER, frozenset({"shop"}))
    (seen,) = (await ask(why, shop)).drivers
    (compute,) = (await ask(why, where=(Filter(SERVICE, ("Compute Engine",)),))).drivers
    assert (seen.total.amount, compute.total.amount) == (Decimal(150), Decimal(49))


async def test_days_complete_on_both_sides_only(database: Database, why: DriverService) -> None:
    await store(database, world([*BASE, *SQL], complete=date(2026, 11, 12)))
    answer = await ask(why)
    assert (answer.now, answer.then) == (
        Period(date(2026, 11, 8), date(2026, 11, 12)),
        Period(date(2026, 11, 1), date(2026, 11, 5)),
    )
    assert answer.drivers[0].total.amount == 60


async def test_what_cannot_be_asked_is_said_with_the_fix(
    database: Database, why: DriverService
) -> None:
    await store(database, world(BASE, complete=date(2026, 11, 8)))
    with pytest.raises(NothingToCompareError, match="vs 2026-09"):
        await ask(why)
    with pytest.raises(WhyQuestionError, match="'net' is another measure"):
        await ask(why, measure=Measure.NET)
    with pytest.raises(WhyQuestionError, match="Leave 'vs blog' out"):
        await ask(why, versus=Versus("project", project="blog"))
    with pytest.raises(WhyQuestionError, match="Leave 'in EUR' out"):
        await ask(why, currency="EUR")
    with pytest.raises(WhyQuestionError, match="not by resource"):
        await ask(why, where=(Filter(RESOURCE, (None,)),))


async def test_without_facts_it_says_so_rather_than_something_wrong(
    database: Database, why: DriverService
) -> None:
    await store(database, world([*BASE, *SQL]))
    async with database.begin() as tx:
        await tx.execute(charge_daily.delete().where(charge_daily.c.day < date(2026, 11, 8)))
    with pytest.raises(DetailsNotKeptError):
        await ask(why)


async def test_the_steps_add_up_whatever_changed(database: Database, why: DriverService) -> None:
    once = Charge(date(2026, 11, 9), Decimal("3.3"), category="Adjustment", source_type="fix")
    many = [c for n in range(30) for c in days(n % 14 + 1, n % 14 + 1, f"{n}.01", sku=f"S{n}")]
    await store(database, world([*BASE, *SQL, *many, once]))
    (drivers,) = (await ask(why)).drivers
    assert sum(step.amount for step in drivers.steps) == drivers.total.amount != 0
