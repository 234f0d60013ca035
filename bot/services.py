"""What the surfaces are handed: the verbs of the domain, and what is drawn for them."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from bot.render.charts.worker import ChartWorker
from bot.settings import Settings
from core.access.service import AccessService
from core.alerts.service import AlertService
from core.anomalies.posting import AnomalyPoster
from core.anomalies.service import AnomalyService
from core.budgets.evaluating import EvaluationService
from core.budgets.service import BudgetService
from core.clock import Clock, today
from core.costs.assigning.service import RuleService
from core.costs.drivers.service import DriverService
from core.costs.keeping.service import RetentionService
from core.costs.proving.service import ProofService
from core.costs.service import CostService
from core.database import Database
from core.exports.service import ExportService
from core.forecasts.service import ForecastService
from core.incidents.service import IncidentService
from core.ingest.service import IngestService
from core.jobs.service import JobService
from core.outbox.service import OutboxService
from core.projects.service import ProjectService
from core.reports.service import ReportService
from core.schedules.corrector import ReportCorrector
from core.schedules.poster import SchedulePoster
from core.schedules.service import ScheduleService
from core.subscriptions.service import SubscriptionService

type Names = Callable[[Collection[str]], Awaitable[Mapping[str, str]]]
"""Tells what Slack users are called, as far as that is known."""


async def nobody(_: Collection[str]) -> Mapping[str, str]:
    """No names: there is no Slack."""
    return {}


@dataclass(frozen=True, slots=True)
class Services:
    """Made once by the composition root (`bot/app.py`); surfaces take it as an argument.

    `database` is there to be pinged by health checks, not to be queried.
    """

    settings: Settings
    clock: Clock
    database: Database
    access: AccessService
    projects: ProjectService
    rules: RuleService
    costs: CostService
    drivers: DriverService
    forecasts: ForecastService
    anomalies: AnomalyService
    anomaly_poster: AnomalyPoster
    subscriptions: SubscriptionService
    budgets: BudgetService
    evaluation: EvaluationService
    alerts: AlertService
    reports: ReportService
    schedules: ScheduleService
    exports: ExportService
    poster: SchedulePoster
    corrector: ReportCorrector
    retention: RetentionService
    proof: ProofService
    jobs: JobService
    ingest: IngestService
    outbox: OutboxService
    incidents: IncidentService
    charts: ChartWorker
    names: Names = nobody

    def today(self) -> date:
        """The present day in the reports' time zone: what `today` means in a question."""
        return today(self.clock, self.settings.report_timezone)
