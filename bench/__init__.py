"""Speed and memory, beside the raw limit of the same machine.

A module here has `async def measure(folder: Path) -> AsyncIterator[Figure]`, where `folder` is
an empty one of its own; `python -m bench [NAME…]` runs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median


class Limit(Enum):
    """How a figure is judged."""

    SPEED = "speed"
    """Raw time over ours: at least so much of the raw speed."""
    TIMES = "times"
    """Ours over raw: at most so many times as much."""
    VALUE = "value"
    """Ours alone: at most so much."""
    LEAST = "least"
    """Ours alone: at least so much."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured in several runs: ours, and the raw limit beside it.

    `limit` None: only told. `unit` is that of both `ours` and `raw`.
    """

    what: str
    ours: Sequence[float]
    raw: Sequence[float] = ()
    unit: str = "ms"
    judged: Limit = Limit.VALUE
    limit: float | None = None
    raw_is: str = ""

    @property
    def result(self) -> float:
        """The median, or the ratio of the medians."""
        match self.judged:
            case Limit.SPEED:
                return median(self.raw) / median(self.ours)
            case Limit.TIMES:
                return median(self.ours) / median(self.raw)
        return median(self.ours)

    @property
    def holds(self) -> bool | None:
        """Whether it is within its limit; None if it has none."""
        if self.limit is None:
            return None
        if self.judged in (Limit.SPEED, Limit.LEAST):
            return self.result >= self.limit
        return self.result <= self.limit
