"""Two periods, cell by cell, and what explains the difference. Every amount is exact."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from core.costs.model import Dimension
from core.money import ZERO

type Path = tuple[tuple[Dimension, str | None], ...]
"""Values of several dimensions, which restrict one another; empty: everything."""


class Usage(NamedTuple):
    """How much was used in both periods, in one unit."""

    before: Decimal
    after: Decimal
    unit: str


class Cell(NamedTuple):
    """What both periods cost for one value of each dimension.

    `values`: identities, in the dimensions' order; None is unassigned or absent. `usage`: None
    where it is unknown or of several units. `one_off`: a purchase, a correction or whatever else
    doesn't go on by itself.
    """

    values: tuple[str | None, ...]
    before: Decimal
    after: Decimal
    usage: Usage | None = None
    one_off: bool = False


class Change(NamedTuple):
    """What both periods cost."""

    before: Decimal = ZERO
    after: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """How much more the second is."""
        return self.after - self.before

    @property
    def share(self) -> Decimal | None:
        """The same, as a share of the first; None where that isn't positive."""
        return self.amount / self.before if self.before > 0 else None


@dataclass(frozen=True, slots=True)
class PriceAndUsage:
    """A change taken apart: at the old prices another use, and for the new use other prices.

    Both add up to the change of the charges whose usage is known; `of` is that change. `units`
    is set where there is one: usage before and after, else None.
    """

    usage: Decimal
    price: Decimal
    of: Decimal
    units: Usage | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """One thing that made a difference.

    `path`: where. `change`: what was spent there, less what drivers before it hold already.
    `rest`: they hold some of it. `new`: nothing was spent there before; `vanished`: nothing is now.
    """

    path: Path
    change: Change
    parts: PriceAndUsage | None = None
    rest: bool = False

    @property
    def new(self) -> bool:
        """Whether nothing was spent there before."""
        return self.change.before == 0 and self.change.after != 0

    @property
    def vanished(self) -> bool:
        """Whether nothing is spent there any more."""
        return self.change.after == 0 and self.change.before != 0


class Step(NamedTuple):
    """A bar of a waterfall: what it stands for, and how much it adds.

    `driver`: None for the part that is left.
    """

    amount: Decimal
    driver: Driver | None = None
    one_off: bool = False


@dataclass(frozen=True, slots=True)
class Drivers:
    """What explains the difference between two periods.

    `total`: all charges. `causes`: the places that explain it, the main one first; no charge is
    in two of them. `main` is the first if it explains most of the change. `one_off`: charges
    that don't go on, told apart before anything else. `new` and `vanished`: values that have
    spend in one period only, the largest first. `rest`: what nothing explains.
    """

    currency: str
    total: Change
    one_off: Change
    causes: tuple[Driver, ...]
    main: Driver | None
    new: tuple[Driver, ...] = ()
    vanished: tuple[Driver, ...] = ()
    one_offs: tuple[Driver, ...] = ()

    @property
    def rest(self) -> Decimal:
        """The part of the change that is in no cause and isn't one-off."""
        explained = sum((cause.change.amount for cause in self.causes), ZERO)
        return self.total.amount - self.one_off.amount - explained

    @property
    def share_explained(self) -> Decimal | None:
        """How much of the change, one-off charges aside, the main cause is; None without one."""
        lasting = self.total.amount - self.one_off.amount
        return self.main.change.amount / lasting if self.main is not None and lasting else None

    @property
    def steps(self) -> tuple[Step, ...]:
        """From the first period's total to the second's; adds up exactly."""
        steps = [Step(cause.change.amount, cause) for cause in self.causes]
        if self.one_off.amount:
            only = self.one_offs[0] if len(self.one_offs) == 1 else None
            steps.append(Step(self.one_off.amount, only, one_off=True))
        if self.rest:
            steps.append(Step(self.rest))
        return tuple(steps)
