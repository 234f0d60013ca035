"""The mapping: what each kind of Google's export calls the things that a charge is made of.

A `Lines` is a table of SQL expressions, one for each thing, made of the columns that a table
has: they are selected by name, and done without where they are missing.

- Native (standard and detailed): `cost` is before credits, which lie beside it.
  https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage
- FOCUS 1.2 (preview): BilledCost and EffectiveCost are after the line's own `x_Credits`, so
  what a line costs before them is what remains without them. Credits keep their types there,
  and `x_CostType` is the native cost type: the same bill gives the same kinds from either.
  https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/focus-export
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from core.costs.left_out import Reason

PACIFIC: Final = ZoneInfo("America/Los_Angeles")

NO_TEXT: Final = "''"
NO_AMOUNT: Final = "CAST(NULL AS NUMERIC)"
NOTHING: Final = "NUMERIC '0'"

NATIVE_NEEDED: Final = (
    "billing_account_id",
    "service.description",
    "sku.id",
    "usage_start_time",
    "project.id",
    "export_time",
    "cost",
    "currency",
    "credits.amount",
)
FOCUS_NEEDED: Final = (
    "BilledCost",
    "BillingAccountId",
    "BillingCurrency",
    "ChargePeriodStart",
    "ServiceName",
    "x_Credits.Amount",
    "x_Credits.Type",
    "x_ExportTime",
)
UNMAPPED: Final = (
    Reason.UNKNOWN_KIND,
    Reason.NO_CURRENCY,
    Reason.NO_DAY,
    Reason.NO_BILLING_PERIOD,
)
"""What a line may fail to say; it is kept under a catch-all, and counted."""

_CATEGORIES: Final = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
_INVOICE_MONTH: Final = "SAFE.PARSE_DATE('%Y%m', invoice.month)"
_COST_TYPES: Final = ("regular", "tax", "adjustment", "rounding_error")


@dataclass(frozen=True, slots=True)
class Lines:
    """What a line says, as SQL; text is '' where it says nothing.

    `billed` and `effective` as the line has them: `after_credits` tells whether its credits
    are taken off there already. `credits`: the array of them, each `credit` in `credit_type`
    and `credit`. `labels`: arrays of key and value, the one that wins first. `unmapped`: when
    a line fails to say something, in the order of `UNMAPPED`.
    """

    exported: str
    day: str
    billing_period: str
    billing_account: str
    account_id: str
    account_name: str
    service: str
    sku_id: str
    sku_name: str
    region: str
    resource: str
    resource_name: str
    invoice_id: str
    currency: str
    category: str
    source_type: str
    unit: str
    billed: str
    effective: str
    list: str
    contracted: str
    quantity: str
    rate: str
    credits: str
    credit_type: str
    credit: str
    labels: tuple[str, ...]
    after_credits: bool
    unmapped: tuple[str, ...]

    def before_credits(self, amount: str) -> str:
        """An amount of a line as it was without its credits."""
        if not self.after_credits:
            return amount
        given = f"SELECT SUM({self.credit}) FROM UNNEST({self.credits}) AS credit"  # noqa: S608  # ours
        return f"{amount} - COALESCE(({given}), {NOTHING})"


def native(has: frozenset[str]) -> Lines:
    """The standard and the detailed export. `has`: dotted paths of columns, in lower case."""
    day = _day("usage_start_time")
    cost_type = "COALESCE(cost_type, 'regular')" if "cost_type" in has else "'regular'"
    billed = f"COALESCE({_exact('cost')}, {NOTHING})"
    return Lines(
        exported="export_time",
        day=day,
        billing_period=_or(has, "invoice.month", _INVOICE_MONTH, _month(day)),
        billing_account=_text(has, "billing_account_id"),
        account_id=_text(has, "project.id"),
        account_name=_text(has, "project.name"),
        service=_text(has, "service.description"),
        sku_id=_text(has, "sku.id"),
        sku_name=_text(has, "sku.description"),
        # The region; else the place Google names, as the multi-region `us`, or `global`.
        region=_text(has, "location.region", "location.location"),
        resource=_text(has, "resource.global_name", "resource.name"),
        resource_name=_text(has, "resource.name"),
        invoice_id="''",
        currency=_currency("currency"),
        category=_category_of(cost_type),
        source_type=cost_type,
        unit=_text(has, "usage.pricing_unit"),
        billed=billed,
        effective=billed,
        list=_amount(has, "cost_at_list"),
        contracted=NO_AMOUNT,
        quantity=_amount(has, "usage.amount_in_pricing_units"),
        rate=_amount(has, "currency_conversion_rate"),
        credits="credits",
        credit_type="COALESCE(credit.type, '')" if "credits.type" in has else "''",
        credit=f"COALESCE({_exact('credit.amount')}, {NOTHING})",
        labels=_labels(has, "labels", "project.labels"),
        after_credits=False,
        unmapped=(
            _none_of(cost_type, _COST_TYPES),
            _empty("currency"),
            "usage_start_time IS NULL",
            f"{_INVOICE_MONTH} IS NULL" if "invoice.month" in has else "FALSE",
        ),
    )


def focus(has: frozenset[str]) -> Lines:
    """The FOCUS export. `has`: dotted paths of columns, in lower case."""
    day = _day("ChargePeriodStart")
    said = "COALESCE(ChargeCategory, '')" if "chargecategory" in has else "''"
    cost_type = _cost_type(has, said)
    billed = f"COALESCE({_exact('BilledCost')}, {NOTHING})"
    effective = f"COALESCE({_exact('EffectiveCost')}, {billed})"
    # Of a billing account's own charges the sub-account is that account itself.
    own = "IF(SubAccountId = BillingAccountId, NULL, SubAccountId)"
    sub_account = [own] if "subaccountid" in has else []
    return Lines(
        exported="x_ExportTime",
        day=day,
        # Midnight of the month's first day, whether there or in UTC: a day later in neither.
        billing_period=_or(
            has, "BillingPeriodStart", "DATE_TRUNC(DATE(BillingPeriodStart), MONTH)", _month(day)
        ),
        billing_account=_text(has, "BillingAccountId"),
        account_id=_first([*_there(has, "x_Project.Id"), *sub_account]),
        account_name=_text(has, "x_Project.Name", "SubAccountName"),
        service=_text(has, "ServiceName"),
        sku_id=_text(has, "SkuId"),
        sku_name=_text(has, "ChargeDescription"),
        region=_text(has, "RegionId", "x_Location"),
        resource=_text(has, "ResourceId"),
        resource_name=_text(has, "ResourceName"),
        invoice_id=_text(has, "InvoiceId"),
        currency=_currency("BillingCurrency"),
        category=_category_said(said, _category_of(cost_type)),
        source_type=cost_type,
        unit=_text(has, "PricingUnit"),
        billed=billed,
        effective=effective if "effectivecost" in has else billed,
        list=_amount(has, "ListCost"),
        contracted=_amount(has, "ContractedCost"),
        quantity=_amount(has, "PricingQuantity"),
        rate=_amount(has, "x_CurrencyConversionRate"),
        credits="x_Credits",
        credit_type="COALESCE(credit.type, '')",
        credit=f"COALESCE({_exact('credit.amount')}, {NOTHING})",
        labels=_labels(has, "x_Labels", "x_ProjectLabels", "Tags"),
        after_credits=True,
        unmapped=(
            " AND ".join(
                [_none_of(f"LOWER({said})", _CATEGORIES), _none_of(cost_type, _COST_TYPES)]
            ),
            _empty("BillingCurrency"),
            "ChargePeriodStart IS NULL",
            "BillingPeriodStart IS NULL" if "billingperiodstart" in has else "FALSE",
        ),
    )


def _day(instant: str) -> str:
    return f"DATE(COALESCE({instant}, _PARTITIONTIME), '{PACIFIC.key}')"


def _month(day: str) -> str:
    return f"DATE_TRUNC({day}, MONTH)"


def _exact(column: str) -> str:
    return f"CAST(CAST({column} AS STRING) AS NUMERIC)"


def _there(has: frozenset[str], *columns: str) -> list[str]:
    return [column for column in columns if column.lower() in has]


def _text(has: frozenset[str], *columns: str) -> str:
    """The first of several columns that says something."""
    return _first(_there(has, *columns))


def _first(texts: list[str]) -> str:
    if not texts:
        return NO_TEXT
    *others, last = texts
    told = [*(f"NULLIF({text}, '')" for text in others), last, "''"]
    return f"COALESCE({', '.join(told)})"


def _amount(has: frozenset[str], column: str) -> str:
    return _exact(column) if column.lower() in has else NO_AMOUNT


def _or(has: frozenset[str], column: str, made: str, otherwise: str) -> str:
    if column.lower() not in has:
        return otherwise
    return f"COALESCE({made}, {otherwise})"


def _currency(column: str) -> str:
    return f"COALESCE(NULLIF({column}, ''), 'XXX')"


def _empty(column: str) -> str:
    return f"COALESCE({column}, '') = ''"


def _none_of(text: str, known: Iterable[str]) -> str:
    return f"{text} NOT IN ({', '.join(f"'{each.lower()}'" for each in known)})"


def _labels(has: frozenset[str], *places: str) -> tuple[str, ...]:
    return tuple(place for place in places if f"{place.lower()}.key" in has)


def _category_of(cost_type: str) -> str:
    """FOCUS ChargeCategory; a cost type that isn't known counts as usage, under its own name."""
    return (
        f"CASE {cost_type} WHEN 'tax' THEN 'Tax' WHEN 'adjustment' THEN 'Adjustment'"
        " WHEN 'rounding_error' THEN 'Adjustment' ELSE 'Usage' END"
    )


def _category_said(said: str, otherwise: str) -> str:
    known = " ".join(f"WHEN '{name.lower()}' THEN '{name}'" for name in _CATEGORIES)
    return f"CASE LOWER({said}) {known} ELSE {otherwise} END"


def _cost_type(has: frozenset[str], category: str) -> str:
    """Google's own cost type; else the one that the category stands for."""
    made = f"CASE LOWER({category}) WHEN 'usage' THEN 'regular' WHEN '' THEN 'regular'"
    return _first([*_there(has, "x_CostType"), f"{made} ELSE LOWER({category}) END"])
