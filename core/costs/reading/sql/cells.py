"""The statement that reads two periods cell by cell, for what made the difference."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
)

from core.costs.model import Filter
from core.costs.reading.sql.compiled import Compiled, compiled
from core.costs.reading.sql.conditions import Filters, conditions, constant, value_of
from core.costs.tables import charge_daily, kinds, regions, services, skus, tag_sets
from core.projects.tables import projects, scopes

_ONCE = ("Purchase", "Adjustment")
"""Charge categories that don't go on by themselves."""


@lru_cache(maxsize=64)
def cells(filters: Filters, labels: int, *, restricted: bool) -> Compiled:
    """The statement for the measure `cost` and a number of label keys.

    Its rows: service, SKU, region, project, a value a label key; names of the SKU and of the
    project; currency, whether it is one-off, what both periods cost, and how much was used in
    both in which unit, null where that is unknown or of several units.
    """
    fact = charge_daily.c
    before = _within("then")
    used = kinds.c.charge_category == constant("Usage")
    ids = [fact.scope_id, fact.service_id, fact.sku_id, fact.region_id, fact.currency]
    ids += [fact.tag_set_id] if labels else []
    once = kinds.c.charge_category.in_([constant(each) for each in _ONCE]).label("once")
    unit, other = func.min(fact.unit).filter(used), func.max(fact.unit).filter(used)
    sums = (
        select(
            *ids,
            once,
            _or_nothing(func.sum(fact.effective).filter(before)).label("before"),
            _or_nothing(func.sum(fact.effective).filter(~before)).label("after"),
            func.sum(fact.quantity).filter(used, before).label("used_before"),
            func.sum(fact.quantity).filter(used, ~before).label("used_after"),
            case((unit == other, unit)).label("unit"),
        )
        .join(kinds, kinds.c.id == fact.kind_id)
        .where(kinds.c.in_cost, or_(before, _within("now")))
        .where(*conditions(charge_daily, filters, restricted=restricted))
        .group_by(*ids, once)
        .subquery("sums")
    )
    names = ["service", "sku", "region", "project"]
    values = [func.nullif(value_of(name, ""), constant("")) for name in names]
    values += [func.nullif(value_of("label", f"label_{n}"), constant("")) for n in range(labels)]
    source = (
        sums.join(scopes, scopes.c.id == sums.c.scope_id)
        .outerjoin(projects, projects.c.id == scopes.c.project_id)
        .join(services, services.c.id == sums.c.service_id)
        .join(skus, skus.c.id == sums.c.sku_id)
        .join(regions, regions.c.id == sums.c.region_id)
    )
    if labels:
        source = source.join(tag_sets, tag_sets.c.id == sums.c.tag_set_id)
    keys: list[ColumnElement[Any]] = [constant(n + 1) for n in range(len(values))]
    return compiled(
        select(
            *(value.label(f"value_{n}") for n, value in enumerate(values)),
            func.max(skus.c.name),
            func.max(projects.c.name),
            sums.c.currency,
            sums.c.once,
            func.sum(sums.c.before),
            func.sum(sums.c.after),
            func.sum(sums.c.used_before),
            func.sum(sums.c.used_after),
            case((func.min(sums.c.unit) == func.max(sums.c.unit), func.min(sums.c.unit))),
        )
        .select_from(source)
        .group_by(*keys, sums.c.currency, sums.c.once)
    )


def _or_nothing(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(amount, constant(0))


def _within(period: str) -> ColumnElement[bool]:
    day = charge_daily.c.day
    start = cast(bindparam(f"{period}_start", type_=Date), Date)
    return and_(day >= start, day < cast(bindparam(f"{period}_end", type_=Date), Date))


def filters_of(where: tuple[Filter, ...]) -> Filters:
    """What the statement depends on of filters."""
    return tuple((each.dimension.name, each.negated) for each in where)
