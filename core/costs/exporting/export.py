"""An export: all charges of a question as FOCUS has them, from one instant, in constant memory.

PostgreSQL writes the CSV itself (COPY): the fastest way out of it, exact because it is text, and
no Python object is made of a row.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from core.costs.exporting.statement import Facts
from core.costs.model import Basis, CostQuery
from core.costs.reading.compare import on_basis
from core.costs.reading.sql.compiled import driver_of
from core.costs.reading.sql.rows import MONTHS
from core.costs.reading.sql.shape import period_parameters
from core.database import Database
from core.errors import CostTrackerError
from core.period import Period, add_months

_PART: Final = 2**20
_WAITING: Final = 16


class IncompleteExportError(CostTrackerError):
    """The export has not as many rows as there are charges: nothing of it can be used."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What an export will hold.

    rows: how many. whole, places: the most digits of an amount before and after the point.
    """

    rows: int = 0
    whole: int = 0
    places: int = 0


class FocusExport:
    """What is to be had of one question, at one instant; open for as long as its block lasts."""

    def __init__(self, driver: Any, facts: Facts, survey: Survey) -> None:
        self._driver = driver
        self._facts = facts
        self.survey = survey

    async def csv(self, *, guarded: bool = True) -> AsyncGenerator[bytes]:
        """All rows as CSV (RFC 4180, UTF-8, no value: nothing), the header first, in no order.

        Args:
            guarded: text that a spreadsheet would take for a formula has an apostrophe before it.

        Returns:
            Parts of about a megabyte; each ends with the end of a row.

        Raises:
            IncompleteExportError: at the end, if there were not as many rows as surveyed.
        """
        pending = bytearray()
        async with aclosing(self._copied(guarded=guarded)) as chunks:
            async for chunk in chunks:
                pending += chunk
                if len(pending) >= _PART and _ends_with_a_row(pending):
                    yield bytes(pending)
                    pending.clear()
        if pending:
            yield bytes(pending)

    async def _copied(self, *, guarded: bool) -> AsyncGenerator[bytes]:
        """What PostgreSQL writes, no faster than it is taken."""
        waiting = asyncio.Queue[bytes](_WAITING)
        statement = self._facts.rows(guarded=guarded)

        async def copy() -> str:
            try:
                done: str = await self._driver.copy_from_query(
                    statement.sql,
                    *statement.arguments,
                    output=waiting.put,
                    format="csv",
                    header=True,
                )
            finally:
                waiting.shutdown()
            return done

        copying = asyncio.create_task(copy())
        try:
            with suppress(asyncio.QueueShutDown):
                while True:
                    yield await waiting.get()
            self._check(await copying)
        finally:
            if not copying.done():
                self._driver.terminate()  # nobody wants the rest: the server is told so by that
                copying.cancel()
                await asyncio.gather(copying, return_exceptions=True)

    def _check(self, done: str) -> None:
        """See that all rows have come; `done` is as the server counts them: 'COPY 1000'."""
        rows = int(done.rpartition(" ")[2])
        if rows != self.survey.rows:
            raise IncompleteExportError(
                f"The export has {rows} rows of {self.survey.rows} charges.",
                fix="Nothing of it can be used; try again, and look at `cost-tracker doctor`.",
            )


@asynccontextmanager
async def opened(
    database: Database, query: CostQuery, visible: frozenset[str] | None
) -> AsyncGenerator[FocusExport]:
    """Open an export of a question's charges.

    Args:
        database: where they are.
        query: its period, filters and basis count.
        visible: the projects that may be seen; None: all.
    """
    async with database.read() as connection:
        driver = await driver_of(connection)
        async with _instant(driver):
            facts = Facts(query, visible, await _days(driver, query))
            survey = facts.survey()
            rows, whole, places = await driver.fetchrow(survey.sql, *survey.arguments)
            yield FocusExport(driver, facts, Survey(rows, whole or 0, places or 0))


@asynccontextmanager
async def _instant(driver: Any) -> AsyncGenerator[None]:
    """Statements that see one state of the database, on a connection that may be cut."""
    await driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    # A merge would sort every fact, on disk, before the first of them is handed out.
    await driver.execute("SET LOCAL enable_mergejoin = off")
    try:
        yield
    finally:
        if not driver.is_closed():
            await driver.execute("ROLLBACK")


async def _days(driver: Any, query: CostQuery) -> Period:
    """The days on which the charges may lie: those that invoices reach back to."""
    if query.basis is Basis.USAGE:
        return query.period
    months = on_basis(query.period, query.basis)
    first, last = await driver.fetchrow(MONTHS.sql, *MONTHS.arguments(period_parameters(months)))
    return months if first is None else Period(first, add_months(last, 1))


def _ends_with_a_row(text: bytearray) -> bool:
    """Whether no row is cut: an end of line within a value has an odd number of quotes before."""
    return text.endswith(b"\n") and text.count(b'"') % 2 == 0
