"""How long charges and daily sums are kept, and from which days on they are held."""

from dataclasses import dataclass
from datetime import date

from core.costs.retained import Held
from core.errors import UnavailableError
from core.period import add_months


class RetentionBusyError(UnavailableError):
    """Charges that are too old are being read just now."""


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many whole months before the present one; 0: for ever. Months' sums always are.

    charges: with SKU, region, labels and invoice. days: sums by day, never kept for less long
    than the charges that they are of.
    """

    charges: int = 25
    days: int = 37

    def charges_from(self, today: date) -> date | None:
        """The first day whose charges are kept; None: all are."""
        return _first(today, self.charges)

    def days_from(self, today: date) -> date | None:
        """The first day whose sum is kept; None: all are."""
        for_ever = not self.charges or not self.days
        return _first(today, 0 if for_ever else max(self.days, self.charges))


def _first(today: date, months: int) -> date | None:
    return add_months(today.replace(day=1), -months) if months else None


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was dropped: months of charges with how many facts, and rows of sums by day."""

    months: tuple[tuple[date, int], ...]
    days: int
    held: Held

    @property
    def facts(self) -> int:
        """All facts dropped."""
        return sum(number for _, number in self.months)
