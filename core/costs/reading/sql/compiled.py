"""Statements compiled once for asyncpg, to be run by `Database.fetch`.

A question is answered by one statement whose text never changes for its shape, so what
SQLAlchemy does at each execution (looking the compiled form up, processing parameters and
rows) would only repeat itself: it took more time than the driver and PostgreSQL together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from core.database import Connection

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
