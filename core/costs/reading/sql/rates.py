"""Amounts in another currency, at the rates of their billing period."""

from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from core.costs.reading.plan import Side
from core.costs.tables import configured_rates, conversion_rates

PLACES: Final = 9
"""Decimals of a converted amount: a division has to end somewhere."""

_AMOUNTS = ("amount", "unassigned", "unlisted", "unknown")


def priced(charges: CTE) -> CTE:
    """The charges with their amounts in the currency `target`; null where a rate isn't known.

    Rounded here, once, so that whatever is added up of them adds up exactly. `original` and
    `currency_charged` are what they were, `there` and `here` whose configured rates were used.
    """
    target = bindparam("target", type_=Text)
    rates = _rates(charges)
    theirs, ours = rates.alias("theirs"), rates.alias("ours")
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
            theirs.c.origin.label("there"),
            ours.c.origin.label("here"),
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


def _rates(charges: CTE) -> CTE:
    """One rate a billing period and currency: an export's own, else the latest configured.

    Where exports give different rates for a period, that of the source registered first counts.
    `origin`: whose configured rate it is, and of which month; null for an export's.
    """
    of_exports, ours = conversion_rates.c, configured_rates.c
    periods = select(charges.c.billing_period).distinct().subquery()
    origin = func.concat(
        ours.origin, literal_column("' of '"), func.to_char(ours.since, literal_column("'YYYY-MM'"))
    )
    candidates = union_all(
        select(
            of_exports.billing_period,
            of_exports.currency,
            of_exports.per_usd,
            cast(null(), Text).label("origin"),
            of_exports.source_id,
            cast(null(), Date).label("since"),
        ),
        select(
            periods.c.billing_period, ours.currency, ours.per_usd, origin, null(), ours.since
        ).join_from(periods, configured_rates, ours.since <= periods.c.billing_period),
    ).subquery("candidates")
    key = (candidates.c.billing_period, candidates.c.currency)
    return (
        select(*key, candidates.c.per_usd, candidates.c.origin)
        .ext(distinct_on(*key))
        .order_by(*key, candidates.c.source_id.nulls_last(), candidates.c.since.desc())
        .cte("rates")
    )


def used(charges: CTE, counted: ColumnElement[bool]) -> ColumnElement[Any]:
    """A JSON list of [currency, billing period, of this side?, there, here, amount, converted]."""
    now = charges.c.side <= literal_column(str(Side.NOW_ONLY.value))
    keys = (
        charges.c.currency_charged,
        charges.c.billing_period,
        now,
        charges.c.there,
        charges.c.here,
    )
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
