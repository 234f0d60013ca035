"""Lines of a billing export, and what they add up to: computed here by Decimal, not by SQL."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.bigquery import Table

type Line = Mapping[str, Any]
type Export = Mapping[date, Sequence[Line]]
"""Lines by the day on which they were taken in."""

PACIFIC = ZoneInfo("America/Los_Angeles")
ACCOUNT = "0123AB-4567CD-89EF01"
_NINE = Decimal("1e-9")
_CATEGORIES = {"tax": "Tax", "adjustment": "Adjustment", "rounding_error": "Adjustment"}
_SERVICES = {"Compute Engine": "Compute", "Cloud Storage": "Storage", "Quantum Oracle": "Other"}
_CREDITS = ("SUSTAINED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT", "PROMOTION", "FREE_TIER")


def line(**changes: Any) -> dict[str, Any]:
    """A line as Google writes them; `changes` replace whole columns."""
    return {
        "billing_account_id": ACCOUNT,
        "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
        "sku": {"id": "2E27-4F75-95CD", "description": "N1 Predefined Instance Core"},
        "usage_start_time": "2026-10-05T18:00:00Z",
        "usage_end_time": "2026-10-05T19:00:00Z",
        "project": project("checkout"),
        "labels": [],
        "location": {"location": "us-west1", "country": "US", "region": "us-west1"},
        "export_time": "2026-10-06T03:04:05.678901Z",
        "cost": 1.25,
        "currency": "USD",
        "currency_conversion_rate": 1.0,
        "usage": {
            "amount": 3600.0,
            "unit": "seconds",
            "amount_in_pricing_units": 1.0,
            "pricing_unit": "hour",
        },
        "credits": [],
        "invoice": {"month": "202610"},
        "cost_type": "regular",
        "cost_at_list": 1.5,
        **changes,
    }


def project(name: str, **labels: str) -> dict[str, Any]:
    """The project of a line, with labels of its own."""
    return {"id": f"acme-{name}", "number": "42", "name": name.title(), "labels": tags(**labels)}


def tags(**values: str) -> list[dict[str, str]]:
    """Labels as the export has them."""
    return [{"key": key, "value": value} for key, value in values.items()]


def credit(amount: float, kind: str = "SUSTAINED_USAGE_DISCOUNT") -> dict[str, Any]:
    """A credit of a line."""
    return {"name": kind.title(), "amount": amount, "type": kind, "id": kind, "full_name": kind}


def written(table: Table, lines: Export) -> Table:
    """Put lines into a table, without the columns that it doesn't have."""
    columns = {field["name"] for field in table.schema}
    table.insert(
        {
            day: [{k: v for k, v in line.items() if k in columns} for line in held]
            for day, held in lines.items()
        }
    )
    return table


def focused(lines: Export) -> Export:
    """The same lines as Google's FOCUS export has them."""
    return {day: [_focused(one) for one in held] for day, held in lines.items()}


def _focused(one: Line) -> Line:
    """Amounts are NUMERIC there, and after the line's own credits."""
    given = [exact(credit["amount"]) for credit in one["credits"] or []]
    cost = exact(one["cost"])
    net = str(cost + sum(given, Decimal(0)))
    place = one["location"] or {}
    owner = one["project"] or {}
    kind = one["cost_type"]
    return {
        "BilledCost": net,
        "EffectiveCost": net,
        "ContractedCost": str(cost),
        "ListCost": str(exact(one["cost_at_list"])),
        "BillingAccountId": one["billing_account_id"],
        "BillingCurrency": one["currency"],
        "BillingPeriodStart": _midnight(one["invoice"]["month"]),
        "ChargeCategory": _CATEGORIES.get(kind, "Usage"),
        "ChargeDescription": one["sku"]["description"],
        "ChargePeriodStart": one["usage_start_time"],
        "PricingQuantity": str(exact(one["usage"]["amount_in_pricing_units"])),
        "PricingUnit": one["usage"]["pricing_unit"],
        "ProviderName": "Google Cloud",
        "RegionId": place.get("region"),
        "ServiceName": one["service"]["description"],
        "SkuId": one["sku"]["id"],
        "SubAccountId": owner.get("id"),
        "SubAccountName": owner.get("name"),
        "x_Credits": [
            {"Name": credit["name"], "Amount": str(amount), "Type": credit["type"]}
            for credit, amount in zip(one["credits"] or [], given, strict=True)
        ],
        "x_CostType": kind,
        "x_CurrencyConversionRate": one["currency_conversion_rate"],
        "x_ExportTime": one["export_time"],
        "x_Location": place.get("location"),
        "x_Project": {"Id": owner["id"], "Name": owner["name"]} if owner else None,
        "x_Labels": _capitals(one["labels"]),
        "x_ProjectLabels": _capitals(owner.get("labels", [])),
    }


def _midnight(month: str) -> str:
    """A billing period begins with its month, where Google is."""
    return datetime.strptime(month, "%Y%m").replace(tzinfo=PACIFIC).isoformat()


def _capitals(labels: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"Key": label["key"], "Value": label["value"]} for label in labels or ()]


def history(first: date, days: int, *, each: int = 40, seed: int = 7) -> dict[date, list[Line]]:
    """Some history: every kind of line, late ones, corrections, several currencies."""
    chance = random.Random(seed)  # noqa: S311  # an example, not a secret
    return {
        (ingested := first + timedelta(days=n)): [_some(chance, ingested) for _ in range(each)]
        for n in range(days)
    }


def _some(chance: random.Random, ingested: date) -> Line:
    late = chance.choice((1, 1, 1, 2, 3, 9, 35))
    start = datetime(ingested.year, ingested.month, ingested.day, tzinfo=UTC) - timedelta(
        days=late, minutes=-chance.randrange(24 * 60)
    )
    cost = round(chance.uniform(0, 40), chance.choice((2, 6, 9, 12)))
    kind = chance.choices(("regular", "tax", "adjustment", "rounding_error"), (20, 2, 2, 1))[0]
    credits_ = [credit(-round(cost / 7, 11), chance.choice(_CREDITS)) for _ in range(_few(chance))]
    currency = chance.choices(("USD", "EUR", "JPY"), (8, 1, 1))[0]
    service = chance.choice(list(_SERVICES))
    return line(
        service={"id": service, "description": service},
        sku={"id": f"{service}-{chance.randrange(4)}", "description": f"{service} something"},
        usage_start_time=start.isoformat(),
        project=None if chance.random() < 0.1 else _own_project(chance),
        labels=tags(team=chance.choice("abc")) if chance.random() < 0.3 else [],
        location=chance.choice(
            ({"location": "us-west1", "region": "us-west1"}, {"location": "us"}, None)
        ),
        cost=-cost if chance.random() < 0.1 else cost,
        currency=currency,
        currency_conversion_rate={"USD": 1.0, "EUR": 0.9213, "JPY": 151.37}[currency],
        credits=credits_,
        invoice={"month": f"{ingested:%Y%m}"},
        cost_type=kind,
        cost_at_list=round(cost * 1.2, 8),
        usage={"amount_in_pricing_units": round(cost * 3, 5), "pricing_unit": "hour"},
        export_time=f"{ingested}T{chance.randrange(24):02}:00:00Z",
    )


def _few(chance: random.Random) -> int:
    return chance.choices((0, 1, 2, 3), (5, 3, 2, 1))[0]


def _own_project(chance: random.Random) -> Mapping[str, Any]:
    name = chance.choice(("checkout", "search", "data"))
    return project(name, env="prod") if chance.random() < 0.5 else project(name)


@dataclass(frozen=True, order=True)
class Key:
    """What tells charges apart."""

    slice: str
    day: date
    billing_period: date
    account: str
    service: str
    sku: str
    region: str
    labels: tuple[tuple[str, str], ...]
    category: str
    source_type: str
    currency: str
    unit: str


@dataclass(frozen=True)
class Sums:
    """What charges of one key add up to."""

    billed: Decimal
    lines: int
    listed: Decimal | None
    quantity: Decimal | None


def exact(amount: float) -> Decimal:
    """The decimal that a FLOAT64 stands for, as NUMERIC holds it."""
    return Decimal(repr(amount)).quantize(_NINE, ROUND_HALF_UP)


def expected(lines: Export, labels: Sequence[str] = (), *, listed: bool = True) -> dict[Key, Sums]:
    """What the charges of an export add up to, by key."""
    billed: defaultdict[Key, Decimal] = defaultdict(Decimal)
    list_price: defaultdict[Key, Decimal] = defaultdict(Decimal)
    quantity: defaultdict[Key, Decimal] = defaultdict(Decimal)
    count: Counter[Key] = Counter()
    for day, held in lines.items():
        for one in held:
            for key, amount, at_list, units in charges(str(day), one, labels):
                billed[key] += amount
                list_price[key] += at_list
                quantity[key] += units
                count[key] += 1
    return {
        key: Sums(
            billed[key],
            count[key],
            list_price[key] if listed else None,
            None if key.category == "Credit" else quantity[key],
        )
        for key in billed
    }


def charges(
    ingested: str, one: Line, labels: Sequence[str]
) -> Iterator[tuple[Key, Decimal, Decimal, Decimal]]:
    """What a line is charged: billed, at list price, and how much was used."""
    start = datetime.fromisoformat(one["usage_start_time"]).astimezone(PACIFIC)
    month = datetime.strptime(one["invoice"]["month"], "%Y%m").replace(tzinfo=UTC).date()
    place = one["location"] or {}
    has = _as_dict((one["project"] or {}).get("labels", [])) | _as_dict(one["labels"])

    def key(category: str, source_type: str, unit: str) -> Key:
        return Key(
            ingested,
            start.date(),
            month,
            (one["project"] or {}).get("id", ""),
            one["service"]["description"],
            one["sku"]["id"],
            place.get("region") or place.get("location") or "",
            tuple((label, has[label]) for label in sorted(labels) if label in has),
            category,
            source_type,
            one["currency"],
            unit,
        )

    usage = one["usage"]
    yield (
        key(_CATEGORIES.get(one["cost_type"], "Usage"), one["cost_type"], usage["pricing_unit"]),
        exact(one["cost"]),
        exact(one["cost_at_list"]),
        exact(usage["amount_in_pricing_units"]),
    )
    for given in one["credits"] or []:
        yield key("Credit", given["type"], ""), exact(given["amount"]), Decimal(0), Decimal(0)


def _as_dict(labels: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {label["key"]: label["value"] for label in labels}
