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
    database: Database,
    query: CostQuery,
    visible: frozenset[str] | None,
    exact_from: date | None = None,
) -> AsyncIterator[DailySeries]:
    """Every series of a question, by a cursor of the server: all from one instant.

    `exact_from`: from which day on amounts are told exactly, too; None: they aren't.
    """
    daily = replace(query, granularity=Granularity.DAILY, versus=None, top=None, over=None)
    made = _of_one_side(plan(daily, None))
    found = statement(shape_of(daily, made, visible))
    exact = {"exact_from": exact_from or query.period.end}
    values = found.arguments(parameters(daily, made, visible) | exact)
    async with database.read() as connection:
        driver = await driver_of(connection)
        async with driver.transaction():
            async for row in driver.cursor(found.sql, *values, prefetch=_FETCHED):
                yield _series(row, query.period)


def _of_one_side(made: Plan) -> Plan:
    return replace(made, pieces=tuple(p for p in made.pieces if p.side is Side.NOW_ONLY))


def _series(row: Sequence[Any], period: Period) -> DailySeries:
    *group, currency, days, amounts, exact = row
    told = dict(zip(days[-len(exact) :], exact, strict=True)) if exact else {}
    return DailySeries(tuple(group), currency, days[0], _dense(days, amounts, period.end), told)


def _dense(days: Sequence[date], amounts: Sequence[float], end: date) -> tuple[float, ...]:
    """One amount a day from the first: 0 on those between that have no charge."""
    first = days[0]
    values = [0.0] * (end - first).days
    for day, amount in zip(days, amounts, strict=True):
        values[(day - first).days] = amount
    return tuple(values)
