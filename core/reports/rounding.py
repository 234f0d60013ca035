"""Amounts as people are shown them: rounded, and adding up still."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from babel.numbers import get_currency_precision

from core.costs.proving.model import exact
from core.money import EXACT


@dataclass(frozen=True, slots=True)
class Rounded:
    """Amounts as they are shown: each rounded to the currency's decimals.

    `parts`: in the order given. `total`: of what is exact, rounded once. `rounding`: what has to
    be shown beside the parts so that they add up to it; 0 mostly.
    """

    parts: tuple[Decimal, ...]
    total: Decimal
    rounding: Decimal


def rounded_parts(amounts: Iterable[Decimal], currency: str) -> Rounded:
    """Round parts, and what that leaves between their sum and the rounded total."""
    unit = Decimal(1).scaleb(-get_currency_precision(currency))
    every = tuple(amounts)
    parts = tuple(amount.quantize(unit, ROUND_HALF_EVEN, EXACT) for amount in every)
    total = exact(every).quantize(unit, ROUND_HALF_EVEN, EXACT)
    return Rounded(parts, total, exact((total, *(part.copy_negate() for part in parts))))
