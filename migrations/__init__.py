"""The schema and its history."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from core.database import Database

FIRST: Final = "0001"
"""The revision that every schema begins with."""


async def upgrade(database: Database) -> None:
    """Bring the schema to its newest revision, or change nothing.

    One transaction, under a lock that ends with it (`env.py`): several processes may call this
    at once.
    """
    async with database.begin() as tx:
        await tx.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")


async def pending(database: Database) -> tuple[str, ...]:
    """The revisions that the schema is behind, the next one first."""
    async with database.read() as connection:
        return await connection.run_sync(_pending)


def _pending(connection: Connection) -> tuple[str, ...]:
    script = ScriptDirectory.from_config(configuration(connection))
    here = MigrationContext.configure(connection).get_current_heads() or "base"
    missing = script.iterate_revisions("heads", here)
    return tuple(one.revision for one in missing)[::-1]


def configuration(connection: Connection) -> Config:
    """What alembic's commands need, over a connection of ours.

    The scripts are found beside this file, wherever the package is installed.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
