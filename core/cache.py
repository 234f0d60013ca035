"""A bounded cache of bytes: in this process, or in a Redis that replicas share.

Keys say all that a value depends on, the data version above all, so nothing here is ever
stale and nothing needs to be invalidated: what isn't asked for any more just goes.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from time import monotonic
from typing import Final

import structlog
from cachetools import TTLCache
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.lock import Lock
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockNotOwnedError, RedisError

from core.errors import ConfigurationError, UnavailableError

type Load = Callable[[], Awaitable[bytes]]

KEPT_BYTES: Final = 32 * 2**20
KEPT_SECONDS: Final = 3600
_PREFIX: Final = "cost-tracker:1:"
_LEASE: Final = 10.0
_POLL: Final = 0.02
_PAUSE: Final = 2.0
_TIMEOUT: Final = 0.5
_PATIENCE: Final = 3.0

_log = structlog.get_logger()


class RedisSettingsError(ConfigurationError):
    """REDIS_URL is no address of a Redis."""


class RedisUnavailableError(UnavailableError):
    """Redis can't be reached."""


class Flights[K: Hashable, V]:
    """Concurrent requests for one thing are one load; each gets its value or its error."""

    def __init__(self) -> None:
        self._flying: dict[K, asyncio.Task[V]] = {}

    async def join(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        """Await the load under way for `key`, or begin it.

        A caller that is cancelled leaves the load to the others.
        """
        task = self._flying.get(key)
        if task is None:
            task = asyncio.ensure_future(_coroutine(load))
            self._flying[key] = task
            task.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(task)

    def _land(self, key: K, task: asyncio.Task[V]) -> None:
        del self._flying[key]
        if not task.cancelled():
            task.exception()  # seen, even if every caller has gone


async def _coroutine[V](load: Callable[[], Awaitable[V]]) -> V:
    return await load()


class Cache:
    """Keeps bytes by key in this process; `shared` says whether other replicas see them."""

    shared = False

    def __init__(self, *, size: int = KEPT_BYTES, seconds: float = KEPT_SECONDS) -> None:
        """Make it empty, bounded by `size` in bytes and `seconds` of age."""
        self._kept: TTLCache[str, bytes] = TTLCache(size, seconds, getsizeof=len)
        self._flights = Flights[str, bytes]()

    async def get_or_load(self, key: str, load: Load) -> bytes:
        """The value of a key; loaded once, however many ask at the same time.

        Raises:
            Exception: whatever `load` raises; nothing is kept then.
        """
        value = self._kept.get(key)
        if value is None:
            value = await self._flights.join(key, lambda: self._fetch(key, load))
            if len(value) < self._kept.maxsize // 8:
                self._kept[key] = value
        return value

    async def _fetch(self, _key: str, load: Load) -> bytes:
        return await load()

    async def close(self) -> None:
        """Forget everything."""
        self._kept.clear()


class RedisCache(Cache):
    """Looks in this process, then in Redis; a Redis that is down is passed over."""

    shared = True

    def __init__(self, url: str, *, size: int = KEPT_BYTES, seconds: float = KEPT_SECONDS) -> None:
        """Keep the address; connections are opened when first needed.

        Raises:
            RedisSettingsError: the address can't be read.
        """
        super().__init__(size=size, seconds=seconds)
        self._remote = _Remote(url, int(seconds))

    async def _fetch(self, key: str, load: Load) -> bytes:
        name = _PREFIX + sha256(key.encode()).hexdigest()
        if (value := await self._remote.get(name)) is not None:
            return value
        async with self._remote.alone(name):
            # Whoever held the lock before has left the value.
            if (value := await self._remote.get(name)) is None:
                value = await load()
                await self._remote.set(name, value)
        return value

    async def close(self) -> None:
        """Forget what is kept here and close the connections."""
        await super().close()
        await self._remote.close()


class _Remote:
    """A Redis that may be away: then nothing is found, nothing is kept and nobody waits.

    After a failure it is left alone for a moment, so that a host which doesn't answer costs
    its time-out once and not at every question.
    """

    def __init__(self, url: str, seconds: int) -> None:
        self._redis = _connect(url)
        self._seconds = seconds
        self._away_until: float | None = None

    async def get(self, name: str) -> bytes | None:
        value = await self._ask(lambda: self._redis.get(name))
        return value if isinstance(value, bytes) else None

    async def set(self, name: str, value: bytes) -> None:
        await self._ask(lambda: self._redis.set(name, value, ex=self._seconds))

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncGenerator[None]:
        """Let one replica in at a time; all of them while Redis is away or the lease is over."""
        lock = Lock(
            self._redis, f"{name}:lock", timeout=_LEASE, sleep=_POLL, blocking_timeout=_LEASE
        )
        held = await self._ask(lock.acquire)
        try:
            yield
        finally:
            if held:
                await self._ask(lambda: _release(lock))

    async def close(self) -> None:
        await self._redis.aclose()

    async def _ask[T](self, call: Callable[[], Awaitable[T]]) -> T | None:
        if self._away_until is not None and monotonic() < self._away_until:
            return None
        try:
            value = await call()
        except (RedisError, OSError, TimeoutError) as error:
            self._leave(error)
            return None
        if self._away_until is not None:
            self._away_until = None
            _log.info("redis_returned")
        return value

    def _leave(self, error: Exception) -> None:
        if self._away_until is None:
            _log.warning("redis_gone", error=str(error), effect="answers take longer")
        self._away_until = monotonic() + _PAUSE


def _connect(url: str, *, timeout: float = _TIMEOUT) -> Redis:
    """A client, not connected yet."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=20,
            timeout=timeout,
            socket_connect_timeout=timeout,
            socket_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:
        # Not its text: it may quote the password.
        raise RedisSettingsError(
            fix="Write REDIS_URL as redis://user:password@host:6379/0, or rediss:// for TLS."
        ) from None
    return Redis.from_pool(pool)


async def _release(lock: Lock) -> None:
    with suppress(LockNotOwnedError):  # the load took longer than the lease
        await lock.release()


async def open_cache(redis_url: str | None) -> Cache:
    """A cache in Redis, or without an address in this process alone.

    Raises:
        RedisSettingsError: the address can't be read. A Redis that is down is no error.
    """
    return RedisCache(redis_url) if redis_url else Cache()


async def ping(redis_url: str) -> None:
    """See that Redis answers.

    Raises:
        RedisSettingsError: the address can't be read.
        RedisUnavailableError: it doesn't.
    """
    async with _connect(redis_url, timeout=_PATIENCE) as redis:
        host = redis.connection_pool.connection_kwargs.get("host", "its socket")
        try:
            await redis.ping()
        except (RedisError, OSError, TimeoutError) as error:
            raise RedisUnavailableError(
                f"No Redis answers at {host} ({type(error).__name__}).",
                fix="Start it, or correct REDIS_URL; without it answers are right, but slower.",
            ) from None
