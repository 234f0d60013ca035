"""Amounts in another currency, at the rates of their billing period."""

from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from core.costs.reading.plan import Side
from core.costs.tables import conversion_rates

PLACES: Final = 9
"""Decimals of a converted amount: a division has to end somewhere."""

_AMOUNTS = ("amount", "unassigned", "unlisted")


def priced(charges: CTE) -> CTE:
    """The charges with their amounts in the currency `target`; null where a rate isn't known.

    Rounded here, once, so that whatever is added up of them adds up exactly. Where sources
    give different rates for a period, the one registered first counts. `original` and
    `currency_charged` are what they were.
    """
    target = bindparam("target", type_=Text)
    theirs, ours = _rates().alias("theirs"), _rates().alias("ours")
    there = _per_usd(charges.c.currency, theirs.c.per_usd)
    here = _per_usd(target, ours.c.per_usd)

    def convert(amount: ColumnElement[Any]) -> ColumnElement[Any]:
        other = func.round(amount * here / there, literal_column(str(PLACES)))
        return case((charges.c.currency == target, amount), else_=other)

    columns = [
        convert(column).label(column.name) if column.name in _AMOUNTS else column
        for column in charges.c
        if column.name != "currency"
    ]
    return (
        select(
            target.label("currency"),
            charges.c.currency.label("currency_charged"),
            charges.c.amount.label("original"),
            *columns,
        )
        .select_from(
            charges.outerjoin(theirs, _of_period(theirs, charges, charges.c.currency)).outerjoin(
                ours, _of_period(ours, charges, target)
            )
        )
        .cte("priced")
    )


def _per_usd(currency: ColumnElement[str], rate: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((currency == literal_column("'USD'"), literal_column("1::numeric")), else_=rate)


def _of_period(rates: Any, charges: CTE, currency: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(rates.c.billing_period == charges.c.billing_period, rates.c.currency == currency)


def _rates() -> Select[Any]:
    rates = conversion_rates.c
    return (
        select(rates.billing_period, rates.currency, rates.per_usd)
        .ext(distinct_on(rates.billing_period, rates.currency))
        .order_by(rates.billing_period, rates.currency, rates.source_id)
    )


def used(charges: CTE, counted: ColumnElement[bool]) -> ColumnElement[Any]:
    """A JSON list of [currency, billing period, whether of this side, amount, converted]."""
    now = charges.c.side <= literal_column(str(Side.NOW_ONLY.value))
    keys = (charges.c.currency_charged, charges.c.billing_period, now)
    # An amount that can't be converted is told from none at all.
    converted = case(
        (func.bool_and(charges.c.amount.is_not(None)), cast(func.sum(charges.c.amount), Text))
    )
    amounts = (
        select(
            func.json_build_array(*keys, cast(func.sum(charges.c.original), Text), converted).label(
                "used"
            ),
            charges.c.currency_charged.label("currency"),
            charges.c.billing_period.label("billing_period"),
        )
        .where(counted)
        .group_by(*keys)
        .subquery()
    )
    ordered = aggregate_order_by(amounts.c.used, amounts.c.currency, amounts.c.billing_period)
    return select(func.json_agg(ordered)).scalar_subquery()
