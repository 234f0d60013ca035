"""The version of all that answers depend on: facts, links, rates, access.

Whatever changes an answer bumps it in the same transaction, so that a cached answer is never
older than what its version says.
"""

from time import monotonic

from sqlalchemy import BigInteger, CheckConstraint, Column, SmallInteger, Table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.database import metadata

data_version = Table(
    "data_version",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="single"),
)


_last_bump = float("-inf")


async def bump(tx: AsyncConnection) -> None:
    """Count one change; do it last in the transaction, for its row is locked until the end."""
    global _last_bump  # noqa: PLW0603 - of the process, as the database is
    await tx.execute(update(data_version).values(version=data_version.c.version + 1))
    _last_bump = monotonic()


def last_bump() -> float:
    """When this process last counted a change, by `time.monotonic`; committed soon after."""
    return _last_bump
