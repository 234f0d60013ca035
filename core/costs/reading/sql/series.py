"""The statement that reads a question day by day, a row for each of its series."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Double, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from core.costs.model import Measure
from core.costs.reading.sql.compiled import Compiled, compiled
from core.costs.reading.sql.conditions import constant
from core.costs.reading.sql.shape import Shape
from core.costs.reading.sql.summary import COUNTED, charges_of, with_dimensions


@lru_cache(maxsize=64)
def series(shape: Shape) -> Compiled:
    """The statement of a daily shape with one piece.

    Its rows, in order of their values: a value for each dimension, the currency, the days that
    have charges, in order, what each adds up to as a number to reckon with, and exactly what the
    last of them do, from the day `exact_from` on.
    """
    charges = charges_of(shape)
    source, values, _ = with_dimensions(shape, charges)
    keys: list[ColumnElement[Any]] = [value.label(f"value_{n}") for n, value in enumerate(values)]
    keys += [charges.c.currency, charges.c.bucket]
    days = select(*keys, func.sum(charges.c.amount).label("amount")).select_from(source)
    if shape.measure is Measure.COST:
        days = days.where(charges.c["class"] == constant(COUNTED))
    found = days.group_by(*keys).subquery("days")
    *key, day, amount = found.c
    return compiled(
        select(
            *key,
            func.array_agg(aggregate_order_by(day, day)),
            func.array_agg(aggregate_order_by(cast(amount, Double), day)),
            func.array_agg(aggregate_order_by(amount, day)).filter(
                day >= bindparam("exact_from", type_=Date)
            ),
        )
        .group_by(*key)
        .order_by(*key)
    )
