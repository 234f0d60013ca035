"""One PostgreSQL, by transactions and by single reads."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Numeric, bindparam, text

from core import database as database_module
from core.data_version import bump
from core.database import Database, DatabaseSettingsError, DatabaseUnavailableError

_VERSION = text("SELECT version FROM data_version")
_SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"


async def version_of(database: Database) -> int:
    async with database.read() as connection:
        found: int = await connection.scalar(_VERSION)
        return found


type Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncGenerator[int]:
    """A server on a free port of this machine; it closes what its handler leaves open."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        server.close_clients()


@asynccontextmanager
async def by_tcp(url: str, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """The same server over TCP, with TLS if there is a context: `user:password@host:port`."""
    parts = urlsplit(url)
    place = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(8)
        if first == _SSL_REQUEST:
            writer.write(b"S" if tls else b"N")
            await writer.drain()
            if tls:
                await writer.start_tls(tls)
            first = b""
        back_reader, back_writer = await asyncio.open_unix_connection(place)
        back_writer.write(first)
        await asyncio.gather(copy(reader, back_writer), copy(back_reader, writer))

    async with serving(serve) as port:
        yield f"{parts.username}:{parts.password}@127.0.0.1:{port}"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that vouches for itself, and a server's use of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


@pytest.mark.parametrize("_", range(2))
async def test_a_test_leaves_nothing_behind(database: Database, _: int) -> None:
    assert await version_of(database) == 0
    async with database.begin() as tx:
        await bump(tx)
    assert await version_of(database) == 1


@pytest.mark.parametrize("_", range(2))
async def test_a_fresh_database_is_fresh(fresh_database: Database, _: int) -> None:
    assert await version_of(fresh_database) == 0
    async with fresh_database.begin() as tx:
        await bump(tx)
    assert await version_of(fresh_database) == 1


async def fail_after_a_change(database: Database) -> None:
    async with database.begin() as tx:
        await bump(tx)
        raise LookupError


async def test_an_exception_rolls_back(fresh_database: Database) -> None:
    with pytest.raises(LookupError):
        await fail_after_a_change(fresh_database)
    assert await version_of(fresh_database) == 0


async def test_an_exception_rolls_back_a_savepoint(database: Database) -> None:
    async with database.begin() as tx:
        await bump(tx)
    with pytest.raises(LookupError):
        await fail_after_a_change(database)
    assert await version_of(database) == 1


async def test_concurrent_work_on_one_connection_takes_turns(database: Database) -> None:
    async def count() -> None:
        async with database.begin() as tx:
            await bump(tx)

    await asyncio.gather(*(count() for _ in range(10)))
    assert await version_of(database) == 10


async def test_reads_see_what_is_committed_meanwhile(fresh_database: Database) -> None:
    async with fresh_database.read() as connection:
        assert await connection.scalar(_VERSION) == 0
        async with fresh_database.begin() as tx:
            await bump(tx)
        assert await connection.scalar(_VERSION) == 1


async def test_reads_are_planned_for_their_constants(fresh_database: Database) -> None:
    async with fresh_database.read() as connection:
        assert await connection.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"
        assert await connection.scalar(text("SHOW jit")) == "off"


@pytest.mark.parametrize(
    "amount",
    [
        "0.1",
        "-0.000000000000000000000000000001",
        "1.10",
        "1E+30",
        "0",
        "123456789012345678901234567890.123456789012345678901234567890",
    ],
)
async def test_money_is_exact(database: Database, amount: str) -> None:
    statement = text("SELECT :amount, :amount + :amount").bindparams(
        bindparam("amount", Decimal(amount), Numeric)
    )
    async with database.read() as connection:
        same, twice = (await connection.execute(statement)).one()
    with localcontext(prec=100):
        assert (same, twice) == (Decimal(amount), 2 * Decimal(amount))


async def test_the_pools_are_bounded(fresh_database: Database) -> None:
    small = await Database.connect(fresh_database.url, pool_size=2)
    mine = text(
        "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.02)"
        " WHERE datname = current_database() AND backend_type = 'client backend'"
    )

    async def count() -> int:
        async with small.begin() as tx:
            found: int = await tx.scalar(mine)
            return found

    try:
        counts = await asyncio.gather(*(count() for _ in range(8)))
    finally:
        await small.close()
    # Two of them, the one that greeted the server, and the fixture's own.
    assert max(counts) <= 4


async def test_long_reads_leave_connections_for_short_ones(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_LONG_READ_WAITS", 0.05)
    database = await Database.connect(fresh_database.url, pool_size=4)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        for _ in range(2):
            await stack.enter_async_context(database.read_long())
        with pytest.raises(DatabaseUnavailableError, match="exports"):
            async with database.read_long():
                pass
        assert await version_of(database) >= 0
    async with fresh_database.read_long() as connection:
        assert await connection.scalar(_VERSION) >= 0


async def test_a_connection_cut_while_idle_is_replaced(fresh_database: Database) -> None:
    await fresh_database.ping()
    async with fresh_database.begin() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await asyncio.sleep(0.05)
    await fresh_database.ping()


async def test_a_connection_cut_at_work_is_said_to_be(fresh_database: Database) -> None:
    async def work() -> None:
        async with fresh_database.begin() as tx:
            await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseUnavailableError, match="PostgreSQL closed the connection"):
        await work()
    assert await version_of(fresh_database) == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
@pytest.mark.parametrize("query", ["", "?connect_timeout=60&application_name=cost-tracker"])
async def test_forms_of_urls(fresh_database: Database, scheme: str, query: str) -> None:
    name = urlsplit(fresh_database.url).path
    async with by_tcp(fresh_database.url) as place:
        database = await Database.connect(f"{scheme}://{place}{name}{query}")
        try:
            assert await version_of(database) == 0
        finally:
            await database.close()


async def test_a_url_with_tls(
    fresh_database: Database, certificate: tuple[Path, ssl.SSLContext]
) -> None:
    file, context = certificate
    name = urlsplit(fresh_database.url).path
    async with by_tcp(fresh_database.url, context) as place:
        for query in ("sslmode=require", f"sslmode=verify-ca&sslrootcert={quote(str(file))}"):
            database = await Database.connect(f"postgresql://{place}{name}?{query}")
            await database.close()
        with pytest.raises(DatabaseSettingsError, match="No TLS connection to PostgreSQL at 127"):
            await Database.connect(
                f"postgresql://{place}{name}?sslmode=verify-full&sslrootcert=/dev/null"
            )


async def test_a_server_without_tls(fresh_database: Database) -> None:
    async with by_tcp(fresh_database.url) as place:
        with pytest.raises(DatabaseSettingsError, match="offers no TLS"):
            await Database.connect(f"postgresql://{place}/postgres?sslmode=require")


async def fault(url: str) -> str:
    with pytest.raises((DatabaseSettingsError, DatabaseUnavailableError)) as refused:
        await Database.connect(url)
    return str(refused.value)


async def test_a_wrong_password_is_not_repeated(postgres_url: str) -> None:
    password = urlsplit(postgres_url).password
    assert password
    said = await fault(postgres_url.replace(password, "hunter2"))
    assert "refuses the password of user 'cost_tracker'" in said
    assert "Correct the user or the password in DATABASE_URL." in said
    assert "hunter2" not in said


async def test_a_missing_database(postgres_url: str) -> None:
    said = await fault(postgres_url.replace("/postgres?", "/nowhere?"))
    assert "has no database 'nowhere'. Create it (createdb nowhere)" in said


async def test_a_parameter_that_the_server_does_not_know(postgres_url: str) -> None:
    said = await fault(f"{postgres_url}&channel_binding=require")
    assert 'unrecognized configuration parameter "channel_binding"' in said
    assert "Correct DATABASE_URL" in said


async def test_no_server(tmp_path: Path) -> None:
    said = await fault(f"postgresql:///x?host={tmp_path}")
    assert said.startswith(f"No PostgreSQL answers at {tmp_path}/x (No such file or directory).")
    said = await fault("postgres://u:hunter2@127.0.0.1:1/x")
    assert said.startswith("No PostgreSQL answers at 127.0.0.1:1/x (")
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hunter2@host/db",
        "hunter2",
        "",
        "postgres://u:hunter2#1@host/db",
        "postgres://u:hunter2/1@host/db",
        "postgres://u:hunter2@1@host/db",
        "postgres://u:hunter2@[host/db",
        "postgres://u:1@host:hunter2/db",
        "postgres://u:hunter2@host/db?sslmode=perhaps",
        "postgres://u:hunter2@host/db?connect_timeout=soon",
    ],
)
async def test_urls_that_cannot_be_read(url: str) -> None:
    said = await fault(url)
    assert "DATABASE_URL" in said
    assert "hunter2" not in said


async def test_a_server_that_does_not_answer_in_time() -> None:
    async def hold(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(hold) as port:
        said = await fault(f"postgres://u:p@127.0.0.1:{port}/x?connect_timeout=1")
    assert said.startswith(f"PostgreSQL at 127.0.0.1:{port}/x did not answer within 1 s.")


async def test_a_server_that_is_too_old() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        version = b"server_version\0" + b"14.22\0"
        writer.write(b"R\0\0\0\x08\0\0\0\0")
        writer.write(b"S" + (len(version) + 4).to_bytes(4) + version)
        writer.write(b"K\0\0\0\x0c" + b"\0" * 8 + b"Z\0\0\0\x05I")
        await reader.read(1024)

    async with serving(greet) as port:
        said = await fault(f"postgres://u:p@127.0.0.1:{port}/x?sslmode=disable")
    assert said == (
        f"The server at 127.0.0.1:{port}/x is PostgreSQL 14. Use PostgreSQL 15 or newer."
    )


async def test_it_shows_no_password(fresh_database: Database) -> None:
    password = urlsplit(fresh_database.url).password
    assert password
    assert password not in repr(fresh_database)


class TestFetch:
    """One statement by the driver alone."""

    async def test_rows_come_as_the_driver_gives_them(self, fresh_database: Database) -> None:
        rows = await fresh_database.fetch("SELECT n, n * 2 FROM generate_series($1, 3) n", [2])
        assert [tuple(row) for row in rows] == [(2, 4), (3, 6)]

    async def test_a_mistake_in_a_statement_is_no_lost_connection(
        self, fresh_database: Database
    ) -> None:
        with pytest.raises(asyncpg.UndefinedColumnError):
            await fresh_database.fetch("SELECT nothing")
        assert await fresh_database.fetch("SELECT 1")

    async def test_a_connection_that_the_server_closes_is_said_and_replaced(
        self, fresh_database: Database
    ) -> None:
        with pytest.raises(DatabaseUnavailableError, match="closed the connection"):
            await fresh_database.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await fresh_database.fetch("SELECT 1")
