"""The statements that list the charges behind a question, day by day."""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    bindparam,
    func,
    select,
    tuple_,
)

from core.costs.model import Basis, Measure
from core.costs.reading.sql.compiled import Compiled, compiled
from core.costs.reading.sql.conditions import conditions, constant
from core.costs.reading.sql.shape import RowsShape
from core.costs.tables import charge_daily, cost_by_month, kinds, regions, services, skus
from core.projects.tables import projects, scopes

POSITION: Final = (
    ("day", Date),
    ("project_id", Integer),
    ("provider", Text),
    ("account_id", Text),
    ("service_id", Integer),
    ("sku_id", Integer),
    ("region_id", Integer),
    ("currency", Text),
)
"""What orders rows and finds the one to continue after: names and types, last in each row."""


@lru_cache(maxsize=256)
def page(shape: RowsShape) -> Compiled:
    """The first rows of some days, after a position if the shape has one; then its position."""
    return compiled(_rows(shape).limit(bindparam("limit", type_=Integer)))


@lru_cache(maxsize=256)
def every(shape: RowsShape) -> Compiled:
    """All rows of some days, in the order of pages."""
    return compiled(_rows(shape))


@lru_cache(maxsize=256)
def counted(shape: RowsShape) -> Compiled:
    """How many rows some days have; more where labels part an account among projects."""
    return compiled(select(func.count()).select_from(_charges(shape)))


MONTHS: Final = compiled(
    select(func.min(cost_by_month.c.month), func.max(cost_by_month.c.month)).where(
        cost_by_month.c.billing_period >= bindparam("start_0", type_=Date),
        cost_by_month.c.billing_period < bindparam("end_0", type_=Date),
    )
)
"""The first and the last month of usage that invoices reach back to."""


def _rows(shape: RowsShape) -> Select[Any]:
    charges = _charges(shape)
    project = func.coalesce(scopes.c.project_id, constant(0))
    keys: list[ColumnElement[Any]] = [
        charges.c.day,
        project,
        scopes.c.provider,
        scopes.c.account_id,
        charges.c.service_id,
        charges.c.sku_id,
        charges.c.region_id,
        charges.c.currency,
    ]
    statement = (
        select(
            charges.c.day,
            func.max(projects.c.slug),
            scopes.c.provider,
            func.nullif(scopes.c.account_id, constant("")),
            func.nullif(func.max(services.c.name), constant("")),
            func.nullif(func.max(skus.c.sku_id), constant("")),
            func.nullif(func.max(regions.c.region_id), constant("")),
            func.nullif(func.max(services.c.category), constant("")),
            charges.c.currency,
            func.sum(charges.c.amount),
            *keys[1:],
        )
        .select_from(charges)
        .join(scopes, scopes.c.id == charges.c.scope_id)
        .outerjoin(projects, projects.c.id == scopes.c.project_id)
        .join(services, services.c.id == charges.c.service_id)
        .join(skus, skus.c.id == charges.c.sku_id)
        .join(regions, regions.c.id == charges.c.region_id)
        .group_by(*keys)
        .order_by(*keys)
    )
    if shape.continued:
        after = (bindparam(f"after_{name}", type_=type_) for name, type_ in POSITION)
        statement = statement.where(tuple_(*keys) > tuple_(*after))
    return statement


def _charges(shape: RowsShape) -> Any:
    """The facts of the days, added up by what a row shows."""
    columns = charge_daily.c
    keys = (
        columns.day,
        columns.scope_id,
        columns.service_id,
        columns.sku_id,
        columns.region_id,
        columns.currency,
    )
    statement = (
        select(*keys, func.sum(_amount(shape.measure)).label("amount"))
        .where(
            columns.day >= bindparam("first_day", type_=Date),
            columns.day < bindparam("end_day", type_=Date),
        )
        .where(*conditions(charge_daily, shape.filters, restricted=shape.restricted))
        .group_by(*keys)
    )
    if shape.basis is Basis.INVOICE:
        statement = statement.where(
            columns.billing_period >= bindparam("start_0", type_=Date),
            columns.billing_period < bindparam("end_0", type_=Date),
        )
    if (counted := _counted(shape.measure)) is not None:
        statement = statement.where(columns.kind_id.in_(select(kinds.c.id).where(counted)))
    return statement.subquery()


def _amount(measure: Measure) -> ColumnElement[Any]:
    match measure:
        case Measure.COST:
            return charge_daily.c.effective
        case Measure.LIST:
            return charge_daily.c.list
        case _:
            return charge_daily.c.billed


def _counted(measure: Measure) -> ColumnElement[bool] | None:
    match measure:
        case Measure.COST:
            return kinds.c.in_cost
        case Measure.GROSS:
            return kinds.c.in_gross
        case _:
            return None
