"""How long charges and daily sums are kept, and from which days on they are held."""

from dataclasses import dataclass
from datetime import date

from core.errors import UnavailableError
from core.period import add_months


class RetentionBusyError(UnavailableError):
    """Charges that are too old are being read just now."""


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many whole months before the present one; 0: for ever. Months' sums always are.

    charges: with SKU, region, labels and invoice. days: sums by day.
    """

    charges: int = 25
    days: int = 37

    def charges_from(self, today: date) -> date | None:
        """The first day whose charges are kept; None: all are."""
        return _first(today, self.charges)

    def days_from(self, today: date) -> date | None:
        """The first day whose sum is kept; None: all are."""
        return _first(today, self.days)


def _first(today: date, months: int) -> date | None:
    return add_months(today.replace(day=1), -months) if months else None


@dataclass(frozen=True, slots=True)
class Held:
    """From which day on what is held; None: since ever.

    facts_from: rows of earlier days stay out. dropped_until: earlier facts there were, and the
    sums by month still hold them. days_from: earlier sums by day there were.
    """

    facts_from: date | None = None
    dropped_until: date | None = None
    days_from: date | None = None


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
