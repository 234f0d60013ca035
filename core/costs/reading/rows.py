"""The charges behind a question, day by day, by the page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from core.costs.listings import RowPage
from core.costs.model import Basis, CostQuery, CostRow
from core.costs.reading.compare import on_basis
from core.costs.reading.sql.rows import MONTHS, POSITION, page
from core.costs.reading.sql.shape import filter_parameters, period_parameters, rows_shape_of
from core.database import Database
from core.errors import InvalidError
from core.period import Period, add_months

_SHOWN: Final = 10


class BadPositionError(InvalidError):
    """That position was given for another question, or never."""


async def read_page(
    database: Database,
    query: CostQuery,
    visible: frozenset[str] | None,
    *,
    after: str | None,
    limit: int,
) -> RowPage:
    """Some rows after a position.

    Days are looked at a few at a time, more and more until the page is full: a page costs
    what its own days hold, however long the period is.
    """
    days = await _days(database, query)
    if days is None:
        return RowPage(())
    mark = _mark(query, visible)
    values = values_of(query, visible) | {"limit": limit + 1}
    position = None if after is None else _opened(after, mark)
    start = days.start if position is None else position[0]
    rows: list[Any] = []
    width = 1
    while start < days.end and len(rows) <= limit:
        end = min(days.end, start + timedelta(width))
        values |= {"first_day": start, "end_day": end, "limit": limit + 1 - len(rows)}
        if position is not None:
            values |= {
                f"after_{name}": value for (name, _), value in zip(POSITION, position, strict=True)
            }
        statement = page(rows_shape_of(query, visible, continued=position is not None))
        rows += await database.fetch(statement.sql, statement.arguments(values))
        start, position, width = end, None, width * 2
    shown = tuple(_row(row) for row in rows[:limit])
    return RowPage(shown, _sealed(rows[limit - 1], mark) if len(rows) > limit else None)


def values_of(query: CostQuery, visible: frozenset[str] | None) -> dict[str, Any]:
    """The values that a question's rows are chosen by; its days are told apart."""
    return filter_parameters(query.where, visible) | period_parameters(
        on_basis(query.period, query.basis)
    )


async def _days(database: Database, query: CostQuery) -> Period | None:
    """The days on which a question's charges may lie: those that its invoices reach back to."""
    if query.basis is Basis.USAGE:
        return query.period
    values = period_parameters(on_basis(query.period, query.basis))
    ((first, last),) = await database.fetch(MONTHS.sql, MONTHS.arguments(values))
    return None if first is None else Period(first, add_months(last, 1))


def _row(row: Sequence[Any]) -> CostRow:
    return CostRow(*row[:_SHOWN])


def _mark(query: CostQuery, visible: frozenset[str] | None) -> str:
    """What tells the positions of one question from those of others."""
    asked = (
        query.period.start,
        query.period.end,
        query.where,
        query.measure,
        query.basis,
        visible and sorted(visible),
    )
    return sha256(repr(asked).encode()).hexdigest()[:12]


def _sealed(row: Sequence[Any], mark: str) -> str:
    position = (mark, row[0], *row[_SHOWN:])
    return urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def _opened(text: str, mark: str) -> tuple[Any, ...]:
    """The position that a text stands for.

    Raises:
        BadPositionError: none of this question's.
    """
    try:
        told = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        given, day, *ids = told
        if given == mark and [type(i) for i in ids] == [int, str, str, int, int, int, str]:
            return (date.fromisoformat(day), *ids)
    except (ValueError, TypeError):
        pass
    raise BadPositionError(
        f"{text[:40]!r} is no position in this list.",
        fix="Take `next` of the page before, with the same question; or begin without one.",
    )
