"""How the services are made of one another."""

import os
import socket
from collections.abc import Sequence

from bot.render.charts.worker import ChartWorker
from bot.services import Services
from bot.settings import Settings
from bot.slack_web.people import People
from core.access.model import Role
from core.access.service import AccessService
from core.alerts.service import AlertService
from core.anomalies.posting import AnomalyPoster
from core.anomalies.service import AnomalyService
from core.budgets.catalogue import Catalogue
from core.budgets.evaluating import EvaluationService
from core.budgets.service import BudgetService
from core.cache import Cache
from core.clock import Clock
from core.costs.assigning.service import RuleService
from core.costs.drivers.service import DriverService
from core.costs.keeping.model import Keep
from core.costs.keeping.service import RetentionService
from core.costs.proving.service import ProofService
from core.costs.question import RESERVED
from core.costs.service import CostService
from core.costs.writing.rates import ConfiguredRate
from core.database import Database
from core.exports.service import ExportService
from core.forecasts.service import ForecastService
from core.incidents.service import IncidentService
from core.ingest.config import SourceConfig
from core.ingest.service import IngestService
from core.jobs.service import JobService
from core.outbox.service import OutboxService
from core.projects.service import ProjectService
from core.reports.service import ReportService
from core.schedules.corrector import ReportCorrector
from core.schedules.parts import Parts
from core.schedules.poster import SchedulePoster
from core.schedules.service import ScheduleService
from core.subscriptions.service import SubscriptionService


def wired(
    settings: Settings,
    database: Database,
    cache: Cache,
    charts: ChartWorker,
    clock: Clock,
    *,
    sources: Sequence[SourceConfig] = (),
    rates: Sequence[ConfiguredRate] = (),
    costing: type[CostService] = CostService,
    ingesting: type[IngestService] = IngestService,
) -> Services:
    """All services of a process, over one database and one clock.

    Args:
        settings: as they are configured.
        database: with the present schema.
        cache: of answers.
        charts: who draws.
        clock: tells the present instant.
        sources: as `sources.toml` lists them.
        rates: as well.
        costing: another kind of `CostService`, for benches.
        ingesting: another kind of `IngestService`, for tests.
    """
    zone = settings.report_timezone
    worker = f"{socket.gethostname()}:{os.getpid()}"
    projects = ProjectService(database, clock, reserved=RESERVED)
    keep = Keep(settings.keep_charges_months, settings.keep_days_months)
    retention = RetentionService(database, clock, keep, zone=zone)
    costs = costing(database, cache, clock, zone=zone)
    drivers = DriverService(database, costs)
    forecasts = ForecastService(database, costs, clock)
    anomalies = AnomalyService(database, costs, drivers, projects, clock)
    access = AccessService(
        database,
        clock,
        admins=settings.slack_admins,
        default_role=_role(settings.slack_default_role),
    )
    subscriptions = SubscriptionService(database, access, costs, clock)
    people = People(settings)
    evaluation = EvaluationService(
        database,
        Catalogue(database, costs, projects),
        costs,
        drivers,
        clock,
        zone=zone,
        zones=people.zones,
        listeners=subscriptions,
    )
    budgets = BudgetService(database, costs, projects, clock, changed=evaluation.evaluate)
    proof = ProofService(database, clock)
    reports = ReportService(
        costs=costs,
        drivers=drivers,
        forecasts=forecasts,
        anomalies=anomalies,
        budgets=budgets,
        proof=proof,
        clock=clock,
    )
    scheduling = Parts(database, access, costs, projects, reports, clock)
    kept = {source.name: source.labels for source in sources}
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        access=access,
        names=people.names,
        projects=projects,
        rules=RuleService(database, projects, clock, kept=kept, zone=zone),
        costs=costs,
        drivers=drivers,
        forecasts=forecasts,
        anomalies=anomalies,
        anomaly_poster=AnomalyPoster(database, subscriptions, clock, zone=zone),
        subscriptions=subscriptions,
        budgets=budgets,
        evaluation=evaluation,
        alerts=AlertService(database, budgets, clock),
        reports=reports,
        schedules=ScheduleService(scheduling),
        poster=SchedulePoster(scheduling, worker=worker),
        corrector=ReportCorrector(scheduling),
        retention=retention,
        proof=proof,
        jobs=JobService(database, worker=worker),
        ingest=ingesting(
            database,
            projects,
            clock,
            sources,
            rates=rates,
            bigquery_endpoint=settings.bigquery_api_endpoint,
            retention=retention,
        ),
        outbox=OutboxService(database),
        exports=ExportService(database),
        incidents=IncidentService(database, clock),
        charts=charts,
    )


def _role(name: str) -> Role | None:
    return None if name == "none" else Role(name)
