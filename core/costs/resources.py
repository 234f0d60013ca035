"""What is kept of resources: of young days, those of each project and service that cost most.

A project has thousands of resources, and a year of them says little: the 200 that cost most of
each slice, scope, service, day and currency are kept for 35 days, the others of the day in one
row, so that resources add up to the charges that they are of.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

DAYS: Final = 35
"""How many days before today are kept."""

EACH: Final = 200
"""How many resources are kept of each slice, scope, service, day and currency."""

OTHERS: Final = "\x1f"
"""The id that stands for a day's other resources: no resource can be called so."""


class Kept(StrEnum):
    """Whether a source's resources are kept.

    off: it has them, and isn't configured to keep them. none: its charges name none.
    """

    KEPT = "kept"
    OFF = "off"
    NONE = "none"

    @classmethod
    def of(cls, *, has: bool, wanted: bool) -> "Kept":
        """Of a source that has them or not, and is configured to keep them or not."""
        if not has:
            return cls.NONE
        return cls.KEPT if wanted else cls.OFF


@dataclass(frozen=True, slots=True)
class Resources:
    """A slice's charges by resource, in parts, for there may be millions.

    `parts`: tables of the schema `core.costs.charges.RESOURCES`, the same each time they are
    asked for. `since`: the first day that they are of; `date.max` where all are older.
    """

    parts: Iterable["pa.Table"]
    since: date


def kept_since(today: date) -> date:
    """The first day whose resources can be asked for."""
    return today - timedelta(DAYS)


def read_since(today: date) -> date:
    """The first day whose resources are read and stored: one more, for the zones of askers."""
    return kept_since(today) - timedelta(1)
