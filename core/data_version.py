"""The version of all that answers depend on: facts, links, rates, access.

Whatever changes an answer bumps it in the same transaction, so that a cached answer is never
older than what its version says.
"""

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


async def bump(tx: AsyncConnection) -> None:
    """Count one change; do it last in the transaction, for its row is locked until the end."""
    await tx.execute(update(data_version).values(version=data_version.c.version + 1))
