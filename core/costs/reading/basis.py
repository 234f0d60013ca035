"""What an answer's figures rest on, as their statement reports it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from core.costs.model import Freshness


@dataclass(frozen=True, slots=True)
class Rate:
    """Charges of one currency and billing period, and what they are converted.

    `converted` None: no rate is known. `now`: of the question's period, not of the other.
    `configured`: whose rates were used and of when, where no export had one.
    """

    currency: str
    month: date
    now: bool
    amount: Decimal
    converted: Decimal | None
    configured: tuple[str, ...]

    @property
    def ratio(self) -> Decimal | None:
        """Of the other currency for one of this; None: not known, or nothing to tell it by."""
        if self.converted is None or not self.amount:
            return None
        return self.converted / self.amount


@dataclass(frozen=True, slots=True)
class Basis:
    """The data version, the freshness of the sources drawn on, and what is wrong with them.

    first_day: the first of which anything is held. held_until: the day after the last, of the
    source that reaches least far.
    mismatches: source and month of each billing period that doesn't match its export.
    Where resources are told apart, without_resources: name, kind and `Kept` of each source that
    keeps none; keeps_resources: any does; others: not all of the days' are told apart, and one
    is asked for.
    """

    version: int
    freshness: Freshness
    first_day: date | None
    held_until: date | None
    behind: bool
    mismatches: tuple[tuple[str, date], ...]
    rates: tuple[Rate, ...]
    without_resources: tuple[tuple[str, str, str], ...] = ()
    keeps_resources: bool = False
    others: bool = False


def read_basis(text: str) -> Basis:
    """Read the JSON that a statement returns beside its lines."""
    told: dict[str, Any] = orjson.loads(text)
    matches, final, mismatches = told["periods"] or (None, None, None)
    first, last = told["held"] or (None, None)
    return Basis(
        version=told["version"],
        freshness=Freshness(
            through=_instant(told["through"]),
            complete_until=_day(told["complete_until"]),
            matches_export=bool(matches),
            final=bool(final),
        ),
        first_day=_day(first),
        held_until=None if last is None else date.fromisoformat(last) + timedelta(1),
        behind=told["behind"],
        mismatches=tuple((name, date.fromisoformat(month)) for name, month in mismatches or ()),
        rates=tuple(_rate(*rate) for rate in told.get("rates") or ()),
        without_resources=tuple(sorted(tuple(each) for each in told.get("without") or ())),
        keeps_resources=told.get("keeps", False),
        others=told.get("others", False),
    )


def _rate(currency: str, month: str, *rest: Any) -> Rate:
    now, there, here, amount, converted = rest
    return Rate(
        currency,
        date.fromisoformat(month),
        now,
        Decimal(amount),
        None if converted is None else Decimal(converted),
        tuple(dict.fromkeys(origin for origin in (there, here) if origin)),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
