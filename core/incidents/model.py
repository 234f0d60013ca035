"""Incidents: what goes wrong in running this, from when it is found until it is over."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from core.errors import CostTrackerError

MESSAGE: Final = "incident"
"""The kind of the messages that tell of an incident; their values are the incident."""


class ToldError(CostTrackerError):
    """What is wrong is told as an incident of its own."""


class IncidentKind(StrEnum):
    """What is wrong with a subject.

    `sync`, `late` and `mismatch` are of a source: it can't be read, its data is old, what is
    stored of it isn't what it says. `rollups`: sums that are kept aren't what the facts add up
    to. `duty`: work that is done by itself fails. `schedule`: that of a number can't have its
    reports made.
    """

    SYNC = "sync"
    LATE = "late"
    MISMATCH = "mismatch"
    ROLLUPS = "rollups"
    DUTY = "duty"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known.

    words, fix: what an error says. months: those that are wrong, by their first days.
    through: the instant until which there is data.
    """

    words: str = ""
    fix: str = ""
    months: tuple[date, ...] = ()
    through: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something wrong; `closed_at` None: still.

    `seen_at`, `times`: when it was found last, and how often.
    """

    id: int
    kind: IncidentKind
    subject: str
    opened_at: datetime
    seen_at: datetime
    times: int = 1
    facts: Facts = field(default_factory=Facts)
    closed_at: datetime | None = None
