"""Leases of jobs, without waiting for them to end."""

import asyncio
from datetime import datetime

from sqlalchemy import text

from core.database import Database
from tests.support.charges import scalar


async def renewed(database: Database, kind: str = "sync") -> None:
    """Wait until the lease of the only job of a kind is pushed on."""
    before = await _until(database, kind)
    while await _until(database, kind) <= before:  # noqa: ASYNC110 - another worker does it
        await asyncio.sleep(0.01)


async def end_leases(database: Database) -> None:
    """Have every lease be over, as if so much time had passed."""
    async with database.begin() as tx:
        await tx.execute(text("UPDATE jobs SET lease_until = now() - interval '1 second'"))


async def _until(database: Database, kind: str) -> datetime:
    found: datetime = await scalar(
        database, "SELECT lease_until FROM jobs WHERE kind = :kind", kind=kind
    )
    return found
