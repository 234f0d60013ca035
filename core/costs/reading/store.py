"""Reading costs: each question one statement, run on a connection that commits by itself."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from core.costs.model import CostQuery
from core.costs.question import write
from core.costs.reading.assemble import Row
from core.costs.reading.basis import Basis, read_basis
from core.costs.reading.plan import Plan, plan
from core.costs.reading.sql.compiled import Compiled
from core.costs.reading.sql.shape import parameters, shape_of
from core.costs.reading.sql.summary import statement
from core.database import Database

# A database that was restored or replaced counts its versions anew: it isn't the same one.
_VERSION = (
    "SELECT version, (SELECT oid::text FROM pg_database WHERE datname = current_database())"
    " || '-' || extract(epoch FROM pg_postmaster_start_time())::text,"
    " (SELECT min(complete_until) FROM sources WHERE retired_at IS NULL),"
    " EXISTS (SELECT FROM sources WHERE resources = 'kept') FROM data_version"
)


@dataclass(frozen=True, slots=True)
class Version:
    """Which state of which database: `home` tells databases apart that share a cache.

    complete_until: the first day that some source that is still read doesn't have complete yet.
    resources: some source's resources are kept.
    """

    number: int
    home: str
    complete_until: date | None = None
    resources: bool = False


async def read_version(database: Database) -> Version:
    """The present version of all that answers depend on."""
    (row,) = await database.fetch(_VERSION)
    return Version(*row)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question as it is put to the database."""

    text: str
    plan: Plan
    statement: Compiled
    arguments: tuple[Any, ...]


@lru_cache(maxsize=1024)
def prepared(
    query: CostQuery,
    complete_until: date | None,
    visible: frozenset[str] | None,
    since: date | None = None,
) -> Prepared:
    """Prepare a question, the days before `complete_until` being thought complete.

    `since`: the first day of which resources are kept, where the question tells them apart.
    """
    made = plan(query, complete_until, since)
    found = statement(shape_of(query, made, visible))
    return Prepared(
        text=write(query),
        plan=made,
        statement=found,
        arguments=tuple(found.arguments(parameters(query, made, visible))),
    )


async def summarise(database: Database, question: Prepared) -> tuple[Basis, list[Row]]:
    """Run the statement of a question: what it rests on, and its lines."""
    rows = await database.fetch(question.statement.sql, question.arguments)
    told = next(index for index, row in enumerate(rows) if row[0] is not None)
    lines = [*rows[:told], *rows[told + 1 :]]
    return read_basis(rows[told][0]), lines
