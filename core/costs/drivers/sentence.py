"""What changed, in one plain sentence."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from core.costs.drivers.model import Change, Driver, Drivers, Path
from core.costs.model import ACCOUNT, CATEGORY, PROJECT, REGION, SERVICE, SKU, TEAM, Dimension
from core.money import display

type Named = Callable[[Dimension, str | None], str]
"""What people call a value of a dimension."""

_MOSTLY: Final = Decimal("0.7")
_WHOLE: Final = Decimal("0.995")
_SMALL: Final = Decimal("0.01")
_JOINED: Final = {REGION: "in", PROJECT: "of", TEAM: "of", ACCOUNT: "of"}
_ORDER: Final = {
    dimension: n for n, dimension in enumerate((SERVICE, SKU, CATEGORY, PROJECT, TEAM, REGION))
}


def plain_name(dimension: Dimension, value: str | None) -> str:
    """A value as it is; what has none is told by its dimension."""
    return value if value is not None else f"no {dimension}"


def sentence(drivers: Drivers, named: Named = plain_name) -> str:
    """Say what changed and why: `Up $1,240.00 (18%) to $8,140.00: Cloud SQL +$1,200.00, new`."""
    total = drivers.total
    if not total.amount:
        return f"Unchanged at {display(total.after, drivers.currency)}."
    said = f"{_moved(total, drivers.currency)} to {display(total.after, drivers.currency)}"
    return f"{said}: {because(drivers, named)}."


def _moved(change: Change, currency: str) -> str:
    way = "Up" if change.amount > 0 else "Down"
    return f"{way} {display(abs(change.amount), currency)}{_percent(change.share)}"


def _percent(share: Decimal | None) -> str:
    """A share in brackets, nothing where there is none."""
    if share is None:
        return ""
    return f" ({abs(share):.0%})" if abs(share) >= _SMALL else " (<1%)"


def because(drivers: Drivers, named: Named = plain_name) -> str:
    """Say why alone: `Cloud SQL +$1,200.00, new`."""
    once, main = drivers.one_off.amount, drivers.main
    if once and once / drivers.total.amount >= _MOSTLY:
        return f"mostly one-off charges ({_signed(once, drivers.currency)})"
    aside = f"; one-off charges {_signed(once, drivers.currency)}" if once else ""
    if main is None:
        return _largest(drivers, named) + aside
    share = drivers.share_explained
    part = share is not None and share < _WHOLE
    explained = f", {share:.0%} of {'the rest' if once else 'it'}" if part else ""
    amount = _signed(main.change.amount, drivers.currency)
    return f"{place(main, named)} {amount}{explained}{_how(main)}{aside}"


def _largest(drivers: Drivers, named: Named) -> str:
    """Where no place explains the change: its largest parts."""
    if not drivers.causes:
        return "a little everywhere"
    parts = (
        f"{place(cause, named)} {_signed(cause.change.amount, drivers.currency)}"
        for cause in drivers.causes[:2]
    )
    return f"no single cause; most of it {' and '.join(parts)}"


def _how(driver: Driver) -> str:
    if driver.new:
        return ", new"
    if driver.vanished:
        return ", gone"
    parts = driver.parts
    if parts is None or not parts.of or parts.of / driver.change.amount < _MOSTLY:
        return ""
    if parts.usage / parts.of >= _MOSTLY:
        return ", more usage" if parts.of > 0 else ", less usage"
    if parts.price / parts.of >= _MOSTLY:
        return ", a higher price" if parts.of > 0 else ", a lower price"
    return ""


def place(driver: Driver, named: Named = plain_name) -> str:
    """Where a driver is: `Cloud SQL in europe-west1 of checkout (env=prod)`.

    What is left of it where a driver before holds some: `the rest of env=prod`.
    """
    where = _path(driver.path, named)
    return f"the rest of {where}" if driver.rest else where


def _path(path: Path, named: Named) -> str:
    ordered = sorted(path, key=lambda step: _ORDER.get(step[0], len(_ORDER)))
    words = [_value(*step, named, first=not n) for n, step in enumerate(ordered)]
    return " ".join(words) or "everything"


def _value(dimension: Dimension, value: str | None, named: Named, *, first: bool) -> str:
    name = named(dimension, value)
    if dimension.key and value is not None:
        return f"{dimension.key}={name}" if first else f"({dimension.key}={name})"
    joined = _JOINED.get(dimension)
    return f"{joined} {name}" if joined and not first else name


def _signed(amount: Decimal, currency: str) -> str:
    return ("+" if amount > 0 else "-") + display(abs(amount), currency)
