"""Which resources of some lines are told apart, and what each adds up to: by Decimal alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

OTHERS = "\x1f"


@dataclass(frozen=True, order=True)
class Of:
    """What a charge by resource is of; `resource` '': of none."""

    day: date
    billing_period: date
    account: str
    service: str
    region: str
    labels: str
    category: str
    source_type: str
    currency: str
    resource: str

    @property
    def ranked(self) -> tuple[object, ...]:
        """Those among which resources are ranked."""
        return self.day, self.account, self.labels, self.service, self.currency


@dataclass(frozen=True)
class Amounts:
    """BilledCost, EffectiveCost and ListCost as far as it is known."""

    billed: Decimal
    effective: Decimal
    listed: Decimal | None

    def __add__(self, other: "Amounts") -> "Amounts":
        known = [a for a in (self.listed, other.listed) if a is not None]
        with localcontext(prec=200):
            listed = sum(known, Decimal(0)) if known else None
            return Amounts(self.billed + other.billed, self.effective + other.effective, listed)


def kept(
    charges: Iterable[tuple[Of, Amounts]], *, since: date, each: int = 200
) -> dict[Of, Amounts]:
    """What is kept of young days: of each group those that cost most, and the others in one."""
    young = [(of, amounts) for of, amounts in charges if of.day >= since]
    cost: defaultdict[tuple[object, ...], defaultdict[str, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for of, amounts in young:
        counted = of.category != "Tax" and (of.category, of.source_type) != ("Credit", "PROMOTION")
        with localcontext(prec=200):
            cost[of.ranked][of.resource] += amounts.effective if counted else Decimal(0)
    apart = {
        group: {"", *_dearest({r: c for r, c in resources.items() if r}, each)}
        for group, resources in cost.items()
    }
    found: dict[Of, Amounts] = {}
    for of, amounts in young:
        if of.resource not in apart[of.ranked]:
            of = Of(**{**_fields(of), "resource": OTHERS})  # noqa: PLW2901
        found[of] = found[of] + amounts if of in found else amounts
    return found


def _fields(of: Of) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Of.__dataclass_fields__}


def _dearest(cost: Mapping[str, Decimal], each: int) -> list[str]:
    return sorted(cost, key=lambda resource: (-cost[resource], resource))[:each]


def told(parts: Iterable[Any]) -> dict[Of, Amounts]:
    """What a source hands over, by the same keys; no two rows are of one."""
    found: dict[Of, Amounts] = {}
    for part in parts:
        for row in part.to_pylist():
            of = Of(
                row["day"],
                row["billing_period"],
                row["account_id"],
                row["service"],
                row["region"],
                row["labels"],
                row["charge_category"],
                row["source_type"],
                row["currency"],
                row["resource"],
            )
            assert of not in found
            listed = row["list"]
            found[of] = Amounts(
                Decimal(row["billed"]),
                Decimal(row["effective"]),
                None if listed is None else Decimal(listed),
            )
    return found
