"""Charges by resource: as they are kept, and the facts of days of which none are."""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Subquery,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from core.costs.model import RESOURCE
from core.costs.reading.sql.conditions import constant
from core.costs.reading.sql.shape import Shape
from core.costs.resources import Kept
from core.costs.tables import ABSENT, OTHER, charge_daily, cost_by_day_resource, slices

_COLUMNS: Final = (
    *("day", "billing_period", "scope_id", "service_id", "region_id", "tag_set_id", "kind_id"),
    *("currency", "billed", "effective", "list"),
)


def charges(index: int) -> Subquery:
    """The charges of the days of a piece, once each: what isn't kept by resource is of none.

    So the answer adds up to what any other grouping of the same charges does. `unknown` tells
    those of which no resources are kept.
    """
    start, end = bindparam(f"start_{index}", type_=Date), bindparam(f"end_{index}", type_=Date)
    kept = cost_by_day_resource.c
    fact = charge_daily.c
    since = slices.c.resources_since
    by_resource = select(
        *(kept[name] for name in _COLUMNS), kept.resource_id, false().label("unknown")
    ).where(kept.day >= start, kept.day < end)
    others = (
        select(
            *(fact[name] for name in _COLUMNS),
            constant(ABSENT).label("resource_id"),
            true().label("unknown"),
        )
        .join(slices, slices.c.id == fact.slice_id)
        .where(fact.day >= start, fact.day < end)
        # Few slices, or those of few sources: found before their facts are.
        .where(slices.c.last_day >= start, slices.c.first_day < end)
        .where(or_(since.is_(None), fact.day < since))
    )
    return union_all(by_resource, others).subquery(f"charges_{index}")


def basis(shape: Shape, drawn: Any) -> dict[str, ColumnElement[Any]]:
    """Of the sources drawn on [name, kind, whether kept], of those that keep none; all; others.

    `kept`: whether any source keeps its resources. `others`: whether, of the days asked about,
    some resources aren't told apart, where one is asked for.
    """
    without = func.json_agg(func.json_build_array(drawn.c.name, drawn.c.kind, drawn.c.resources))
    is_kept = drawn.c.resources == constant(Kept.KEPT.value)
    parts: dict[str, ColumnElement[Any]] = {
        "without": select(without.filter(~is_kept)).select_from(drawn).scalar_subquery(),
        "keeps": select(func.coalesce(func.bool_or(is_kept), false()))
        .select_from(drawn)
        .scalar_subquery(),
    }
    if (RESOURCE.name, False) in shape.filters:
        kept = cost_by_day_resource.c
        parts["others"] = (
            select(kept.day)
            .where(
                kept.resource_id == constant(OTHER),
                kept.day >= bindparam("start_0", type_=Date),
                kept.day < bindparam("end_0", type_=Date),
            )
            .exists()
        )
    return parts
