"""Small lines in tables: the course of some amounts as a row of blocks, `▁▂▅█`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from core.money import ZERO

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_NOTHING: Final = "·"


def spark(amounts: Sequence[Decimal | None]) -> str:
    """A block an amount, from zero or the least to the most; a dot where there is none.

    Empty where there is nothing to see: fewer than two amounts, or all of them zero.
    """
    known = [amount for amount in amounts if amount is not None]
    if len(known) < 2 or not any(known):  # noqa: PLR2004 - a course
        return ""
    low, high = min(ZERO, *known), max(ZERO, *known)
    return "".join(_NOTHING if each is None else _block(each, low, high) for each in amounts)


def _block(amount: Decimal, low: Decimal, high: Decimal) -> str:
    return _BLOCKS[round((amount - low) / (high - low) * (len(_BLOCKS) - 1))]
