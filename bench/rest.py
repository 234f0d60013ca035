"""The summary over REST, beside bare aiohttp with the same SQL by raw asyncpg.

Each runs in a process of its own and tells its CPU; who asks is another process. The company
is that of `bench.read`, with ten million facts behind its rollups. Making them takes minutes,
so their database is kept in `.data/bench`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Final

import aiohttp
import asyncpg
import orjson
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import text

from bench import Figure, Limit
from bench.read import COMPLETE, DAYS, FILL, LAST_30D, NOW, _fill
from bench.server import Server
from bot import rest
from bot.render.charts.worker import ChartWorker
from bot.rest.tokens import Keys
from bot.settings import Settings
from bot.wiring import wired
from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache
from core.costs.model import CostAnswer, CostQuery
from core.costs.reading.store import prepared
from core.costs.service import CostService
from core.costs.slices import SourceInfo
from core.costs.writing.partitions import ensure as ensure_partitions
from core.costs.writing.sources import register
from core.database import Database
from core.embedded_postgres import ensure, stop
from migrations import upgrade

RUNS: Final = 12
UNCACHED: Final = 10
CACHED: Final = 4000
"""A quarter of a second: a busy server looks up the data's version five times a second, and a few
hundred replies would bear the whole of one look."""
AT_ONCE: Final = 8
KEPT: Final = Path(".data/bench")
ACCOUNTS: Final = 200
MONTHS: Final = [date(2026, month, 1) for month in range(1, 12)]
FACTS: Final = """
    INSERT INTO charge_daily
        SELECT (SELECT min(id) FROM slices), d, date_trunc('month', d), 0, s.id, v.id, 0, 0, 0,
        k.id, '', 'USD', '', a, a, a, a, 1, 10
        FROM generate_series(CAST(:month AS date),
            least(CAST(:month AS date) + interval '1 month -1 day', '2026-11-21'), '1 day') d,
        scopes s, services v, kinds k, generate_series(1, 4) n,
        LATERAL (SELECT round((random() * 10)::numeric, 6) + n * 0 AS a) r WHERE v.id > 0
"""
_NUMBERS: Final = count()
TOKEN_LENGTH: Final = 380
SECRET: Final = SecretStr("bench:" + "s" * 48)
SUMMARY: Final = "/v1/costs/summary?period=last-30d"


async def measure(_: Path) -> AsyncIterator[Figure]:
    """CPU of a request that is new, and of one that was answered before."""
    url = await ensure(KEPT.absolute(), durable=False)
    try:
        company = await _company(url)
        async with _asked("ours", company) as ours, _asked("bare", company) as bare:
            ours_new, bare_new, ours_known, bare_known = [], [], [], []
            await bare.put(SUMMARY, await ours.get(SUMMARY))
            for _run in range(RUNS + 1):
                ours_new.append(await ours.cpu(SUMMARY, UNCACHED, new=True))
                bare_new.append(await bare.cpu("/new", UNCACHED, new=True))
                ours_known.append(await ours.cpu(SUMMARY, CACHED))
                bare_known.append(await bare.cpu(SUMMARY, CACHED))
    finally:
        await stop(KEPT.absolute())
    yield Figure(
        "CPU of a summary by service over REST, 30 days, 10M facts",
        ours=ours_new[1:],
        raw=bare_new[1:],
        unit="µs",
        judged=Limit.TIMES,
        limit=2.5,
        raw_is="bare aiohttp, the same SQL by raw asyncpg",
    )
    yield Figure(
        "CPU of the same, asked before",
        ours=ours_known[1:],
        raw=bare_known[1:],
        unit="µs",
        judged=Limit.TIMES,
        limit=1.3,
        raw_is="bare aiohttp, the same bytes",
    )


class Asked:
    """A server, and one client of it that asks again and again over one connection."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def get(self, path: str, **headers: str) -> bytes:
        """One reply."""
        async with self._session.get(path, headers=headers) as reply:
            body = await reply.read()
            assert reply.status == web.HTTPOk.status_code, body
            return body

    async def put(self, path: str, body: bytes) -> None:
        """Hand it something."""
        async with self._session.put(path, data=body) as reply:
            assert reply.status == web.HTTPOk.status_code

    async def cpu(self, path: str, times: int, *, new: bool = False) -> float:
        """CPU of the server for one of several requests in a row; microseconds.

        Args:
            path: what is asked for.
            times: how often.
            new: each as if it were asked for the first time.
        """
        # Replies are kept by what a request accepts. Those that are new come one by one: at once
        # they would share one answer. The others keep the server busy, as its figure means it.
        asked = [{"Accept": f"*/*;v={next(_NUMBERS)}"} if new else {} for _ in range(times)]
        waiting = iter(asked)

        async def ask() -> None:
            for headers in waiting:
                await self.get(path, **headers)

        before = float(await self.get("/cpu"))
        await asyncio.gather(*(ask() for _ in range(1 if new else AT_ONCE)))
        return (float(await self.get("/cpu")) - before) / times * 1e6


async def _company(url: str) -> str:
    """The address of the company's database; made if it isn't kept from before."""
    made_by = blake2b(f"{FILL}{DAYS}{FACTS}".encode(), digest_size=4)
    name = f"rest_{made_by.hexdigest()}"
    server = Server(url, KEPT / "rows")
    admin = await asyncpg.connect(url)
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await admin.execute("DROP DATABASE IF EXISTS rest_in_the_making WITH (FORCE)")
        await admin.execute("CREATE DATABASE rest_in_the_making")
        await _make(server.url("rest_in_the_making"))
        await admin.execute(f"ALTER DATABASE rest_in_the_making RENAME TO {name}")
    await admin.close()
    return server.url(name)


async def _make(url: str) -> None:
    database = await Database.connect(url)
    await upgrade(database)
    await register(database, SourceInfo("gcp", "bigquery", "gcp", "made up"))
    await ensure_partitions(database, MONTHS)
    await _fill(database, ACCOUNTS, DAYS)
    for month in MONTHS:
        async with database.begin() as tx:
            await tx.execute(text(FACTS.replace("::", "\\:\\:")), {"month": month})
    async with database.read() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await database.close()


@asynccontextmanager
async def _asked(kind: str, url: str) -> AsyncGenerator[Asked]:
    with _process(kind, url) as pipe:
        port, token = await asyncio.to_thread(pipe.recv)
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            yield Asked(session)


@contextmanager
def _process(kind: str, url: str) -> Generator[Pipe]:
    """A server in a process of its own; it tells its port and a token, and ends when told."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(kind, url, there))
    process.start()
    try:
        yield here
    finally:
        here.send(None)
        process.join()


def _serve(kind: str, url: str, pipe: Pipe) -> None:
    asyncio.run({"ours": _ours, "bare": _bare}[kind](url, pipe))


async def _ours(url: str, pipe: Pipe) -> None:
    """The product's REST, as `cost-tracker run --role api` builds it; on the bench's day."""
    began = time.monotonic()

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    database = await Database.connect(url)
    settings = Settings(jwt_secrets=SECRET)
    services = wired(settings, database, Cache(), ChartWorker(), clock, costing=Forgetting)
    issued = await services.access.issue(
        subject="bench", role=Role.VIEWER, ttl=timedelta(hours=1), by=OPERATOR
    )
    await _run(rest.build(services), pipe, Keys(settings).sign(issued), database.close)


class Forgetting(CostService):
    """Makes every answer anew."""

    async def answer(self, query: CostQuery, viewer: Viewer) -> CostAnswer:
        """An answer, as if nobody had asked before."""
        self.forget()
        return await super().answer(query, viewer)


async def _bare(url: str, pipe: Pipe) -> None:
    """The least that could answer: one statement, its rows as JSON; and bytes made before."""
    question = prepared(LAST_30D, COMPLETE, None)
    sql, arguments = question.statement.sql, question.arguments
    pool = await asyncpg.create_pool(url, reset=_nothing)

    known = b""

    async def new(_: web.Request) -> web.Response:
        rows = await pool.fetch(sql, *arguments)
        body = orjson.dumps([tuple(row) for row in rows], default=str)
        return web.Response(body=body, content_type="application/json")

    async def keep(request: web.Request) -> web.Response:
        nonlocal known
        known = await request.read()
        return web.Response()

    async def again(_: web.Request) -> web.Response:
        return web.Response(body=known, content_type="application/json")

    application, path = web.Application(), SUMMARY.partition("?")[0]
    application.add_routes([web.get("/new", new), web.put(path, keep), web.get(path, again)])
    await _run(application, pipe, "a token as long as ours".ljust(TOKEN_LENGTH, "."), pool.close)


async def _nothing(_: asyncpg.Connection) -> None:
    """What is done to a connection that goes back to the pool."""


async def _run(
    application: web.Application, pipe: Pipe, token: str, close: Callable[[], Awaitable[None]]
) -> None:
    """Serve until told to end."""

    async def cpu(_: web.Request) -> web.Response:
        return web.Response(text=str(time.process_time()))

    application.add_routes([web.get("/cpu", cpu)])
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close)
        runner = web.AppRunner(application, access_log=None, handle_signals=False)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send((runner.addresses[0][1], token))
        await asyncio.to_thread(pipe.recv)
