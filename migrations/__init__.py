"""The schema and its history."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from core.database import Database


async def upgrade(database: Database) -> None:
    """Bring the schema to its newest revision, or change nothing.

    One transaction, under a lock that ends with it (`env.py`): several processes may call this
    at once.
    """
    async with database.begin() as tx:
        await tx.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """What alembic's commands need, over a connection of ours.

    The scripts are found beside this file, wherever the package is installed.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
