"""Alembic's environment: which tables there should be, and the connection to reach them by."""

import asyncio
import os
from pathlib import Path
from typing import Final

from alembic import context
from alembic.runtime.environment import NameFilterParentNames, NameFilterType
from sqlalchemy import Connection, text

import core.access.tables
import core.alerts.tables
import core.anomalies.tables
import core.budgets.tables
import core.costs.tables
import core.data_version
import core.exports.tables
import core.forecasts.tables
import core.incidents.tables
import core.jobs.tables
import core.outbox.tables
import core.projects.tables
import core.schedules.tables
import core.subscriptions.tables  # noqa: F401 - tables register themselves
from core.database import Database, metadata

# Any number will do, as long as nothing else takes it.
_LOCK: Final = 0xC057


def migrate(connection: Connection) -> None:
    """Run what the command asks for, in the transaction that the connection is in."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    # Partitions of facts are made at run time: they are data here, not schema.
    partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))

    def is_schema(name: str | None, kind: NameFilterType, _: NameFilterParentNames) -> bool:
        return kind != "table" or name not in partitions

    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=is_schema,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def from_shell() -> None:
    """Run alembic's own command line against DATABASE_URL, or the embedded server."""
    database = await Database.connect(os.environ.get("DATABASE_URL") or await embedded())
    try:
        async with database.begin() as tx:
            await tx.run_sync(migrate)
    finally:
        await database.close()


async def embedded() -> str:
    """The address of the embedded server in DATA_DIR."""
    from core.embedded_postgres import ensure  # noqa: PLC0415 - not needed with a DATABASE_URL

    return await ensure(Path(os.environ.get("DATA_DIR") or ".data"))


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(from_shell())
else:
    migrate(given)
