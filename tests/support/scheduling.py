"""Schedules on a small company: a week and a month to report on, and those who may."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.access.model import Role, Viewer
from core.access.service import AccessService
from core.cache import Cache
from core.clock import Clock
from core.costs.service import CostService
from core.database import Database
from core.outbox.model import Message, Verb
from core.outbox.service import OutboxService
from core.projects.service import ProjectService
from core.schedules.model import Posting
from core.schedules.parts import Parts
from core.schedules.telling import VALUES
from tests.support.facts import Charge, World, clear, store
from tests.support.reporting import reports

FIRST = date(2026, 8, 31)
"""A Monday."""
FINANCE = Viewer("U0FIN", Role.FINANCE, workspace="T0ACME")
OWNER = Viewer("U0ADA", workspace="T0ACME")
"""Of shop."""
BEN = Viewer("U0BEN", Role.VIEWER, frozenset({"blog"}), workspace="T0ACME")


def company(until: date, *more: Charge, complete: date | None = None) -> World:
    """Shop at 10 a day and blog at 3, from `FIRST` until a day, whose days are complete."""
    days = (until - FIRST).days
    return World(
        charges=(
            *(Charge(FIRST + timedelta(n), Decimal(10), "acc-1") for n in range(days)),
            *(Charge(FIRST + timedelta(n), Decimal(3), "acc-2") for n in range(days)),
            *more,
        ),
        projects={"shop": "retail", "blog": "retail"},
        accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
        complete_until={"gcp": complete or until},
    )


async def anew(database: Database, world: World) -> None:
    """Have the database hold another world: what a later sync found."""
    await clear(database)
    await store(database, world)


def parts(database: Database, clock: Clock) -> Parts:
    """What the verbs of schedules are made of, with no answer known from before."""
    costs = CostService(database, Cache(), clock)
    return Parts(
        database,
        AccessService(database, clock),
        costs,
        ProjectService(database, clock),
        reports(database, costs, clock),
        clock,
    )


async def messages(database: Database) -> list[Message]:
    """What is in the outbox, in the order it was written."""
    found = await OutboxService(database).listed(limit=1000)
    return [each.message for each in reversed(found)]


def told(messages: Iterable[Message]) -> list[str]:
    """Messages in short: `post slack:C0FINANCE`, `file:csv slack:C0FINANCE`."""
    return [
        f"{each.verb}{'' if each.verb is not Verb.FILE else ':' + str(posting(each).file)} "
        f"{each.to.channel}:{each.to.address}"
        for each in messages
    ]


def posting(message: Message) -> Posting:
    """What a report's message carries."""
    return VALUES.validate_python(message.values)


@dataclass
class FakeReports:
    """A poster and corrector of reports that write down what was asked of them, in its order."""

    asked: list[str] = field(default_factory=list)

    async def work(self) -> int:
        self.asked.append("work")
        return 0

    async def wake(self) -> None:
        self.asked.append("wake")

    async def correct(self) -> int:
        self.asked.append("correct")
        return 0

    async def forget(self, before: datetime) -> int:
        del before
        return 0
