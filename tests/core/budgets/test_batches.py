"""Budgets by the thousand: the same figures as one by one."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete

from core.access.model import OPERATOR
from core.budgets.model import Budget, Cycle, Terms
from core.budgets.service import BudgetService
from core.budgets.spendings import _ahead
from core.budgets.status import Status
from core.budgets.tables import budget_changes, budgets
from core.cache import Cache
from core.costs.model import Measure
from core.costs.service import CostService
from core.database import Database, DatabaseUnavailableError
from core.forecasts.model import Forecast
from core.period import Period
from core.projects.service import ProjectService
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store

FIRST = date(2026, 7, 1)
COMPLETE = date(2026, 11, 21)
AWS_COMPLETE = date(2026, 11, 19)
SUBJECTS = (
    "shop",
    "blog",
    "shop blog",
    "team=retail",
    "project!=shop",
    "service=Compute Engine",
    "shop service=Cloud SQL",
    "provider=aws",
    "label:env=prod",
    "label:env=none",
    "all",
    "unassigned",
    "shop project!=blog",
    "nothing",
)


def daily(amount: str, account: str, **rest: Any) -> Iterable[Charge]:
    return [
        Charge(day, Decimal(amount) * (1 + day.weekday() // 5), account, **rest)
        for n in range((COMPLETE - FIRST).days + 1)
        if (day := FIRST + timedelta(n))
    ]


WORLD = World(
    charges=(
        *daily("10.123456", "acc-1"),
        *daily("3", "acc-2", labels=(("env", "prod"),)),
        *daily("1", "acc-1", currency="EUR"),
        *daily("2.5", "acc-1", service="Cloud SQL"),
        *daily("4", "acc-3", provider="aws", service="AmazonS3"),
        *daily("0.3", "acc-4"),
        Charge(date(2026, 11, 3), Decimal(7), "acc-1", category="Tax"),
    ),
    projects={"shop": "retail", "blog": "retail", "nothing": None},
    accounts={
        ("gcp", "acc-1"): "shop",
        ("gcp", "acc-2"): "blog",
        ("aws", "acc-3"): "blog",
    },
    complete_until={"gcp": COMPLETE, "aws": AWS_COMPLETE},
)


@pytest.fixture
async def service(database: Database, clock: FakeClock) -> BudgetService:
    clock.now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    await store(database, WORLD)
    async with database.begin() as tx:
        await tx.execute(delete(budgets))
        await tx.execute(delete(budget_changes))
    costs = CostService(database, Cache(), clock)
    return BudgetService(database, costs, ProjectService(database, clock), clock)


def bare(told: Status) -> Status:
    """A status without what only one by one has: bands of single days, what the plan has."""
    made = told.forecast
    if isinstance(made, Forecast):
        days = tuple(day._replace(at80=None, at95=None) for day in made.days)
        made = replace(made, days=days)
    return replace(told, forecast=made, steps=(), freshness=replace(told.freshness))


def terms() -> Iterable[Terms]:
    for n, subject in enumerate(SUBJECTS):
        yield Terms(subject, "USD", amount=Decimal(500 + n))
    yield Terms("shop", "EUR", amount=Decimal(25))
    yield Terms("shop", "USD", amount=Decimal(900), measure=Measure.NET)
    yield Terms("shop", "USD", cycle=Cycle.QUARTERLY, amount=Decimal(2000))
    yield Terms("all", "USD", cycle=Cycle.YEARLY, amount=Decimal(9000))
    days = Period(date(2026, 11, 10), date(2026, 12, 3))
    yield Terms("blog", "USD", cycle=Cycle.CUSTOM, amount=Decimal(100), dates=days)
    later = Period(date(2026, 12, 10), date(2026, 12, 30))
    yield Terms("blog", "USD", cycle=Cycle.CUSTOM, amount=Decimal(100), dates=later)
    yield Terms("team=retail", "USD", cycle=Cycle.QUARTERLY)


async def test_what_is_read_ahead_is_given_up_with_what_fails() -> None:
    ended: list[str] = []

    async def fails() -> int:
        raise DatabaseUnavailableError

    async def lasts() -> int:
        try:
            return await asyncio.Event().wait()
        finally:
            ended.append("the next")

    with pytest.raises(DatabaseUnavailableError):
        [each async for each in _ahead(work() for work in (fails, lasts))]
    assert ended == ["the next"]


async def test_many_budgets_have_the_figures_that_each_has_alone(service: BudgetService) -> None:
    made: list[Budget] = [await service.add(each, by=OPERATOR) for each in terms()]
    found = {told.budget.id: told for told in await service.statuses(OPERATOR)}
    assert len(found) == len(made)
    for each in made:
        alone = await service.status(each.id, OPERATOR)
        assert bare(found[each.id]) == bare(alone), each.terms
