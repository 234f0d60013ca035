"""Everything that a report is made with, on a database."""

from core.anomalies.service import AnomalyService
from core.budgets.service import BudgetService
from core.cache import Cache
from core.clock import Clock
from core.costs.drivers.service import DriverService
from core.costs.proving.service import ProofService
from core.costs.service import CostService
from core.database import Database
from core.forecasts.service import ForecastService
from core.projects.service import ProjectService
from core.reports.service import ReportService


def reports(database: Database, costs: CostService, clock: Clock) -> ReportService:
    """Reports from the figures of `costs`."""
    drivers, projects = DriverService(database, costs), ProjectService(database, clock)
    return ReportService(
        costs=costs,
        drivers=drivers,
        forecasts=ForecastService(database, costs, clock),
        anomalies=AnomalyService(database, costs, drivers, projects, clock),
        budgets=BudgetService(database, costs, projects, clock),
        proof=ProofService(database, clock),
        clock=clock,
    )


def fresh_reports(database: Database, clock: Clock) -> ReportService:
    """Reports with no answer known from before."""
    return reports(database, CostService(database, Cache(), clock), clock)
