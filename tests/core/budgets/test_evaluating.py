"""Budgets held against what is spent: what channels are told, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from core.access.model import OPERATOR
from core.alerts.model import AlertState, Kind, Occasion, Roundup, Telling, Threshold
from core.alerts.raising import Raised
from core.alerts.service import AlertService
from core.alerts.telling import ROUNDUP, TELLING
from core.budgets.catalogue import Catalogue
from core.budgets.evaluating import EvaluationService
from core.budgets.model import Budget, Cycle, Terms
from core.budgets.service import BudgetService
from core.cache import Cache
from core.costs.drivers.service import DriverService
from core.costs.service import CostService
from core.database import Database
from core.outbox.model import Destination, Verb
from core.outbox.tables import outbox
from core.projects.service import ProjectService
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, store

NOVEMBER = date(2026, 11, 1)
TERMS = Terms("shop", "USD", amount=Decimal(1000), channels=("C-shop",), emails=("fin@x.example",))


@dataclass(frozen=True)
class Sent:
    """A message that was written."""

    to: str
    verb: Verb
    value: Telling | Roundup

    @property
    def said(self) -> tuple[str, str, str]:
        """To whom, how, and on which occasion."""
        return self.to, self.verb.value, self.value.occasion.value


@dataclass
class Company:
    """A company whose spending tests decide, day by day; `sent` gives what was written since."""

    database: Database
    clock: FakeClock
    usual: Decimal = Decimal(10)
    spent: dict[tuple[str, date], Decimal] = field(default_factory=dict)
    seen: int = 0

    def __post_init__(self) -> None:
        self.costs = CostService(self.database, Cache(), self.clock)
        self.projects = ProjectService(self.database, self.clock)
        self.evaluation = EvaluationService(
            self.database,
            Catalogue(self.database, self.costs, self.projects),
            self.costs,
            DriverService(self.database, self.costs),
            self.clock,
        )
        self.budgets = BudgetService(
            self.database,
            self.costs,
            self.projects,
            self.clock,
            changed=self.evaluation.evaluate,
        )
        self.alerts = AlertService(self.database, self.budgets, self.clock)

    def spend(self, account: str, amounts: Mapping[date, int]) -> None:
        """From now on the source says that some days cost so much."""
        self.spent |= {(account, day): Decimal(amount) for day, amount in amounts.items()}

    async def sync(self, day: date, *, complete: date | None = None) -> None:
        """The data of a day: all that is spent until then, complete until the day before."""
        self.clock.now = datetime.fromisoformat(f"{day}T20:00+00:00")
        first = date(2026, 8, 1)
        charges = tuple(
            Charge(when, self.spent.get((account, when), self.usual), account)
            for account in ("acc-1", "acc-2")
            for n in range((day - first).days)
            for when in [first + timedelta(n)]
        )
        world = World(
            charges=charges,
            projects={"shop": "retail", "blog": "retail"},
            accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
            complete_until={"gcp": complete or day - timedelta(1)},
        )
        await clear(self.database)
        await store(self.database, world)

    async def evaluate(self, day: date, **rest: Any) -> Raised:
        """A sync, and the evaluation after it."""
        await self.sync(day, **rest)
        return await self.evaluation.evaluate()

    async def sent(self) -> list[Sent]:
        """What was written since this was asked last."""
        async with self.database.read() as connection:
            rows = await connection.execute(
                select(outbox).where(outbox.c.id > self.seen).order_by(outbox.c.id)
            )
            found = [row._asdict() for row in rows]
            places = {
                row.id: row.address
                for row in await connection.execute(
                    text("SELECT id, address FROM outbox_destinations")
                )
            }
        self.seen = max([self.seen, *(each["id"] for each in found)])
        return [
            Sent(
                places[each["destination_id"]],
                Verb(each["verb"]),
                (TELLING if each["kind"] == "alert" else ROUNDUP).validate_python(each["values"]),
            )
            for each in found
        ]


@pytest.fixture
async def company(fresh_database: Database, clock: FakeClock) -> Company:
    return Company(fresh_database, clock)


def november(day: int) -> date:
    return NOVEMBER + timedelta(day - 1)


async def test_a_crossing_is_told_once(company: Company) -> None:
    await company.sync(november(8))
    budget = await company.budgets.add(TERMS, by=OPERATOR)
    assert await company.sent() == []
    company.spend("acc-1", {november(9): 800})
    await company.evaluate(november(10))
    post, mail = await company.sent()
    assert post.said == ("fin@x.example", "post", "crossed")
    assert mail.said == ("C-shop", "post", "crossed")
    print(post.value)
    assert await company.evaluation.evaluate() == Raised(1, 0, 0)
    assert await company.sent() == []
