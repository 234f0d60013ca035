"""The database: metadata, engines, transactions."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import asyncpg
import orjson
from sqlalchemy import MetaData, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only, greenlet_spawn

from core.errors import ConfigurationError, CostTrackerError, UnavailableError

type Connection = AsyncConnection

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

OLDEST_SERVER: Final = 15
_CONNECT_TIMEOUT: Final = 10.0
_LONG_READ_WAITS: Final = 30.0
"""Seconds; the pools wait as long for a connection."""

# Questions differ in their constants (days, scopes), and with them in the partitions they
# touch: a generic plan would open every one. Compiling such short statements costs more than
# running them.
_READ_SETTINGS: Final = "SET plan_cache_mode = force_custom_plan; SET jit = off"


class DatabaseUnavailableError(UnavailableError):
    """PostgreSQL can't be reached."""


class DatabaseSettingsError(ConfigurationError):
    """DATABASE_URL is wrong."""


def _closed() -> DatabaseUnavailableError:
    return DatabaseUnavailableError(
        "PostgreSQL closed the connection.", fix="Try again; its log says why."
    )


class _Address:
    """Where a server is, as a URL says it; shows everything of it but the password."""

    def __init__(self, url: str) -> None:
        plain = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
        try:
            parts = urlsplit(plain)
        except ValueError:
            raise _unreadable() from None
        if parts.scheme != "postgresql" or parts.netloc.count("@") > 1 or parts.fragment:
            raise _unreadable()
        query = dict(parse_qsl(parts.query))
        self._timeout = _seconds(query.pop("connect_timeout", None))
        self._dsn = f"{plain.partition('?')[0]}?{urlencode(query)}"
        self.host = parts.netloc.rpartition("@")[2] or query.get("host", "the local socket")
        self.user = parts.username or query.get("user", "")
        self.database = parts.path.removeprefix("/") or query.get("dbname", "")

    def __str__(self) -> str:
        return f"{self.host}/{self.database}" if self.database else self.host

    async def open(self, settings: str) -> Any:
        """Open an asyncpg connection and apply settings to its session."""
        try:
            connection = await asyncpg.connect(self._dsn, timeout=self._timeout)
        except (ValueError, asyncpg.InterfaceError):
            # Their words may quote a part of the password.
            raise _unreadable() from None
        except asyncpg.PostgresError as error:
            raise self._refusal(error) from error
        except OSError as error:
            raise self._absence(error) from error
        version = connection.get_server_version()
        if version.major < OLDEST_SERVER:
            connection.terminate()
            raise DatabaseSettingsError(
                f"The server at {self} is PostgreSQL {version.major}.",
                fix=f"Use PostgreSQL {OLDEST_SERVER} or newer.",
            )
        if settings:
            await connection.execute(settings)
        return connection

    def _refusal(self, error: asyncpg.PostgresError) -> CostTrackerError:
        """What it means that a server answers, but not to us."""
        match error:
            case asyncpg.InvalidPasswordError():
                return DatabaseSettingsError(
                    f"PostgreSQL at {self} refuses the password of user {self.user!r}.",
                    fix="Correct the user or the password in DATABASE_URL.",
                )
            case asyncpg.InvalidCatalogNameError():
                return DatabaseSettingsError(
                    f"PostgreSQL at {self.host} has no database {self.database!r}.",
                    fix=f"Create it (createdb {self.database}) or correct DATABASE_URL.",
                )
            case asyncpg.TooManyConnectionsError() | asyncpg.CannotConnectNowError():
                return DatabaseUnavailableError(
                    f"PostgreSQL at {self} takes no connection now: {error}.",
                    fix="Try again in a moment.",
                )
        return DatabaseSettingsError(
            f"PostgreSQL at {self} refuses the connection: {error}.",
            fix="Correct DATABASE_URL, or the server's pg_hba.conf.",
        )

    def _absence(self, error: OSError) -> CostTrackerError:
        """What it means that no server answers."""
        match error:
            case TimeoutError():
                return DatabaseUnavailableError(
                    f"PostgreSQL at {self} did not answer within {self._timeout:g} s.",
                    fix="Check the address in DATABASE_URL, and the way there through firewalls.",
                )
            case ConnectionError() if "rejected SSL" in str(error):
                return DatabaseSettingsError(
                    f"PostgreSQL at {self} offers no TLS.",
                    fix="Set up TLS there, or leave sslmode out of DATABASE_URL.",
                )
            case ssl.SSLError():
                return DatabaseSettingsError(
                    f"No TLS connection to PostgreSQL at {self}: {error}.",
                    fix="Set sslmode and sslrootcert in DATABASE_URL to what the server offers.",
                )
        return DatabaseUnavailableError(
            f"No PostgreSQL answers at {self} ({error.strerror or error}).",
            fix="Start it, or correct DATABASE_URL.",
        )


def _unreadable() -> DatabaseSettingsError:
    return DatabaseSettingsError(
        "DATABASE_URL can't be read.",
        fix="Write it as postgresql://user:password@host:5432/database, with special characters "
        "of the password percent-encoded (@ is %40, / is %2F, # is %23).",
    )


def _seconds(value: str | None) -> float:
    """What libpq calls `connect_timeout`, or our default."""
    if value is None:
        return _CONNECT_TIMEOUT
    if not value.isdigit():
        raise DatabaseSettingsError(
            f"connect_timeout={value} in DATABASE_URL is no number of seconds.",
            fix="Write a whole number, as in connect_timeout=10.",
        )
    return float(value) or _CONNECT_TIMEOUT


class Database:
    """One PostgreSQL, by two pools: one for transactions, one for single reads.

    Connections are opened when first needed, at most `pool_size` in each pool.
    """

    def __init__(
        self, url: str, writing: AsyncEngine, reading: AsyncEngine, *, long_reads: int = 5
    ) -> None:
        self.url = url
        self._writing = writing
        self._reading = reading
        self._long_reads = asyncio.Semaphore(long_reads)

    def __repr__(self) -> str:
        return f"<Database at {_Address(self.url)}>"

    @classmethod
    async def connect(cls, url: str, *, pool_size: int = 10) -> Self:
        """Open the pools and see that the server answers.

        Args:
            url: `postgres://` or `postgresql://`, with any parameter that asyncpg understands
                (`sslmode`, `sslrootcert`, `target_session_attrs`, `connect_timeout`, and settings
                of the server); `?host=/folder` for a Unix socket.
            pool_size: most connections kept, in each of the two pools.

        Raises:
            DatabaseSettingsError: the URL can't be read, or its user, password or database isn't
                accepted, or the server is too old.
            DatabaseUnavailableError: no server answers there.
        """
        address = _Address(url)
        database = cls(
            url,
            writing=_engine(address, pool_size=pool_size),
            # Nothing is open on a connection that commits by itself: nothing to roll back.
            reading=_engine(
                address,
                pool_size=pool_size,
                settings=_READ_SETTINGS,
                isolation_level="AUTOCOMMIT",
                pool_reset_on_return=None,
            ),
            long_reads=max(1, pool_size // 2),
        )
        try:
            await database.ping()
        except BaseException:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Connection]:
        """One transaction: committed at the end, rolled back by an exception."""
        with _lost_connections():
            async with self._writing.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Connection]:
        """A connection without a transaction: each statement sees what is committed by then.

        Server-side cursors need a transaction: `begin`.
        """
        with _lost_connections():
            async with self._reading.connect() as connection:
                yield connection

    @asynccontextmanager
    async def read_long(self) -> AsyncGenerator[Connection]:
        """As `read`, for what lasts as long as somebody takes it: at most every other connection.

        Raises:
            DatabaseUnavailableError: there are so many of these already, and none ends.
        """
        try:
            async with asyncio.timeout(_LONG_READ_WAITS):
                await self._long_reads.acquire()
        except TimeoutError:
            raise DatabaseUnavailableError(
                "As many exports as can be made at a time are under way.",
                fix="Try again in a few minutes.",
            ) from None
        try:
            async with self.read() as connection:
                yield connection
        finally:
            self._long_reads.release()

    async def fetch(self, sql: str, arguments: Sequence[Any] = ()) -> Sequence[Any]:
        """The rows of one statement, run by the driver alone: a read at the least cost.

        SQLAlchemy lends the connection and does nothing else: for statements that are compiled
        once and run for every request.

        Args:
            sql: with the driver's own parameters, `$1` and on.
            arguments: their values in order.

        Raises:
            DatabaseUnavailableError: the connection was lost, or every one is busy.
        """
        with _lost_connections():
            rows: Sequence[Any] = await greenlet_spawn(self._fetch, sql, arguments)
            return rows

    def _fetch(self, sql: str, arguments: Sequence[Any]) -> Any:
        lent = self._reading.sync_engine.raw_connection()
        driver: Any = lent.driver_connection
        try:
            return await_only(driver.fetch(sql, *arguments))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            if driver.is_closed():
                raise _closed() from error
            raise
        finally:
            lent.close()

    async def ping(self) -> None:
        """See that the server answers.

        Raises:
            DatabaseUnavailableError: it doesn't.
        """
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def now(self) -> datetime:
        """The present instant by the server's clock."""
        async with self.read() as connection:
            told: datetime = (
                await connection.execute(text("SELECT clock_timestamp()"))
            ).scalar_one()
            return told

    async def close(self) -> None:
        """Close every connection."""
        await self._writing.dispose()
        await self._reading.dispose()


def _engine(
    address: _Address, *, pool_size: int, settings: str = "", **options: Any
) -> AsyncEngine:
    """An engine whose connections asyncpg opens, from the URL as it reads it."""
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: address.open(settings),
        pool_size=pool_size,
        max_overflow=0,
        # The last used connection has its statements prepared; idle ones stay idle.
        pool_use_lifo=True,
        json_deserializer=orjson.loads,
        **options,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool replace a connection that the server has closed: no round trip to ask."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


@contextmanager
def _lost_connections() -> Generator[None]:
    """Say it in our words when the server goes away, or every connection is busy."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _closed() from error
        raise
    except PoolTimeoutError as error:
        raise DatabaseUnavailableError(
            "Every connection to PostgreSQL is busy.", fix="Try again in a moment."
        ) from error
