"""What the verbs of schedules are made of."""

from dataclasses import dataclass

from core.access.service import AccessService
from core.clock import Clock
from core.costs.service import CostService
from core.database import Database
from core.projects.service import ProjectService
from core.reports.service import ReportService


@dataclass(frozen=True, slots=True)
class Parts:
    """What is shared by setting schedules, posting their reports and correcting these."""

    database: Database
    access: AccessService
    costs: CostService
    projects: ProjectService
    reports: ReportService
    clock: Clock
