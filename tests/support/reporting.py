"""Everything that a report is made with, on a database; and a small company to report on."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from core.access.model import OPERATOR, Viewer
from core.anomalies.service import AnomalyService
from core.budgets.service import BudgetService
from core.cache import Cache
from core.clock import Clock
from core.costs.drivers.service import DriverService
from core.costs.model import CostQuery, Filter
from core.costs.proving.service import ProofService
from core.costs.service import CostService
from core.database import Database
from core.forecasts.service import ForecastService
from core.period import Period
from core.projects.service import ProjectService
from core.reports.model import Report, ReportKind, Sheet
from core.reports.service import ReportService
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World

ANY = Period(date(2026, 11, 1), date(2026, 11, 2))
MONDAY = "2026-11-23T17:00"
"""When the week from the 16th to the 22nd is over."""


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


def daily(amount: str, first: str, last: str, **of: str) -> list[Charge]:
    """The same charge on each of some days."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    days = (end - start).days + 1
    return [Charge(start + timedelta(n), Decimal(amount), **of) for n in range(days)]  # type: ignore[arg-type]  # by name


def company(*more: Charge, complete: str = "2026-11-23", final: Iterable[str] = ()) -> World:
    """Some months of a small company.

    Shop costs 10 a day, from 18 November SQL at 20 besides; blog 5 until the 12th; support, which
    is of no project, 1.
    """
    return World(
        charges=(
            *daily("10", "2025-10-01", "2026-11-22", account="s"),
            *daily("20", "2026-11-18", "2026-11-22", account="s", service="Cloud SQL"),
            *daily("5", "2026-09-01", "2026-11-12", account="b", service="Storage"),
            *daily("1", "2026-09-01", "2026-11-22", account="x", service="Support"),
            *more,
        ),
        projects={"shop": "retail", "blog": "media", "lab": None},
        accounts={("gcp", "s"): "shop", ("gcp", "b"): "blog", ("gcp", "l"): "lab"},
        complete_until={"gcp": date.fromisoformat(complete)},
        final=frozenset(date.fromisoformat(month) for month in final),
    )


async def week(
    database: Database, clock: FakeClock, *where: Filter, viewer: Viewer = OPERATOR
) -> Report:
    """The report of the last week."""
    made = fresh_reports(database, clock.at(MONDAY))
    return await made.report(ReportKind.WEEKLY, CostQuery(ANY, where), viewer)


async def month(database: Database, clock: FakeClock, *where: Filter, at: str = MONDAY) -> Report:
    """The report of the last month."""
    made = fresh_reports(database, clock.at(at))
    return await made.report(ReportKind.MONTHLY, CostQuery(ANY, where), OPERATOR)


def only(report: Report) -> Sheet:
    """The one sheet of a report."""
    (sheet,) = report.sheets
    return sheet


def figures(rows: Iterable[object], *names: str) -> list[tuple[object, ...]]:
    """Some attributes of each row."""
    return [tuple(getattr(row, name) for name in names) for row in rows]


def seen(*values: object) -> tuple[object, ...]:
    """Values as a tuple of anything, to be compared."""
    return values


async def restate(database: Database, day: str, amount: str, recorded: str) -> None:
    """A day that has more since."""
    statement = text(
        "INSERT INTO restatements (source_id, day, scope_id, service_id, currency, before, after,"
        " recorded_at) SELECT (SELECT min(id) FROM sources), CAST(:day AS date),"
        " (SELECT min(id) FROM scopes), (SELECT min(id) FROM services WHERE id > 0), 'USD', 0,"
        " CAST(:amount AS numeric), CAST(:at AS timestamptz)"
    )
    async with database.begin() as tx:
        await tx.execute(
            statement,
            {
                "day": date.fromisoformat(day),
                "amount": Decimal(amount),
                "at": datetime.fromisoformat(f"{recorded}T12:00+00:00"),
            },
        )
