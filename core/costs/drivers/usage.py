"""Price against usage: whether more was used, or the same cost more."""

from collections.abc import Sequence
from decimal import Decimal

from core.costs.drivers.model import Cell, PriceAndUsage, Usage
from core.money import ZERO

_KEPT = Decimal("1e-9")


def price_and_usage(cells: Sequence[Cell]) -> PriceAndUsage | None:
    """Take a change apart, cell by cell, so that neither hides in an average.

    What began or ended is usage; so is what changed with a quantity of 0 on either side, but
    for an amount on both, which nothing tells. None where no quantity is known.
    """
    told = [(cell, cell.usage) for cell in cells if cell.usage is not None and _can_be(cell)]
    if not told:
        return None
    of = sum((cell.after - cell.before for cell, _ in told), ZERO)
    usage = sum((_by_usage(cell, quantity) for cell, quantity in told), ZERO)
    units = {quantity.unit for _, quantity in told}
    return PriceAndUsage(
        usage=usage,
        price=of - usage,
        of=of,
        units=_added([quantity for _, quantity in told]) if len(units) == 1 else None,
    )


def _can_be(cell: Cell) -> bool:
    if cell.usage is None:
        return False
    both = cell.before != 0 and cell.after != 0
    return not both or (cell.usage.before > 0 and cell.usage.after > 0)


def _by_usage(cell: Cell, quantity: Usage) -> Decimal:
    """What the other quantity would have cost at the old price, less what the old one did."""
    if cell.before == 0 or cell.after == 0:
        return cell.after - cell.before
    more = quantity.after / quantity.before - 1
    return (cell.before * more).quantize(_KEPT)


def _added(quantities: Sequence[Usage]) -> Usage:
    return Usage(
        sum((quantity.before for quantity in quantities), ZERO),
        sum((quantity.after for quantity in quantities), ZERO),
        quantities[0].unit,
    )
