"""Statements compiled once for asyncpg, and run on its connection directly.

A question is answered by one statement whose text never changes for its shape, so what
SQLAlchemy does at each execution (looking the compiled form up, processing parameters and
rows) would only repeat itself: it took more time than the driver and PostgreSQL together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import asyncpg
from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from core.database import Connection, DatabaseUnavailableError

_DIALECT = cast("Callable[[], Dialect]", PGDialect_asyncpg)()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement's text, the names of its parameters in order, and values fixed in it."""

    sql: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Its parameters in order, taken from `values` and else from those fixed."""
        fixed = self.fixed
        return [values[name] if name in values else fixed[name] for name in self.names]

    async def fetch(self, connection: Connection, arguments: Sequence[Any]) -> Sequence[Any]:
        """All rows.

        Raises:
            DatabaseUnavailableError: the connection was lost.
        """
        driver = await driver_of(connection)
        try:
            rows: Sequence[Any] = await driver.fetch(self.sql, *arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            if not driver.is_closed():
                raise
            raise DatabaseUnavailableError(
                "PostgreSQL closed the connection.", fix="Try again; its log says why."
            ) from error
        return rows


def compiled(statement: ClauseElement) -> Compiled:
    """Compile a statement; do it once and keep the outcome."""
    form: Any = statement.compile(dialect=_DIALECT)
    return Compiled(
        sql=str(form),
        names=tuple(form.positiontup or ()),
        fixed={name: value for name, value in form.params.items() if value is not None},
    )


async def driver_of(connection: Connection) -> Any:
    """The asyncpg connection under SQLAlchemy's."""
    return (await connection.get_raw_connection()).driver_connection
