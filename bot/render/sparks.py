"""Small lines in tables: the course of some amounts as a row of blocks, `▁▂▅█`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from core.costs.proving.model import exact
from core.money import ZERO

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_NOTHING: Final = "·"
_MOST: Final = 12


def spark(amounts: Sequence[Decimal | None]) -> str:
    """A block an amount, from zero or the least to the most; a dot where there is none.

    Of many, some days are a block together: their mean. Empty where there is nothing to see:
    fewer than two amounts, or all of them zero.
    """
    known = [amount for amount in amounts if amount is not None]
    if len(known) < 2 or not any(known):  # noqa: PLR2004 - a course
        return ""
    step = -(-len(amounts) // _MOST)
    points = [_mean(amounts[start : start + step]) for start in range(0, len(amounts), step)]
    shown = [point for point in points if point is not None]
    low, high = min(ZERO, *shown), max(ZERO, *shown)
    return "".join(_NOTHING if each is None else _block(each, low, high) for each in points)


def _mean(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return exact(known) / len(known) if known else None


def _block(amount: Decimal, low: Decimal, high: Decimal) -> str:
    reach = high - low
    return _BLOCKS[round((amount - low) / reach * (len(_BLOCKS) - 1))] if reach else _BLOCKS[0]
