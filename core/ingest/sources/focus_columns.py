"""The mapping: which FOCUS columns make which of ours, and how a value is read.

FOCUS 1.0, 1.1, 1.2 and later minor versions: https://focus.finops.org/focus-specification/
Columns are found by name, whatever their order; where several are given, the first that the
file has is read; those that aren't named here are left alone.

Two rules that one might look for here and won't find, because the provider has kept them:
BilledCost is 0 already where somebody else issues the invoice (names can't tell: AWS is 'AWS'
as provider and 'Amazon Web Services, Inc.' as issuer), and EffectiveCost is taken as written,
whatever precision the provider gave it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from core.costs.model import PROMOTION

ZONE: Final = ZoneInfo("UTC")
MAPPING_VERSION: Final = 2
"""Raised when the same lines give other charges than before: every slice is then read anew."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ours, and the FOCUS columns it is read from.

    `required`: a file must have it. `filled`: every line must have a value.
    """

    name: str
    focus: tuple[str, ...]
    required: bool = False
    filled: bool = False

    def found(self, columns: Mapping[str, str]) -> str | None:
        """The file's own name of it, of the file's columns by their names in lower case."""
        return next((columns[f.lower()] for f in self.focus if f.lower() in columns), None)


def _must(name: str, *focus: str) -> Column:
    return Column(name, focus, required=True, filled=True)


DAYS: Final = (
    _must("day", "ChargePeriodStart"),
    _must("billing_period", "BillingPeriodStart"),
)
TEXTS: Final = (
    _must("billing_account", "BillingAccountId"),
    Column("account_id", ("SubAccountId",)),
    Column("account_name", ("SubAccountName",)),
    Column("service", ("ServiceName",), required=True),
    Column("service_category", ("ServiceCategory",)),
    Column("sku_id", ("SkuId",)),
    # FOCUS names no SKU: Azure does, 1.1 has the meter, AWS its usage type.
    Column("sku_name", ("x_SkuDescription", "SkuMeter", "x_UsageType", "ChargeDescription")),
    Column("region", ("RegionId", "RegionName")),
    Column("invoice_id", ("InvoiceId", "x_InvoiceId")),
    _must("currency", "BillingCurrency"),
    Column("unit", ("ConsumedUnit",)),
)
RESOURCES: Final = (
    Column("resource", ("ResourceId",)),
    Column("resource_name", ("ResourceName",)),
)
AMOUNTS: Final = (
    _must("billed", "BilledCost"),
    _must("effective", "EffectiveCost"),
    Column("list", ("ListCost",)),
    Column("contracted", ("ContractedCost",)),
    Column("quantity", ("ConsumedQuantity",)),
)
CATEGORY: Final = _must("charge_category", "ChargeCategory")
CHARGE_CLASS: Final = Column("charge_class", ("ChargeClass",))
# Azure tells what a commitment was bought for from its use, Google its cost type.
OWN_TYPE: Final = Column("own_type", ("x_AmortizationClass", "x_CostType"))
PROVIDER: Final = Column("provider", ("ProviderName", "ServiceProviderName"), required=True)
TAGS: Final = Column("labels", ("Tags",))
# Our own exports say which credit it is; without it, see `kind`.
CREDIT_TYPE: Final = Column("credit_type", ("x_CreditType",))
KIND: Final = (CATEGORY, CHARGE_CLASS, OWN_TYPE, CREDIT_TYPE)

_PROVIDERS: Final = {
    "aws": "aws",
    "amazon": "aws",
    "amazon web services": "aws",
    "amazon web services, inc.": "aws",
    "microsoft": "azure",
    "azure": "azure",
    "microsoft azure": "azure",
    "google": "gcp",
    "google cloud": "gcp",
    "google cloud platform": "gcp",
    "oracle": "oracle",
    "oracle cloud infrastructure": "oracle",
}
_CATEGORIES: Final = {c.lower(): c for c in ("Usage", "Purchase", "Tax", "Credit", "Adjustment")}
_TAGS_HELD: Final = 50_000
_ABSENT: Final = frozenset({"", "null", "none"})
_FIRST: Final = date(2000, 1, 1)
_END: Final = date(2100, 1, 1)
_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


def text(value: str | None) -> str:
    """A value, '' where there is none; some exports write the word NULL."""
    return "" if value is None or value.strip().lower() in _ABSENT else value


def currency(value: str | None) -> str:
    """An ISO 4217 code.

    Raises:
        ValueError: it can't be one.
    """
    code = text(value).strip().upper()
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("is no currency code")
    return code


def provider(name: str | None) -> str | None:
    """The provider of a ProviderName in our words; None for a seller that isn't a cloud."""
    return _PROVIDERS.get(text(name).strip().lower())


def slug(name: str) -> str:
    """A ProviderName that isn't known, in our words."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def day(value: str | None) -> date | None:
    """The UTC day of an instant; one without a zone is UTC, as FOCUS has it.

    Raises:
        ValueError: it is no instant, or out of range.
    """
    said = text(value).strip()
    if not said:
        return None
    found = _day(said)
    if not _FIRST <= found < _END:
        raise ValueError(f"is out of range ({_FIRST:%Y} to {_END.year - 1})")
    return found


def _day(said: str) -> date:
    if match := _AMERICAN.fullmatch(said):
        said = f"{match[3]}-{int(match[1]):02}-{int(match[2]):02}"
    try:
        instant = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError("is no date") from None
    return (instant.astimezone(UTC) if instant.tzinfo else instant).date()


def month(value: str | None) -> date | None:
    """The first day of the month that a billing period begins in.

    Raises:
        ValueError: as `day`.
    """
    found = day(value)
    return found and found.replace(day=1)


def kind(
    category: str | None,
    charge_class: str | None,
    own_type: str | None,
    credit_type: str | None = None,
) -> tuple[str, str]:
    """ChargeCategory, and the source's own type beside it.

    FOCUS means by Credit what a provider grants beside the price, as promotions: discounts are
    in the costs themselves, refunds are corrections or adjustments. So a credit of which no type
    is told is a promotion. A category that isn't known counts as usage, under its own name.
    """
    said = text(category).strip()
    if not said:
        return "", ""
    known = _CATEGORIES.get(said.lower())
    if known == "Credit":
        return known, text(credit_type).strip() or PROMOTION
    corrects = text(charge_class).strip().lower() == "correction"
    parts = ("" if known else said, text(own_type).strip(), "Correction" if corrects else "")
    return known or "Usage", " ".join(part for part in parts if part)


def is_known(category: str | None) -> bool:
    """Whether a ChargeCategory is one of FOCUS."""
    return text(category).strip().lower() in _CATEGORIES


def labels(keys: Sequence[str]) -> Callable[[str | None], str]:
    """What makes of a line's Tags a JSON object of the label keys that are kept."""

    # The same tags come again and again, in every batch.
    @lru_cache(_TAGS_HELD)
    def of(value: str | None) -> str:
        said = text(value).strip()
        if not said or not keys:
            return "{}"
        tags = _tags(said)
        return label_set({key: tags[key] for key in keys if key in tags})

    return of


def label_set(values: Mapping[str, object]) -> str:
    """A JSON object of labels as text, keys sorted; a tag without a value is `true` in FOCUS."""
    told = {
        key: value if isinstance(value, str) else _json(True if value is None else value)
        for key, value in values.items()
    }
    return _json(told)


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _tags(said: str) -> dict[str, object]:
    # Azure's exports have written tags without the braces around them.
    whole = said if said.startswith("{") else f"{{{said}}}"
    try:
        tags: dict[str, object] = orjson.loads(whole)
    except ValueError:
        raise ValueError("is no JSON object of tags") from None
    return tags
