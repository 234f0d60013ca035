"""A company whose spending tests decide day by day, and what channels are told of its budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select, text

from core.alerts.model import Roundup, Telling
from core.alerts.raising import Raised
from core.alerts.service import AlertService
from core.alerts.telling import ROUNDUP, TELLING
from core.budgets.catalogue import Catalogue
from core.budgets.evaluating import EvaluationService
from core.budgets.model import Terms
from core.budgets.service import BudgetService
from core.cache import Cache
from core.clock import Clock
from core.costs.drivers.service import DriverService
from core.costs.service import CostService
from core.database import Database
from core.outbox.model import Verb
from core.outbox.tables import outbox
from core.projects.service import ProjectService
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, store

NOVEMBER: Final = date(2026, 11, 1)
TERMS: Final = Terms(
    "shop", "USD", amount=Decimal(1000), channels=("C-shop",), emails=("fin@x.example",)
)


def evaluation(database: Database, clock: Clock, **rest: Any) -> EvaluationService:
    """What evaluates budgets."""
    costs = CostService(database, Cache(), clock)
    catalogue = Catalogue(database, costs, ProjectService(database, clock))
    return EvaluationService(
        database, catalogue, costs, DriverService(database, costs), clock, **rest
    )


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
        """Make its services."""
        self.costs = CostService(self.database, Cache(), self.clock)
        self.projects = ProjectService(self.database, self.clock)
        self.evaluation = evaluation(self.database, self.clock)
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


def november(day: int) -> date:
    """A day of it."""
    return NOVEMBER + timedelta(day - 1)
