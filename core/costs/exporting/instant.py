"""One state of the database for all that an export reads, and the days on which that lies."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from core.costs.model import Basis, CostQuery
from core.costs.reading.compare import on_basis
from core.costs.reading.sql.rows import MONTHS
from core.costs.reading.sql.shape import period_parameters
from core.period import Period, add_months


@asynccontextmanager
async def instant(driver: Any) -> AsyncGenerator[None]:
    """Statements that see one state of the database, on a connection that may be cut."""
    await driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    # A merge would sort every fact, on disk, before the first of them is handed out.
    await driver.execute("SET LOCAL enable_mergejoin = off")
    try:
        yield
    finally:
        if not driver.is_closed():
            await driver.execute("ROLLBACK")


async def days_of(driver: Any, query: CostQuery) -> Period:
    """The days on which the charges may lie: those that invoices reach back to."""
    if query.basis is Basis.USAGE:
        return query.period
    months = on_basis(query.period, query.basis)
    first, last = await driver.fetchrow(MONTHS.sql, *MONTHS.arguments(period_parameters(months)))
    return months if first is None else Period(first, add_months(last, 1))
