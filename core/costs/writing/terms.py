"""On what terms rows become facts, and how writers see that those haven't changed meanwhile.

Rows are made ready before the transaction that writes them. That one holds the terms (a shared
lock) and looks at them again; whoever changes them waits until nobody holds them.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from core.costs.tables import retention
from core.database import Connection
from core.projects.labels import read_book
from core.projects.rules import RuleBook

_LOCK = func.hashtext("terms of facts")


@dataclass(frozen=True, slots=True)
class Terms:
    """Which rules give charges to projects, and from which day on facts are held; None: all."""

    rules: RuleBook
    facts_from: date | None


async def read(connection: Connection) -> Terms:
    """The present terms."""
    facts_from = (await connection.execute(select(retention.c.facts_from))).scalar_one()
    return Terms(await read_book(connection), facts_from)


async def hold(tx: Connection, terms: Terms) -> bool:
    """Let terms stay as they are until the transaction's end, unless they have changed already."""
    await tx.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))
    return await read(tx) == terms


async def lock(tx: Connection) -> None:
    """Be the only one who changes terms or writes on them, until the transaction's end."""
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))
