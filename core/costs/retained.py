"""From which days on what is held: the state that retention keeps, and reading obeys."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.costs.tables import retention
from core.database import Connection


@dataclass(frozen=True, slots=True)
class Held:
    """From which day on what is held; None: since ever.

    facts_from: rows of earlier days stay out. dropped_until: earlier facts there were, and the
    sums by month still hold them. days_from: earlier sums by day there were.
    """

    facts_from: date | None = None
    dropped_until: date | None = None
    days_from: date | None = None


async def read_held(connection: Connection) -> Held:
    """The present state."""
    c = retention.c
    statement = select(c.facts_from, c.dropped_until, c.days_from)
    return Held(*(await connection.execute(statement)).one())
