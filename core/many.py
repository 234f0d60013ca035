"""Conditions with any number of values: a statement may have no more than 32,767 parameters."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, cast, false, func, select, tuple_


def one_of(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """A column has one of some values, which are one parameter."""
    return column == func.any(cast(list(values), ARRAY(column.type)))


def one_of_rows(
    columns: Collection[ColumnElement[Any]], rows: Collection[tuple[Any, ...]]
) -> ColumnElement[bool]:
    """Columns have the values of one of some rows, which are a parameter a column."""
    if not rows:
        return false()
    values = zip(*rows, strict=True)
    given = [
        func.unnest(cast(list(each), ARRAY(column.type)))
        for column, each in zip(columns, values, strict=True)
    ]
    return tuple_(*columns).in_(select(*given))
