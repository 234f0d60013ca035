"""Conditions with any number of values."""

import pytest
from sqlalchemy import BigInteger, Text, column, select, values

from core.database import Database
from core.many import one_of, one_of_rows

MANY = 40_000
"""More than a statement may have parameters."""

PAIRS = values(column("name", Text), column("number", BigInteger), name="pairs").data(
    [("a", 1), ("a", 2), ("b", 1)]
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ((), []),
        ((("a", 1), ("b", 1)), [("a", 1), ("b", 1)]),
        ([("a", 2), *(("b", n) for n in range(2, MANY))], [("a", 2)]),
    ],
)
async def test_rows_match_as_a_whole(
    database: Database, wanted: list[tuple[str, int]], found: list[tuple[str, int]]
) -> None:
    """Never a value of one row with that of another."""
    meant = select(PAIRS).where(one_of_rows((PAIRS.c.name, PAIRS.c.number), wanted))
    async with database.read() as connection:
        assert sorted(tuple(row) for row in await connection.execute(meant)) == found


async def test_values_are_one_parameter(database: Database) -> None:
    meant = select(PAIRS.c.name).where(one_of(PAIRS.c.number, range(2, MANY)))
    async with database.read() as connection:
        assert list((await connection.execute(meant)).scalars()) == ["a"]
