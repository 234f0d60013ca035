"""The verb of reports: make one."""

from core.access.model import Viewer
from core.anomalies.service import AnomalyService
from core.budgets.service import BudgetService
from core.clock import Clock
from core.costs.drivers.service import DriverService
from core.costs.model import CostQuery
from core.costs.proving.service import ProofService
from core.costs.service import CostService
from core.forecasts.service import ForecastService
from core.period import Period
from core.reports.asking import period_of, scope
from core.reports.making import made
from core.reports.model import Report, ReportKind
from core.reports.reading import Parts, Reader


class ReportService:
    """Makes reports, from what the asker may see only."""

    def __init__(
        self,
        *,
        costs: CostService,
        drivers: DriverService,
        forecasts: ForecastService,
        anomalies: AnomalyService,
        budgets: BudgetService,
        proof: ProofService,
        clock: Clock,
    ) -> None:
        """Keep its parts."""
        self._parts = Parts(costs, drivers, forecasts, anomalies, budgets, proof)
        self._clock = clock

    async def report(
        self, kind: ReportKind, query: CostQuery, viewer: Viewer, *, period: Period | None = None
    ) -> Report:
        """Report on a week or a month.

        Args:
            kind: which of the two.
            query: its filters (the scope) and `currency` count; the rest doesn't.
            viewer: who asks; the figures are of what they may see.
            period: days of one week or one month, which is reported whole; None: the last that
                is over.

        Raises:
            ReportPeriodError: the days are of several weeks or months.
            ReportQuestionError: it asks for another measure, or by resource.
            FuturePeriodError: the days haven't begun.
            DataMovingError: the data changed all the while.
            UnknownProjectError, RateUnknownError: as `CostService.answer`.
        """
        chosen = period_of(kind, period, self._parts.costs.today())
        asked = scope(query, chosen)
        return made(await Reader(self._parts, kind, asked, viewer, self._clock()).read())
