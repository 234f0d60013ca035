"""A report: one period of a scope, everything that is told of it, in exact figures.

A `Report` is one frozen value. Every rendering (Slack, mail, PNG, CSV, XLSX, JSON) takes it and
adds nothing to it, so all of them say the same. Amounts are exact and per currency, never added
across currencies; days are half-open.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.costs.model import CostQuery, Freshness, Note
from core.period import Period
from core.reports.sections import (
    Accrual,
    Against,
    AnomalyLine,
    Bridge,
    BudgetLine,
    Day,
    Expected,
    Explained,
    Invoiced,
    Layer,
    Month,
    Mover,
    Row,
)


class ReportKind(StrEnum):
    """weekly: Monday to Sunday. monthly: a calendar month, by use and by invoice."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ReportStatus(StrEnum):
    """Whether its figures may still change: see `Reason` for why."""

    PROVISIONAL = "provisional"
    FINAL = "final"


class Reason(StrEnum):
    """Why a report is provisional or final; the first that holds.

    incomplete: some of its days aren't complete. mismatch: what is stored isn't what the export
    says. behind: the export has moved since it was read. open: its billing period isn't final,
    later charges may come. settled: every billing period is final and no charge is expected.
    """

    INCOMPLETE = "incomplete"
    MISMATCH = "mismatch"
    BEHIND = "behind"
    OPEN = "open"
    SETTLED = "settled"


class Section(StrEnum):
    """Parts of a report that can be missing; `Untold` says why."""

    DRIVERS = "drivers"
    FORECAST = "forecast"
    BUDGETS = "budgets"
    ANOMALIES = "anomalies"
    INVOICE = "invoice"
    ACCRUAL = "accrual"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Untold:
    """A part that can't be told, and why, in a sentence for people. `currency` None: of all."""

    section: Section
    reason: str
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a report says in one currency.

    `total`: of the measure cost, by day of use. `projects` and `services`: largest first, then
    `other`; each of the two adds up to `total` exactly. `projects` is empty where the scope is one
    project. `movers`: the biggest changes, largest first; `new`, `stopped`: projects and services
    with spend in one of the two periods only. `unassigned`: spend of no project, None where there
    is none. `days`, `days_before`: every day of the period and of the one before. `layers`: `days`
    by service. Monthly only: `invoice`, `accrual` (None: it is final, or `Untold` says why) and
    `history`, twelve months up to the report's.
    """

    currency: str
    total: Decimal
    previous: Against
    last_year: Against
    projects: tuple[Row, ...]
    services: tuple[Row, ...]
    bridge: Bridge
    days: tuple[Day, ...]
    days_before: tuple[Day, ...]
    layers: tuple[Layer, ...]
    movers: tuple[Mover, ...] = ()
    new: tuple[Mover, ...] = ()
    stopped: tuple[Mover, ...] = ()
    explained: Explained | None = None
    unassigned: Row | None = None
    forecasts: tuple[Expected, ...] = ()
    invoice: Invoiced | None = None
    accrual: Accrual | None = None
    history: tuple[Month, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One report.

    Attributes:
        kind: weekly or monthly.
        subject: what it is of, in the question language: `all`, `checkout`, `team=payments`.
        text: the words that ask it again: `report weekly checkout 2026-11-09..2026-11-15`.
        query: the same as a question: `period` (the report's own, whole), `where`, `currency`.
        made_at: when (UTC).
        status: whether its figures may still change.
        reason: why.
        complete: all its days are complete; what a monthly post waits for.
        sheets: one a currency, the one with the largest total first; empty: nothing was spent.
        budgets: of the scope, the worst first.
        anomalies: of the scope and the period, the largest impact first.
        untold: what can't be told, and why.
        notes: what must be said beside the total, as of an answer.
        freshness: how far the data reaches, and whether it is proved.
        partial: the viewer sees some projects only: the figures are of those.
        data_version: of all its figures.
    """

    kind: ReportKind
    subject: str
    text: str
    query: CostQuery
    made_at: datetime
    status: ReportStatus
    reason: Reason
    complete: bool
    sheets: tuple[Sheet, ...]
    budgets: tuple[BudgetLine, ...] = ()
    anomalies: tuple[AnomalyLine, ...] = ()
    untold: tuple[Untold, ...] = ()
    notes: tuple[Note, ...] = ()
    freshness: Freshness = field(default_factory=Freshness)
    partial: bool = False
    data_version: int = 0

    @property
    def period(self) -> Period:
        """Its days: a week from Monday, or a month."""
        return self.query.period

    def sheet(self, currency: str) -> Sheet | None:
        """What it says in one currency."""
        return next((each for each in self.sheets if each.currency == currency), None)
