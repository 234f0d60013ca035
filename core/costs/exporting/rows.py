"""The charges of a question day by day, as text: all of them, from one instant, in order."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final

from core.costs.exporting import guard
from core.costs.exporting.copying import Copy
from core.costs.exporting.instant import days_of, instant
from core.costs.model import CostQuery
from core.costs.reading.rows import values_of
from core.costs.reading.sql.compiled import Compiled, driver_of
from core.costs.reading.sql.rows import counted, every
from core.costs.reading.sql.shape import rows_shape_of
from core.database import Database

COLUMNS: Final = (
    "date",
    "project",
    "provider",
    "account",
    "service",
    "sku",
    "region",
    "category",
    "currency",
    "amount",
)
"""What a row has, in this order, for as long as there are exports: further ones come last."""

_DATE, *_TEXTS, _AMOUNT = COLUMNS
_JSON_QUOTE: Final = "\x01"
_JSON_DELIMITER: Final = "\x02"
"""Nothing that JSON holds as it is, so the text of a row is copied as it is."""


class RowsExport:
    """All rows of one question; open for as long as its block lasts.

    `rows` says how many there were, once all have come.
    """

    def __init__(self, driver: Any, query: CostQuery, visible: frozenset[str] | None) -> None:
        self._driver = driver
        self._query = query
        self._visible = visible
        self.rows = 0

    async def csv(self, *, guarded: bool = True) -> AsyncGenerator[bytes]:
        """CSV (RFC 4180, UTF-8, no value: nothing), the header first.

        Args:
            guarded: text that a spreadsheet would take for a formula has an apostrophe before
                it, and so has text that begins with one.

        Returns:
            Parts of about a megabyte; each ends with the end of a row.
        """
        texts = (f"{guard.guarded(name) if guarded else name} AS {name}" for name in _TEXTS)
        day = f"to_char({_DATE}, 'YYYY-MM-DD') AS {_DATE}"  # whatever the server's DateStyle
        columns = f"{day}, {', '.join(texts)}, trim_scale({_AMOUNT}) AS {_AMOUNT}"
        async with aclosing(self._copied(columns, header=True)) as parts:
            async for part in parts:
                yield part

    async def json(self) -> AsyncGenerator[bytes]:
        """A JSON object a line, amounts as text; parts as those of CSV."""
        amount = f"trim_scale({_AMOUNT})::text AS {_AMOUNT}"
        row = f"(SELECT x FROM (SELECT {_DATE}, {', '.join(_TEXTS)}, {amount}) x)"
        quoted = {"quote": _JSON_QUOTE, "delimiter": _JSON_DELIMITER}
        async with aclosing(self._copied(f"row_to_json({row})::text", **quoted)) as parts:
            async for part in parts:
                yield part

    async def _copied(self, columns: str, **options: Any) -> AsyncGenerator[bytes]:
        days = await days_of(self._driver, self._query)
        values = values_of(self._query, self._visible)
        values |= {"first_day": days.start, "end_day": days.end}
        found: Compiled = every(rows_shape_of(self._query, self._visible))
        # What orders them comes after what they show.
        sql = f"SELECT {columns} FROM ({found.sql}) AS r({', '.join(COLUMNS)})"
        copy = Copy(self._driver, sql, found.arguments(values), **options)
        async with aclosing(copy.parts()) as parts:
            async for part in parts:
                yield part
        self.rows = copy.rows


@asynccontextmanager
async def opened(
    database: Database, query: CostQuery, visible: frozenset[str] | None
) -> AsyncGenerator[RowsExport]:
    """Open an export of a question's rows.

    Args:
        database: where they are.
        query: its period, filters, measure and basis count.
        visible: the projects that may be seen; None: all.
    """
    async with database.read_long() as connection:
        driver = await driver_of(connection)
        async with instant(driver):
            yield RowsExport(driver, query, visible)


async def count(database: Database, query: CostQuery, visible: frozenset[str] | None) -> int:
    """About how many rows there are; of projects defined by labels there may be fewer."""
    async with database.read() as connection:
        driver = await driver_of(connection)
        days = await days_of(driver, query)
        values = values_of(query, visible) | {"first_day": days.start, "end_day": days.end}
        statement = counted(rows_shape_of(query, visible))
        return int(await driver.fetchval(statement.sql, *statement.arguments(values)))
