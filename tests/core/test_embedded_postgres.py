"""The embedded server, by real processes."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import asyncpg
import psutil
import pytest

from core.embedded_home import Home, program
from core.embedded_postgres import (
    EmbeddedPostgresError,
    EmbeddedPostgresSettingsError,
    ensure,
    stop,
)
from tests.support.postgres import open_folder

ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not ROOT, reason="only root starts a server as somebody else")

ATTACH = """
import asyncio, sys
from pathlib import Path
from core.embedded_postgres import ensure
print(asyncio.run(ensure(Path(sys.argv[1]), durable=False)), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with open_folder("embedded-") as folder:
        yield folder
        asyncio.run(stop(folder))


class Attached:
    """Another process that is attached, until it is told to go."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", ATTACH, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        """Wait until it is attached."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        """Let it end as programs end."""
        self.process.communicate("\n", timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def attached(data_dir: Path, number: int = 1) -> Iterator[list[Attached]]:
    """Several processes, started at once."""
    processes = [Attached(data_dir) for _ in range(number)]
    try:
        yield processes
    finally:
        for process in processes:
            if process.process.poll() is None:
                process.kill()


def servers(data_dir: Path) -> list[int]:
    """The process ids of the servers in a folder; their own children, newborn ones too, aside."""
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            command = process.cmdline()
            if command[1:3] == ["-D", str(data_dir / "postgres" / "data")]:
                found[process.pid] = process.ppid()
    return [pid for pid, parent in found.items() if parent not in found]


@contextmanager
def somebody_else(data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server's account that has nothing to do with it."""
    with subprocess.Popen(["/bin/sleep", "60"], **Home.of(data_dir).child()) as process:
        try:
            yield process
        finally:
            process.kill()


def psql_as(uid: int, data_dir: Path) -> str:
    """What another user's client is told."""
    home = Home.of(data_dir)
    client = [program("psql"), "-h", str(home.sockets), "-U", "cost_tracker", "postgres"]
    tried = subprocess.run(  # noqa: S603 - our own program
        client,
        user=uid,
        group=uid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    return tried.stderr


async def gone(data_dir: Path) -> bool:
    return not servers(data_dir)


async def until(question: Callable[[], Awaitable[object]]) -> bool:
    """Wait for it to become true, a minute at most."""
    for _ in range(6000):
        if await question():
            return True
        await asyncio.sleep(0.01)
    return False


async def run(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_data_outlives_the_server(data_dir: Path) -> None:
    url = await ensure(data_dir, durable=False)
    await run(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert await stop(data_dir)
    assert not servers(data_dir)
    assert await ensure(data_dir, durable=False) == url
    assert await run(url, "SELECT answer FROM kept") == 42


async def test_a_running_server_is_attached_to(data_dir: Path) -> None:
    first = await ensure(data_dir, durable=False)
    running = servers(data_dir)
    assert await ensure(data_dir, durable=False) == first
    assert servers(data_dir) == running


async def test_four_starters_at_once_make_one_server(data_dir: Path) -> None:
    with attached(data_dir, 4) as processes:
        urls = {process.url() for process in processes}
        assert len(urls) == 1
        assert len(servers(data_dir)) == 1
        assert await run(urls.pop(), "SELECT 1") == 1


async def test_the_last_to_leave_ends_the_server(data_dir: Path) -> None:
    with attached(data_dir, 2) as (one, other):
        one.url()
        other.url()
        one.go()
        assert servers(data_dir)
        other.go()
        assert not servers(data_dir)


async def test_a_killed_starter_leaves_the_server_to_the_next(data_dir: Path) -> None:
    with attached(data_dir) as (starter,):
        starter.url()
        running = servers(data_dir)
        starter.kill()
    assert servers(data_dir) == running
    with attached(data_dir) as (next_one,):
        assert await run(next_one.url(), "SELECT 1") == 1
        assert servers(data_dir) == running
        next_one.go()
    assert not servers(data_dir)


async def test_starters_killed_at_any_moment_leave_nothing_broken(data_dir: Path) -> None:
    for tenths in range(8):
        with attached(data_dir) as (starter,):
            await asyncio.sleep(0.15 + tenths / 10)
            starter.kill()
    url = await ensure(data_dir, durable=False)
    assert await run(url, "SELECT 1") == 1
    assert len(servers(data_dir)) == 1


@pytest.mark.parametrize("meanwhile", [0, 0.2])
async def test_a_killed_server_comes_back_with_what_was_committed(
    data_dir: Path, meanwhile: float
) -> None:
    url = await ensure(data_dir)
    await run(url, "CREATE TABLE kept AS SELECT generate_series(1, 100000) AS n")
    (killed,) = servers(data_dir)
    os.kill(killed, signal.SIGKILL)
    await asyncio.sleep(meanwhile)
    assert await ensure(data_dir) == url
    assert await run(url, "SELECT count(*) FROM kept") == 100_000
    assert servers(data_dir) != [killed]


async def test_a_server_busy_dying_is_waited_for(data_dir: Path) -> None:
    url = await ensure(data_dir, durable=False)
    working = asyncio.create_task(run(url, "SELECT pg_sleep(60)"))
    (dying,) = servers(data_dir)
    asleep = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')"
    assert await until(partial(run, url, asleep))
    os.kill(dying, signal.SIGTERM)  # it waits for its clients
    asyncio.get_running_loop().call_later(0.5, os.kill, dying, signal.SIGINT)
    assert await ensure(data_dir, durable=False) == url
    assert await run(url, "SELECT 1") == 1
    assert servers(data_dir) != [dying]
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await working


async def test_the_number_of_a_dead_server_may_be_anothers_now(data_dir: Path) -> None:
    url = await ensure(data_dir)
    await run(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    (killed,) = servers(data_dir)
    os.kill(killed, signal.SIGKILL)
    assert await until(partial(gone, data_dir))
    with somebody_else(data_dir) as other:
        lock = data_dir / "postgres" / "data" / "postmaster.pid"
        lock.write_text(lock.read_text().replace(str(killed), str(other.pid), 1))
        assert await ensure(data_dir) == url
        assert await run(url, "SELECT answer FROM kept") == 42
        assert other.poll() is None


async def test_half_a_cluster_never_counts(data_dir: Path) -> None:
    left = data_dir / "postgres" / "new-left"
    left.mkdir(parents=True)
    left.parent.chmod(0o711)
    (left / "PG_VERSION").write_text("18\n")
    assert await run(await ensure(data_dir, durable=False), "SELECT 1") == 1
    assert not left.exists()


async def test_a_long_path_has_its_socket_elsewhere(data_dir: Path) -> None:
    long = data_dir / ("d" * 100)
    try:
        url = await ensure(long, durable=False)
        assert await run(url, "SELECT 1") == 1
        assert (long / "postgres" / "run").resolve().stat().st_mode & 0o777 == 0o700
    finally:
        sockets = (long / "postgres" / "run").resolve()
        await stop(long)
        shutil.rmtree(sockets)


async def test_a_folder_may_have_any_name(data_dir: Path) -> None:
    odd = data_dir / '50% of, "Ümläut" #1?'
    sockets = odd / "postgres" / "run"
    try:
        assert await run(await ensure(odd, durable=False), "SELECT 1") == 1
    finally:
        await stop(odd)
        shutil.rmtree(sockets.resolve())


async def test_it_is_durable_and_deaf_to_the_network(data_dir: Path) -> None:
    url = await ensure(data_dir)
    assert await run(url, "SHOW fsync") == "on"
    assert await run(url, "SHOW listen_addresses") == ""
    assert await run(url, "SHOW data_checksums") == "on"


async def test_a_wrong_password_is_refused(data_dir: Path) -> None:
    url = await ensure(data_dir, durable=False)
    password = (data_dir / "postgres" / "password").read_text()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await run(url.replace(password, "guess"), "SELECT 1")


async def test_nothing_inside_is_open_to_others(data_dir: Path) -> None:
    await ensure(data_dir, durable=False)
    home = data_dir / "postgres"
    for inside in home.iterdir():
        assert inside.stat().st_mode & 0o077 == 0, inside


@only_root
async def test_others_cannot_reach_the_socket(data_dir: Path) -> None:
    await ensure(data_dir, durable=False)
    assert "Permission denied" in psql_as(12345, data_dir)


@only_root
async def test_a_closed_parent_is_named_and_stays_closed(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedPostgresSettingsError) as refused:
        await ensure(closed / "data", durable=False)
    assert str(refused.value).startswith(f"{closed} is closed to user ")
    assert "Set DATA_DIR to a folder" in str(refused.value)
    assert closed.stat().st_mode & 0o777 == 0o700


async def test_another_major_version_is_refused(data_dir: Path) -> None:
    await ensure(data_dir, durable=False)
    await stop(data_dir)
    (data_dir / "postgres" / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresSettingsError, match="was made by PostgreSQL 17, and this"):
        await ensure(data_dir, durable=False)


async def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    await ensure(data_dir, durable=False)
    await stop(data_dir)
    (data_dir / "postgres" / "data" / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedPostgresError, match="could not find the database system"):
        await ensure(data_dir, durable=False)


async def test_stopping_what_does_not_run(data_dir: Path) -> None:
    assert not await stop(data_dir)
    assert not data_dir.joinpath("postgres").exists()
