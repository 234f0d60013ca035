"""A replica's scheduler on fakes of what it has done: they write down what they were asked."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from bot.scheduler import Scheduler
from bot.services import Services
from bot.settings import Settings
from core.alerts.raising import Raised
from core.alerts.tending import Tended
from core.anomalies.posting import Posted
from core.anomalies.service import Screened
from core.clock import Clock
from core.costs.assigning.service import RuleService
from core.costs.keeping.model import Keep
from core.costs.keeping.service import RetentionService
from core.costs.proving.service import ProofService
from core.costs.service import PACIFIC
from core.database import Database
from core.errors import ConflictError
from core.exports.service import ExportService
from core.incidents.service import IncidentService
from core.ingest.model import SyncReport
from core.ingest.service import IngestService
from core.jobs.model import Job
from core.jobs.service import JobService
from core.outbox.service import OutboxService
from tests.support.scheduling import FakeReports

LEASE = timedelta(seconds=1)


@dataclass
class FakeIngest:
    """Syncs by writing down that it was asked to; `error` makes it fail, `hold` wait."""

    sources: tuple[str, ...] = ("gcp",)
    error: str | None = None
    hold: asyncio.Event | None = None
    full: list[bool] = field(default_factory=list)
    watched: int = 0

    async def sync(self, *, full: bool = False) -> tuple[SyncReport, ...]:
        self.full.append(full)
        if self.hold:
            await self.hold.wait()
        return (SyncReport("gcp", error=self.error, matches=True),)

    async def prepare(self, today: date) -> tuple[str, ...]:
        return (f"charge_daily_{today:%Y_%m}",)

    async def watch(self) -> None:
        self.watched += 1


@dataclass
class FakeForesight:
    """Forecasts and anomalies that write down what was asked of them, in its order."""

    asked: list[str] = field(default_factory=list)

    async def judge_due(self) -> int:
        self.asked.append("judge")
        return 0

    async def make_all(self) -> int:
        self.asked.append("make")
        return 0

    async def listen(self) -> None:
        self.asked.append("listen")

    async def screen(self) -> Screened:
        self.asked.append("screen")
        return Screened()

    async def post(self) -> Posted:
        self.asked.append("post")
        return Posted()


class FakeEvaluation:
    """Evaluates nothing, or fails to; `asked` for what."""

    def __init__(self, *, behind: bool = False, failing: bool = False) -> None:
        self.behind = behind
        self.failing = failing
        self.asked: list[str] = []
        self.forgotten: list[date] = []

    async def evaluate(self, *, over: bool) -> Raised:
        self.asked.append("evaluate what is over" if over else "evaluate")
        if self.failing:
            raise ConflictError("No.")
        return Raised()

    async def is_behind(self) -> bool:
        return self.behind

    async def foresee(self) -> int:
        self.asked.append("foresee")
        return 0

    async def forget(self, before: date) -> int:
        self.forgotten.append(before)
        return 0

    async def tend(self) -> Tended:
        self.asked.append("tend")
        return Tended()


def scheduler(
    database: Database,
    clock: Clock,
    ingest: FakeIngest | IngestService,
    name: str = "a",
    *,
    foresight: FakeForesight | None = None,
    reports: FakeReports | None = None,
    evaluation: FakeEvaluation | None = None,
    **settings: Any,
) -> Scheduler:
    """A replica's scheduler."""
    unused = cast("Any", None)
    posting = cast("Any", reports or FakeReports())
    return Scheduler(
        Services(
            settings=Settings(**settings),
            clock=clock,
            database=database,
            access=unused,
            projects=unused,
            rules=RuleService(database, unused, clock, kept={}, zone=PACIFIC),
            costs=unused,
            drivers=unused,
            forecasts=cast("Any", foresight or FakeForesight()),
            anomalies=cast("Any", foresight or FakeForesight()),
            anomaly_poster=cast("Any", foresight or FakeForesight()),
            retention=RetentionService(database, clock, Keep(), zone=PACIFIC),
            proof=ProofService(database, clock),
            jobs=JobService(database, worker=name, lease=LEASE),
            ingest=cast("Any", ingest),
            outbox=OutboxService(database),
            exports=ExportService(database),
            incidents=IncidentService(database, clock),
            subscriptions=unused,
            budgets=unused,
            alerts=unused,
            evaluation=cast("Any", evaluation or FakeEvaluation()),
            reports=unused,
            schedules=unused,
            poster=posting,
            corrector=posting,
            charts=unused,
        )
    )


async def job(database: Database, kind: str = "sync") -> Job:
    found = await JobService(database, worker="test").latest(kind)
    assert found is not None
    return found


async def tried(replica: Scheduler) -> None:
    """Look once, and wait for what that begins."""
    await replica.look()
    await replica.idle()
