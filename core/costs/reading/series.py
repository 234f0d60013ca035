"""A question day by day, one series after the other, for those who look at thousands of them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from core.costs.listings import DailySeries
from core.costs.model import CostQuery, Granularity
from core.costs.reading.plan import Plan, Side, plan
from core.costs.reading.sql.compiled import driver_of
from core.costs.reading.sql.series import series as statement
from core.costs.reading.sql.shape import parameters, shape_of
from core.database import Database
from core.period import Period

_FETCHED: Final = 200


async def stream(
    database: Database, query: CostQuery, visible: frozenset[str] | None
) -> AsyncIterator[DailySeries]:
    """Every series of a question, by a cursor of the server: all from one instant."""
    daily = replace(query, granularity=Granularity.DAILY, versus=None, top=None, over=None)
    made = _of_one_side(plan(daily, None))
    found = statement(shape_of(daily, made, visible))
    values = found.arguments(parameters(daily, made, visible))
    async with database.read() as connection:
        driver = await driver_of(connection)
        async with driver.transaction():
            async for row in driver.cursor(found.sql, *values, prefetch=_FETCHED):
                yield _series(row, query.period)


def _of_one_side(made: Plan) -> Plan:
    return replace(made, pieces=tuple(p for p in made.pieces if p.side is Side.NOW_ONLY))


def _series(row: Sequence[Any], period: Period) -> DailySeries:
    *group, currency, days, amounts = row
    return DailySeries(tuple(group), currency, days[0], _dense(days, amounts, period.end))


def _dense(days: Sequence[date], amounts: Sequence[float], end: date) -> tuple[float, ...]:
    """One amount a day from the first: 0 on those between that have no charge."""
    first = days[0]
    values = [0.0] * (end - first).days
    for day, amount in zip(days, amounts, strict=True):
        values[(day - first).days] = amount
    return tuple(values)
