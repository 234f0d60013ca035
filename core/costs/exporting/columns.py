"""The mapping: what each FOCUS column says of a fact.

FOCUS 1.2: https://focus.finops.org/focus-specification/v1-2/. Its columns come first, in
alphabetical order, then ours. What the store doesn't keep is left out or null, never made up;
where FOCUS needs a value that follows from others, `docs/focus-export.md` says from which.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Holds(StrEnum):
    """What a column holds; OWN_TEXT: text of the fact itself, '' where it has none."""

    TEXT = "text"
    OWN_TEXT = "own text"
    AMOUNT = "amount"
    COUNT = "count"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and its value in SQL: `f` is the fact, other tables are as in `statement`."""

    name: str
    sql: str
    holds: Holds = Holds.TEXT


def _amount(name: str, sql: str) -> Column:
    return Column(name, sql, Holds.AMOUNT)


def _time(name: str, sql: str) -> Column:
    return Column(name, sql, Holds.TIME)


def _of(categories: str, sql: str) -> str:
    """A value that FOCUS wants for some categories only."""
    return f"CASE WHEN k.charge_category {categories} THEN {sql} END"


_USAGE: Final = "= 'Usage'"
_UNTAXED: Final = "<> 'Tax'"
_UNIT: Final = "CASE WHEN f.quantity IS NOT NULL THEN f.unit END"

COLUMNS: Final = (
    _amount("BilledCost", "f.billed"),
    Column("BillingAccountId", "b.billing_account"),
    Column("BillingAccountName", "NULL"),
    Column("BillingCurrency", "f.currency"),
    _time("BillingPeriodEnd", "m.until"),
    _time("BillingPeriodStart", "m.since"),
    Column("ChargeCategory", "k.charge_category"),
    Column("ChargeClass", "k.charge_class"),
    Column(
        "ChargeDescription",
        "coalesce(k.credit_type || ': ', '') || coalesce(s.name, v.name, k.charge_category)",
    ),
    Column("ChargeFrequency", "k.frequency"),
    _time("ChargePeriodEnd", "d.until"),
    _time("ChargePeriodStart", "d.since"),
    _amount("ConsumedQuantity", _of(_USAGE, "f.quantity")),
    Column("ConsumedUnit", _of(_USAGE, _UNIT), Holds.OWN_TEXT),
    # Google tells none, but its cost before credits is at the contract's prices.
    _amount("ContractedCost", "coalesce(f.contracted, CASE WHEN l.google THEN f.billed END)"),
    _amount("EffectiveCost", "f.effective"),
    Column("InvoiceId", "f.invoice_id", Holds.OWN_TEXT),
    Column("InvoiceIssuerName", "p.provider"),
    _amount("ListCost", "f.list"),
    _amount("PricingQuantity", _of(_UNTAXED, "f.quantity")),
    Column("PricingUnit", _of(_UNTAXED, _UNIT), Holds.OWN_TEXT),
    Column("ProviderName", "p.provider"),
    Column("PublisherName", "p.provider"),
    Column("RegionId", "r.region"),
    Column("RegionName", "r.region"),
    Column("ServiceCategory", "v.category"),
    Column("ServiceName", "v.name"),
    Column("SkuId", _of(_UNTAXED, "s.sku")),
    Column("SkuMeter", _of(_UNTAXED, "CASE WHEN s.sku IS NOT NULL THEN s.name END")),
    Column("SubAccountId", "p.account"),
    Column("SubAccountName", "p.account_name"),
    Column("Tags", "t.tags"),
    Column("x_CostCenter", "p.cost_center"),
    Column("x_CostType", "k.cost_type"),
    Column("x_CreditType", "k.credit_type"),
    Column("x_LineCount", "f.lines", Holds.COUNT),
    Column("x_Project", "p.project"),
    Column("x_Source", "l.source"),
    Column("x_Team", "p.team"),
)
