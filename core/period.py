"""Days: half-open ranges that can't be empty, and the names people give them."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.errors import InvalidError


class EmptyPeriodError(InvalidError):
    """A period needs at least one day."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, not including, `end`.

    `name` is the period as a person would write it (`last-7d`, `mtd`, `2026-Q3`); empty for
    a written range. It is part of the value: a question keeps its relative period.
    """

    start: date
    end: date
    name: str = ""

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise EmptyPeriodError(f"The period {self.start}..{self.end} holds no day.")

    @property
    def days(self) -> int:
        """How many days it holds; at least one."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """Its last day, which it includes."""
        return self.end - timedelta(days=1)

    def __str__(self) -> str:
        if self.name:
            return self.name
        if self.days == 1:
            return self.start.isoformat()
        return f"{self.start.isoformat()}..{self.last_day.isoformat()}"
