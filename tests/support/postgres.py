"""A real PostgreSQL: one server for all tests, and two ways to a database of a test's own.

`database` is the quick one: all that a test does happens on one connection, inside a
transaction that is rolled back. `fresh_database` is a copy of a migrated template, for tests
with several connections or processes.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from core.database import Connection, Database
from core.embedded_postgres import ensure, stop
from core.errors import CostTrackerError
from migrations import upgrade

_PREFIX = "cost-tracker-tests-"
_ROOM = 1 << 30  # bytes


@pytest.fixture(scope="session")
async def postgres_url() -> AsyncIterator[str]:
    """The address of a server that tests may make databases in."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    await _clear_up()
    with open_folder(f"{_PREFIX}{os.getpid()}-") as folder:
        yield await ensure(folder, durable=False)
        await stop(folder)


@contextmanager
def open_folder(prefix: str) -> Iterator[Path]:
    """A folder for a server's data: as root, the server runs as somebody else, who passes."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=_quick_folder()))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _quick_folder() -> Path:
    """A file system in memory, where there is one with room."""
    memory = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM:
        return memory
    return Path(tempfile.gettempdir())


async def _clear_up() -> None:
    """Remove what runs that were killed left behind."""
    for folder in _quick_folder().glob(f"{_PREFIX}*"):
        owner = int(folder.name.removeprefix(_PREFIX).partition("-")[0])
        if folder.stat().st_uid == os.geteuid() and not psutil.pid_exists(owner):
            with suppress(OSError, CostTrackerError):  # another run does the same
                await stop(folder)
            shutil.rmtree(folder, ignore_errors=True)


class Databases:
    """Makes and drops the databases of one run of tests."""

    def __init__(self, server: str, admin: Any) -> None:
        self._server = urlsplit(server)
        self._admin = admin
        self._names = (f"cost_tracker_test_{os.getpid()}_{n}" for n in count())

    def url(self, name: str) -> str:
        return self._server._replace(path=f"/{name}").geturl()

    @asynccontextmanager
    async def made(self, template: str = "template0") -> AsyncGenerator[str]:
        """The name of a new database, dropped afterwards."""
        name = next(self._names)
        await self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield name
        finally:
            await self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[Databases]:
    """To make databases with; see `fresh_database`."""
    admin = await asyncpg.connect(postgres_url)
    yield Databases(postgres_url, admin)
    await admin.close()


@pytest.fixture(scope="session")
async def migrated_template(databases: Databases) -> AsyncIterator[str]:
    """The name of a migrated database that nobody is connected to."""
    async with databases.made() as name:
        database = await Database.connect(databases.url(name), pool_size=1)
        await upgrade(database)
        await database.close()
        yield name


@pytest.fixture
async def fresh_database(databases: Databases, migrated_template: str) -> AsyncIterator[Database]:
    """A migrated database of the test's own; other processes reach it by its `url`."""
    async with databases.made(migrated_template) as name:
        database = await Database.connect(databases.url(name))
        yield database
        await database.close()


class OneConnectionDatabase(Database):
    """Reads and transactions of one connection, whose own transaction never commits.

    Transactions become savepoints. Two tasks take turns, for a connection does one thing at a
    time. A read inside a transaction sees what that has written; in the product it wouldn't.
    """

    def __init__(self, url: str, connection: Connection) -> None:
        super().__init__(url, connection.engine, connection.engine)
        self._connection = connection
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Connection]:
        async with self._taking_turns(), self._connection.begin_nested():
            yield self._connection

    read = begin

    async def fetch(self, sql: str, arguments: Sequence[Any] = ()) -> Sequence[Any]:
        async with self.read() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            rows: Sequence[Any] = await driver.fetch(sql, *arguments)
            return rows

    async def close(self) -> None:
        """Leave it to the fixture."""

    @asynccontextmanager
    async def _taking_turns(self) -> AsyncGenerator[None]:
        task = asyncio.current_task()
        if self._holder is task:
            yield
            return
        async with self._turn:
            self._holder = task
            try:
                yield
            finally:
                self._holder = None


@pytest.fixture(scope="session")
async def shared_database(databases: Databases, migrated_template: str) -> AsyncIterator[Database]:
    """The database in which nothing stays; ask for `database` instead."""
    async with databases.made(migrated_template) as name:
        database = await Database.connect(databases.url(name), pool_size=1)
        yield database
        await database.close()


@pytest.fixture
async def database(shared_database: Database) -> AsyncIterator[Database]:
    """A migrated database on one connection, rolled back after the test.

    Sequences aren't rolled back, `now()` stands still, and what is made `ON COMMIT DROP` stays
    to the end of the test. Other connections see nothing of it: `fresh_database` is for those.
    """
    async with shared_database._writing.connect() as connection:
        transaction = await connection.begin()
        yield OneConnectionDatabase(shared_database.url, connection)
        await transaction.rollback()
