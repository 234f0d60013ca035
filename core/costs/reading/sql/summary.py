"""The statement that answers a question: its lines, and all that must be said beside them.

Three steps: each piece adds up one table by ids (`charges`), ids become values and kinds are
told apart (lines), and one more row tells what the lines rest on (basis): the data version,
how fresh the sources drawn on are, and whether the billing periods touched are proved.
"""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)

from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    RESOURCE,
    SERVICE,
    SKU,
    Basis,
    Granularity,
    Measure,
)
from core.costs.reading.plan import Grain, Side
from core.costs.reading.sql import rates
from core.costs.reading.sql import resources as resources_of
from core.costs.reading.sql.compiled import Compiled, compiled
from core.costs.reading.sql.conditions import conditions, constant, drawn_on, value_of
from core.costs.reading.sql.shape import OF_SCOPES, Shape
from core.costs.tables import (
    billing_periods,
    charge_daily,
    cost_by_day_service,
    cost_by_month,
    cost_by_month_service,
    kinds,
    regions,
    resources,
    services,
    skus,
    slices,
    sources,
    tag_sets,
)
from core.data_version import data_version
from core.projects.tables import projects, scopes

_TABLES: Final = {
    Grain.FACT: charge_daily,
    Grain.DAY: cost_by_day_service,
    Grain.MONTH_SERVICE: cost_by_month_service,
    Grain.MONTH: cost_by_month,
}
_UNITS: Final = {Granularity.WEEKLY: "week", Granularity.MONTHLY: "month"}
_IDS: Final = {
    SERVICE.name: "service_id",
    CATEGORY.name: "service_id",
    SKU.name: "sku_id",
    RESOURCE.name: "resource_id",
    "region": "region_id",
    "label": "tag_set_id",
} | dict.fromkeys(OF_SCOPES, "scope_id")
_NAMES: Final[dict[str, ColumnElement[str]]] = {
    PROJECT.name: projects.c.name,
    ACCOUNT.name: scopes.c.account_name,
    SKU.name: skus.c.name,
    RESOURCE.name: resources.c.name,
}


# What becomes of a charge in the measure `cost`.
COUNTED, _TAX, _PROMOTION = 0, 1, 2
_CLASS: Final = case(
    (kinds.c.in_cost, constant(COUNTED)),
    (kinds.c.charge_category == constant("Tax"), constant(_TAX)),
    else_=constant(_PROMOTION),
)
_OWN: Final = {
    "service_id": services,
    "sku_id": skus,
    "resource_id": resources,
    "region_id": regions,
    "tag_set_id": tag_sets,
}


@lru_cache(maxsize=512)
def statement(shape: Shape) -> Compiled:
    """The statement of a shape of question.

    Its rows: the basis as JSON in the first column of one row; of the others a value for each
    dimension, a name for each, the bucket's first day, currency, amount, amount of the other
    period, the comparable parts of both, tax, promotional credits, spend of no project,
    what was billed without a list price, what is of no known resource because none are kept.
    """
    charges = charges_of(shape)
    if shape.convert:
        charges = rates.priced(charges)
    lines = _lines(shape, charges)
    width = len(lines.selected_columns) - 1
    basis = select(_basis(shape, charges), *(null() for _ in range(width)))
    return compiled(union_all(basis, lines))


def charges_of(shape: Shape) -> CTE:
    """What each piece adds up to, by ids."""
    pieces = [
        _piece(shape, index, _table(grain, index), side)
        for index, (grain, side) in enumerate(shape.pieces)
    ]
    return (union_all(*pieces) if len(pieces) > 1 else pieces[0]).cte("charges")


def _table(grain: Grain, index: int) -> FromClause:
    return resources_of.charges(index) if grain is Grain.RESOURCE else _TABLES[grain]


def _piece(shape: Shape, index: int, table: FromClause, side: Side) -> Select[Any]:
    then = side in (Side.THEN, Side.THEN_ONLY)
    time = _time(shape, table)
    ids = {_IDS[name] for name in shape.dimensions}
    keys: list[ColumnElement[Any]] = [table.c[name].label(name) for name in sorted(ids)]
    if shape.measure is Measure.COST:
        keys.append(_CLASS.label("class"))
    if shape.granularity is not None:
        keys.append(_bucket(shape, time, then=then).label("bucket"))
    if shape.convert:
        keys.append(table.c.billing_period.label("billing_period"))
    amount, no_day = _amount(shape, table), cast(null(), Date)
    sums = [
        func.sum(amount).label("amount"),
        (no_day if then else func.min(table.c.billing_period)).label("first_period"),
        (no_day if then else func.max(table.c.billing_period)).label("last_period"),
    ]
    if shape.everything:
        unassigned = select(scopes.c.id).where(scopes.c.project_id.is_(None))
        sums.append(func.sum(amount).filter(table.c.scope_id.in_(unassigned)).label("unassigned"))
    if shape.measure is Measure.LIST:
        # A rollup holds 0 for what has no list price: nothing that is sold has that price.
        unlisted = or_(table.c.list.is_(None), table.c.list == constant(0))
        dear = and_(unlisted, table.c.billed > constant(0))
        sums.append(func.sum(table.c.billed).filter(dear).label("unlisted"))
    if shape.by_resource:
        sums.append(func.sum(amount).filter(table.c.unknown).label("unknown"))
    return (
        select(
            constant(side.value).label("side"),
            table.c.currency.label("currency"),
            *keys,
            *sums,
        )
        .select_from(_with_kinds(shape, table))
        .where(*_within(shape, table, index))
        .where(*_of_kinds(shape, then=then))
        .where(
            *conditions(
                table,
                shape.filters,
                restricted=shape.restricted,
                other_project=shape.other_project and then,
            )
        )
        .group_by(table.c.currency, *keys)
    )


def _with_kinds(shape: Shape, table: FromClause) -> FromClause:
    if shape.measure in (Measure.COST, Measure.GROSS):
        return table.join(kinds, kinds.c.id == table.c.kind_id)
    return table


def _of_kinds(shape: Shape, *, then: bool) -> list[ColumnElement[bool]]:
    """That a charge's kind counts in the measure; of this side, what `cost` leaves out as well."""
    if shape.measure is Measure.GROSS:
        return [kinds.c.in_gross]
    return [kinds.c.in_cost] if shape.measure is Measure.COST and then else []


def _time(shape: Shape, table: FromClause) -> ColumnElement[Any]:
    if shape.basis is Basis.INVOICE:
        return table.c.billing_period
    return table.c.month if "month" in table.c else table.c.day


def _amount(shape: Shape, table: FromClause) -> ColumnElement[Any]:
    match shape.measure:
        case Measure.COST:
            return table.c.effective
        case Measure.LIST:
            return table.c.list
        case _:
            return table.c.billed


def _within(shape: Shape, table: FromClause, index: int) -> list[ColumnElement[bool]]:
    """That a charge lies in the days of a piece."""
    start, end = bindparam(f"start_{index}", type_=Date), bindparam(f"end_{index}", type_=Date)
    time = _time(shape, table)
    found = [time >= start, time < end]
    if shape.basis is Basis.INVOICE and table is charge_daily:
        # The rollup knows which months those invoices reach back to: no other partition is read.
        months = cost_by_month.c.month
        touched = cost_by_month.c.billing_period
        of_period = and_(touched >= start, touched < end)
        first = select(func.min(months)).where(of_period).scalar_subquery()
        last = select(func.max(months)).where(of_period).scalar_subquery()
        after = cast(last + literal_column("interval '1 month'"), Date)
        found += [table.c.day >= first, table.c.day < after]
    return found


def _bucket(shape: Shape, time: ColumnElement[Any], *, then: bool) -> ColumnElement[Any]:
    """The first day of the day, week or month that a charge counts in; the other side's moved."""
    shift = bindparam("shift", type_=Integer)
    if then and not shape.by_months:
        time = time + shift
    if shape.granularity in _UNITS:
        unit: ColumnElement[str] = constant(_UNITS[shape.granularity])
        time = func.date_trunc(unit, cast(time, DateTime))
        if then and shape.by_months:
            time = time + func.make_interval(0, shift)
        return cast(time, Date)
    return time


def _lines(shape: Shape, charges: CTE) -> Select[Any]:
    """Values, names and sums of each line, as `statement` lists them."""
    source, values, names = with_dimensions(shape, charges)

    def total(
        *which: ColumnElement[bool], of: ColumnElement[Any] = charges.c.amount
    ) -> ColumnElement[Any]:
        return func.sum(of).filter(and_(true(), *which))

    def of_class(number: int) -> ColumnElement[bool]:
        return charges.c["class"] == constant(number) if shape.measure is Measure.COST else true()

    counted = of_class(COUNTED)
    now, then = _is_now(charges), ~_is_now(charges)
    sides = {side for _, side in shape.pieces}
    cut = Side.NOW in sides and bool(sides & {Side.NOW_ONLY, Side.THEN_ONLY})
    nothing: ColumnElement[Any] = cast(null(), Numeric)
    excluded = shape.measure is Measure.COST
    columns: list[ColumnElement[Any]] = [
        *values,
        *names,
        charges.c.bucket if shape.granularity else cast(null(), Date),
        charges.c.currency,
        total(now, counted),
        total(then, counted),
        total(charges.c.side == constant(Side.NOW.value), counted) if cut else nothing,
        total(charges.c.side == constant(Side.THEN.value), counted) if cut else nothing,
        total(now, of_class(_TAX)) if excluded else nothing,
        total(now, of_class(_PROMOTION)) if excluded else nothing,
        total(now, counted, of=charges.c.unassigned) if shape.everything else nothing,
        total(now, of=charges.c.unlisted) if shape.measure is Measure.LIST else nothing,
        total(now, counted, of=charges.c.unknown) if shape.by_resource else nothing,
    ]
    keys: list[ColumnElement[Any]] = [constant(n + 2) for n in range(len(values))]
    if shape.granularity:
        keys.append(charges.c.bucket)
    keys.append(charges.c.currency)
    labelled = [column.label(f"c{index}") for index, column in enumerate(columns)]
    return select(null().label("basis"), *labelled).select_from(source).group_by(*keys)


def _is_now(charges: CTE) -> ColumnElement[bool]:
    return charges.c.side <= constant(Side.NOW_ONLY.value)


def with_dimensions(
    shape: Shape, charges: CTE
) -> tuple[FromClause, list[ColumnElement[Any]], list[ColumnElement[Any]]]:
    """The charges with what their ids stand for: values, and names beside them."""
    source: FromClause = charges
    ids = {_IDS[name] for name in shape.dimensions}
    if "scope_id" in ids:
        source = source.join(scopes, scopes.c.id == charges.c.scope_id)
        source = source.outerjoin(projects, projects.c.id == scopes.c.project_id)
    for column, table in _OWN.items():
        if column in ids:
            source = source.join(table, table.c.id == charges.c[column])
    values: list[ColumnElement[Any]] = []
    names: list[ColumnElement[Any]] = []
    for index, name in enumerate(shape.dimensions):
        values.append(func.nullif(value_of(name, f"group_key_{index}"), constant("")))
        names.append(func.max(_NAMES[name]) if name in _NAMES else cast(null(), Text))
    return source, values, names


def _basis(shape: Shape, charges: CTE) -> ColumnElement[Any]:
    """What the answer rests on, as a JSON object in text; `core.costs.reading.basis` reads it."""
    drawn = (
        select(sources).where(*drawn_on(shape.filters, restricted=shape.restricted)).cte("drawn")
    )
    touched = (
        select(
            func.min(charges.c.first_period).label("first"),
            func.max(charges.c.last_period).label("last"),
        )
        .where(_is_now(charges))
        .cte("touched")
    )
    parts: dict[str, Any] = {
        "version": select(data_version.c.version).scalar_subquery(),
        "through": _oldest(func.timezone(constant("UTC"), drawn.c.through), drawn),
        "complete_until": _oldest(drawn.c.complete_until, drawn),
        "held": _held(drawn),
        "behind": select(slices.c.id)
        .where(
            slices.c.source_id == drawn.c.id,
            slices.c.behind,
            or_(slices.c.last_day.is_(None), slices.c.last_day >= bindparam("first", type_=Date)),
        )
        .exists(),
        "periods": _periods(drawn, touched),
    }
    if shape.by_resource:
        parts |= resources_of.basis(shape, drawn)
    if shape.convert:
        cost = shape.measure is Measure.COST
        counted = charges.c["class"] == constant(COUNTED) if cost else true()
        parts["rates"] = rates.used(charges, counted)
    pairs: list[Any] = []
    for name, value in parts.items():
        pairs += constant(name), value
    return cast(func.json_build_object(*pairs), Text)


def _oldest(column: ColumnElement[Any], drawn: CTE) -> ColumnElement[Any]:
    """The least of the sources drawn on; null where one has none yet.

    What is read no more holds nothing back, unless there is nothing else.
    """
    read = drawn.c.retired_at.is_(None)
    known = func.bool_and(or_(column.is_not(None), ~read))
    least = func.coalesce(func.min(column).filter(read), func.min(column))
    return select(case((known, least))).select_from(drawn).scalar_subquery()


def _held(drawn: CTE) -> ColumnElement[Any]:
    """[first day held by any source, last day held by each that is still read]."""
    days = (
        select(
            func.min(slices.c.first_day).label("first"),
            func.max(slices.c.last_day).label("last"),
            drawn.c.retired_at.is_(None).label("read"),
        )
        .where(slices.c.source_id == drawn.c.id)
        .group_by(slices.c.source_id, drawn.c.retired_at)
        .subquery()
    )
    last = func.coalesce(func.min(days.c.last).filter(days.c.read), func.min(days.c.last))
    return select(func.json_build_array(func.min(days.c.first), last)).scalar_subquery()


def _periods(drawn: CTE, touched: CTE) -> ColumnElement[Any]:
    """[all match, all final, [[source, month that doesn't match] …]] of the periods touched."""
    periods = billing_periods.c
    mismatch = func.json_build_array(drawn.c.name, periods.billing_period)
    return (
        select(
            func.json_build_array(
                func.bool_and(periods.matches_export),
                func.bool_and(periods.final),
                func.json_agg(mismatch).filter(~periods.matches_export),
            )
        )
        .select_from(drawn)
        .join(billing_periods, periods.source_id == drawn.c.id)
        .join(touched, periods.billing_period.between(touched.c.first, touched.c.last))
        .scalar_subquery()
    )
