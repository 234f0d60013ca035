"""An export: all charges of a question as FOCUS has them, from one instant, in constant memory."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from core.costs.exporting.copying import Copy
from core.costs.exporting.instant import days_of, instant
from core.costs.exporting.statement import Facts
from core.costs.model import CostQuery
from core.costs.reading.sql.compiled import driver_of
from core.database import Database
from core.errors import CostTrackerError


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
        facts = self._facts.rows(guarded=guarded)
        copy = Copy(self._driver, facts.sql, facts.arguments, header=True)
        async with aclosing(copy.parts()) as parts:
            async for part in parts:
                yield part
        self._check(copy.rows)

    def _check(self, rows: int) -> None:
        """See that all rows have come."""
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
    async with database.read_long() as connection:
        driver = await driver_of(connection)
        async with instant(driver):
            facts = Facts(query, visible, await days_of(driver, query))
            survey = facts.survey()
            rows, whole, places = await driver.fetchrow(survey.sql, *survey.arguments)
            yield FocusExport(driver, facts, Survey(rows, whole or 0, places or 0))
