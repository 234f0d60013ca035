"""Where due reports are posted from: a small company, its finances and the verbs on it."""

from dataclasses import replace
from datetime import time

from core.access.model import OPERATOR, Member, Role
from core.database import Database
from core.incidents.service import IncidentService
from core.reports.model import ReportKind
from core.schedules.model import (
    RunState,
    Schedule,
    Terms,
)
from core.schedules.poster import SchedulePoster
from core.schedules.service import ScheduleService
from core.schedules.timing import When
from tests.support.clock import FakeClock
from tests.support.facts import World, store
from tests.support.scheduling import (
    FINANCE,
    messages,
    parts,
    told,
)

MONDAYS = When("Europe/Berlin", time(9), weekdays=(0,))
WEEKLY = Terms(ReportKind.WEEKLY, "all", MONDAYS, ("C0FINANCE",), ("cfo@acme.example",), ())
MONTHLY = replace(
    WEEKLY, kind=ReportKind.MONTHLY, when=When("Europe/Berlin", time(9), business_days=(2,))
)
BEFORE = "2026-11-22T18:00"
DUE = "2026-11-23T08:00"
FINANCE_POSTS = ["post mail:cfo@acme.example", "post slack:C0FINANCE"]


class Desk:
    """A database with the company, and the verbs on it."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.parts = parts(database, clock.at(BEFORE))
        self.service = ScheduleService(self.parts)
        self.poster = SchedulePoster(self.parts, worker="a")

    async def runs(self, schedule: Schedule) -> list[tuple[RunState, str]]:
        found = await self.service.runs(schedule.id, FINANCE)
        return [(each.state, each.reason) for each in found]

    async def told(self) -> list[str]:
        return told(await messages(self.database))

    async def incidents(self) -> list[tuple[str, str]]:
        found = await IncidentService(self.database, self.clock).open()
        return [(each.subject, each.facts.words) for each in found]


async def opened(database: Database, clock: FakeClock, world: World) -> Desk:
    """A desk on a company where somebody does its finances."""
    await store(database, world)
    desk = Desk(database, clock)
    entry = Member(FINANCE.workspace, FINANCE.subject, Role.FINANCE)
    await desk.parts.access.set_member(entry, by=OPERATOR)
    return desk
