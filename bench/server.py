"""A server with databases to compare."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil

from core.costs.slices import SourceInfo
from core.costs.writing.sources import register
from core.database import Database
from migrations import upgrade


class Server:
    """A server with databases to compare."""

    def __init__(self, url: str, rows: Path) -> None:
        self._url = urlsplit(url)
        self._rows = rows
        self.copied = f"\\copy charge_daily from '{rows}' with (format csv)"

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return self._url._replace(path=f"/{name}").geturl()

    @asynccontextmanager
    async def database(self, name: str) -> AsyncGenerator[Database]:
        """A migrated database with one source."""
        async with self._made(name, "template1"):
            database = await Database.connect(self.url(name))
            await upgrade(database)
            await register(database, SourceInfo("gcp", "bigquery", "gcp", "made up"))
            yield database
            await database.close()

    @asynccontextmanager
    async def copy(self, template: str, name: str) -> AsyncGenerator[Database]:
        """A copy of a database that nobody is busy with."""
        async with self._made(name, template):
            database = await Database.connect(self.url(name))
            yield database
            await database.close()

    @asynccontextmanager
    async def _made(self, name: str, template: str) -> AsyncGenerator[None]:
        admin = await asyncpg.connect(self._url.geturl())
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", template
        )
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await admin.close()

    async def cpu(self) -> float:
        """CPU that the server's processes have used so far; milliseconds."""
        await asyncio.sleep(0.05)  # until those that ended have been counted
        connection = await asyncpg.connect(self._url.geturl())
        postmaster = psutil.Process(connection.get_server_pid()).parent()
        await connection.close()
        assert postmaster is not None
        ended = postmaster.cpu_times()
        used: float = ended.children_user + ended.children_system
        for process in (postmaster, *postmaster.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # a worker that ended meanwhile
                times = process.cpu_times()
                used += times.user + times.system
        return used * 1000

    async def export(self, database: Database, key: str) -> int:
        """Write the facts of a slice to the file that psql copies from; the slice's id."""
        connection = await asyncpg.connect(database.url)
        slice_id: int = await connection.fetchval("SELECT id FROM slices WHERE key = $1", key)
        facts = "SELECT * FROM charge_daily WHERE slice_id = $1"
        await connection.copy_from_query(facts, slice_id, output=self._rows, format="csv")
        await connection.close()
        return slice_id

    async def psql(self, name: str, *commands: str) -> float:
        """Run commands in one transaction; milliseconds."""
        arguments = [part for command in commands for part in ("-c", command)]
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            "psql", "-q", "-1", "-v", "ON_ERROR_STOP=1", self.url(name), *arguments
        )
        assert await process.wait() == 0
        return (time.perf_counter() - start) * 1000
