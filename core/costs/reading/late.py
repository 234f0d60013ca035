"""What came of months after they were over: how late data is, month by month."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.costs.listings import Late
from core.costs.model import ACCOUNT, CATEGORY, PROJECT, PROVIDER, SERVICE, TEAM, CostQuery
from core.costs.reading.sql.cells import filters_of
from core.costs.reading.sql.late import WATCHED, late
from core.costs.reading.sql.shape import filter_parameters
from core.database import Database
from core.errors import InvalidError

_KEPT_BY: Final = frozenset({PROJECT, TEAM, ACCOUNT, PROVIDER, SERVICE, CATEGORY})


class LateUnknownError(InvalidError):
    """What came late is kept by project, account and service."""


async def read_late(
    database: Database, query: CostQuery, visible: frozenset[str] | None, age: timedelta
) -> Late:
    """What changed of a question's months later than `age` after the end of each.

    Raises:
        LateUnknownError: it asks by more than is kept of late charges.
    """
    for each in query.where:
        if each.dimension not in _KEPT_BY:
            raise LateUnknownError(
                f"What came late isn't kept by {each.dimension}.",
                fix="Ask by project, team, account or service.",
            )
    statement = late(filters_of(query.where), restricted=visible is not None)
    values = filter_parameters(query.where, visible)
    values |= {"start": query.period.start, "end": query.period.end, "age": age}
    rows = await database.fetch(statement.sql, statement.arguments(values))
    amounts: dict[tuple[date, str], Decimal] = {(row[0], row[1]): row[2] for row in rows}
    async with database.read() as connection:
        since = (await connection.execute(WATCHED)).scalar_one_or_none()
    return Late(since, amounts)
