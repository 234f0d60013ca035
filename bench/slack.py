"""`/cost` in Slack under load: 20 questions a second, every tenth drawing a chart nobody has seen.

The product runs as it does with `cost-tracker run`, in a process of its own that also notes how
late its loop is; the local Slack is another process. Who asks is this one: it signs commands as
Slack does, takes the answers, and fetches their pictures before it says that it took them. A
run's percentiles are figures; the median of the runs is judged.
"""

import asyncio
import hashlib
import hmac
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import quantiles
from typing import Final
from urllib.parse import urlencode

import aiohttp
import psutil
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from pydantic import SecretStr

from bench import Figure
from bench.lag import Lag, sample
from bench.read import DAYS, _fill
from bench.server import Server
from bot.app import serve
from bot.process import RunRole
from bot.settings import Settings
from core.embedded_postgres import ensure, stop

RUNS: Final = 3
SECONDS: Final = 20
ROLES: Final = (RunRole.BOT, RunRole.API)
"""Without the scheduler, whose first reconciliation would find that the rollups have no facts."""
RATE: Final = 20
NEW: Final = 10
"""One in so many questions is new."""
ACCOUNTS: Final = 200
PEOPLE: Final = ("U0ADA", "U0BEN", "U0CHLOE")
KNOWN: Final = [f"project-{n} 2026-09-01..2026-09-20 by service" for n in range(1, 13)]
SIGNING: Final = "bench" * 6
BOT: Final = "xoxb-bench"
_SETTLED_SECONDS: Final = 5


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """Acknowledgements, answers, the loop, CPU and memory."""
    url = await ensure(folder / "postgres", durable=False)
    try:
        async with Server(url, folder / "rows").database("slack") as database:
            await _fill(database, ACCOUNTS, DAYS)
            async with _slack() as slack_url:
                async for figure in _measured(database.url, slack_url, folder):
                    yield figure
    finally:
        await stop(folder / "postgres")


async def _measured(database: str, slack: str, folder: Path) -> AsyncIterator[Figure]:
    settings = Settings(
        database_url=SecretStr(database),
        data_dir=folder / "data",
        sources_file=folder / "none.toml",
        http_port=(port := unused_port()),
        public_url=f"http://127.0.0.1:{port}",
        slack_bot_token=SecretStr(BOT),
        slack_signing_secret=SecretStr(SIGNING),
        slack_api_url=f"{slack}/api/",
        jwt_secrets=SecretStr("bench:" + "s" * 48),
        log_level="WARNING",
    )
    with _process(settings) as product, _process(None) as idle:
        await _ready(f"{settings.public_url}/readyz")
        await asyncio.sleep(_SETTLED_SECONDS)
        application, charts = product.memory()
        yield Figure("memory idle: application", [application], unit="MB", limit=200)
        yield Figure("memory idle: chart worker", [charts], unit="MB", limit=130)
        async with _asker(f"{settings.public_url}/slack/events") as asker:
            for question in KNOWN:
                for person in PEOPLE:
                    await asker.ask(question, person)
            runs = [await _run(asker, product, idle, number) for number in range(RUNS)]
    what = f"/cost, {RATE} a second, {RATE // NEW} of them new charts"
    yield Figure(f"{what}: acknowledged, p99", [_p(run.acks, 99) for run in runs], limit=100)
    yield Figure(f"{what}: answered, p95", [_p(run.known, 95) for run in runs], limit=1500)
    yield Figure(f"{what}: new charts, p95", [_p(run.new, 95) for run in runs], limit=1500)
    busy = [sorted(cpu for _, cpu in run.lags) for run in runs]
    yield Figure(f"{what}: loop busy at a stretch, CPU, p99", [_p(b, 99) for b in busy], limit=20)
    yield Figure(f"{what}: loop busy at a stretch, CPU, longest", [b[-1] for b in busy])
    yield Figure(
        f"{what}: loop late by the clock, p99",
        ours=[_p([late for late, _ in run.lags], 99) for run in runs],
        raw=[_p([late for late, _ in run.idle], 99) for run in runs],
        raw_is="an idle process at the same time",
    )
    yield Figure(f"{what}: CPU of a question", [run.cpu for run in runs])
    yield Figure(f"{what}: without a picture", [run.plain for run in runs], unit="")
    yield Figure(f"{what}: unanswered", [run.missing for run in runs], unit="", limit=0)


@dataclass(slots=True)
class Run:
    """What one run showed; milliseconds."""

    acks: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    new: list[float] = field(default_factory=list)
    lags: list[Lag] = field(default_factory=list)
    idle: list[Lag] = field(default_factory=list)
    cpu: float = 0.0
    plain: int = 0
    missing: int = 0


async def _run(asker: "Asker", product: "Product", idle: "Product", number: int) -> Run:
    """Ask at a steady rate, whether or not answers keep up."""
    run = Run()
    product.lags()
    idle.lags()
    before = product.cpu()
    began = time.perf_counter()
    questions = [_question(number, index) for index in range(RATE * SECONDS)]
    tasks = []
    for index, (question, new) in enumerate(questions):
        await asyncio.sleep(max(0, began + index / RATE - time.perf_counter()))
        person = PEOPLE[index % len(PEOPLE)]
        tasks.append(asyncio.create_task(_noted(asker, run, question, person, new=new)))
    await asyncio.gather(*tasks)
    run.cpu = (product.cpu() - before) * 1000 / len(questions)
    run.lags, run.idle = product.lags(), idle.lags()
    return run


def _question(run: int, index: int) -> tuple[str, bool]:
    if index % NEW:
        return KNOWN[index % len(KNOWN)], False
    days = f"2026-10-{run + 1:02}..2026-11-10"
    return f"project-{20 + index // NEW} {days} by service daily", True


async def _noted(asker: "Asker", run: Run, question: str, person: str, *, new: bool) -> None:
    try:
        acknowledged, answered, pictured = await asker.ask(question, person)
    except TimeoutError:
        run.missing += 1
        return
    run.plain += not pictured
    run.acks.append(acknowledged)
    (run.new if new else run.known).append(answered)


def _p(values: list[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1]


class Asker:
    """Types commands, and is the Slack that takes their answers."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._waiting: dict[str, asyncio.Future[tuple[float, bool]]] = {}
        self.here = ""

    async def take(self, request: web.Request) -> web.Response:
        """Take an answer once its picture is fetched, as Slack does."""
        answer = await request.json()
        pictures = [block for block in answer["blocks"] if block["type"] == "image"]
        for block in pictures:
            async with self._session.get(block["image_url"]) as picture:
                assert picture.status == web.HTTPOk.status_code, picture.status
                await picture.read()
        answered = self._waiting.pop(request.match_info["number"])
        answered.set_result((time.perf_counter(), bool(pictures)))
        return web.Response(text="ok")

    async def ask(self, question: str, person: str) -> tuple[float, float, bool]:
        """Ask; milliseconds to the acknowledgement and to the answer, and if it has a picture."""
        number = str(time.perf_counter_ns())
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        body = urlencode(
            {
                "command": "/cost",
                "text": question,
                "team_id": "T0SANDBOX",
                "user_id": person,
                "channel_id": "C0CHECKOUT",
                "trigger_id": number,
                "response_url": f"{self.here}/answers/{number}",
            }
        ).encode()
        began = time.perf_counter()
        async with self._session.post(self._url, data=body, headers=_signed(body)) as reply:
            assert reply.status == web.HTTPOk.status_code, await reply.text()
            await reply.read()
        acknowledged = time.perf_counter()
        done, pictured = await asyncio.wait_for(answered, 30)
        return (acknowledged - began) * 1000, (done - began) * 1000, pictured


def _signed(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(SIGNING.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


@asynccontextmanager
async def _asker(url: str) -> AsyncGenerator[Asker]:
    async with aiohttp.ClientSession() as session:
        asker = Asker(session, url)
        application = web.Application()
        application.add_routes([web.post("/answers/{number}", asker.take)])
        server = TestServer(application)
        await server.start_server()
        asker.here = f"http://127.0.0.1:{server.port}"
        yield asker
        await server.close()


class Product:
    """The running product, seen from outside but for its loop."""

    def __init__(self, process: psutil.Process, pipe: Pipe) -> None:
        self._process = process
        self._pipe = pipe

    def memory(self) -> tuple[float, float]:
        """Resident megabytes of the application, and of the process that draws."""
        (charts,) = (c for c in self._process.children() if "charts" in " ".join(c.cmdline()))
        return self._process.memory_info().rss / 2**20, charts.memory_info().rss / 2**20

    def cpu(self) -> float:
        """CPU seconds of the application so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def lags(self) -> list[Lag]:
        """How late the loop was, each time it was looked at since the last call."""
        self._pipe.send(None)
        lags: list[Lag] = self._pipe.recv()
        return lags


@contextmanager
def _process(settings: Settings | None) -> Iterator[Product]:
    """A process that runs the product, or (None) does nothing but look at its loop."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(settings, there))
    process.start()
    try:
        yield Product(psutil.Process(process.pid), here)
    finally:
        process.terminate()  # as an operator would: it stops cleanly
        process.join()


def _serve(settings: Settings | None, pipe: Pipe) -> None:
    asyncio.run(_served(settings, pipe))


async def _served(settings: Settings | None, pipe: Pipe) -> None:
    sampling = asyncio.create_task(_sample(pipe))
    if settings is None:
        await sampling
    else:
        await serve(settings, ROLES)
        sampling.cancel()


async def _sample(pipe: Pipe) -> None:
    """Note how late the loop is; tell it when asked."""
    lags: list[Lag] = []
    asyncio.get_running_loop().add_reader(pipe.fileno(), lambda: _tell(pipe, lags))
    await sample(lags)


def _tell(pipe: Pipe, lags: list[Lag]) -> None:
    pipe.recv()
    pipe.send(lags[:])
    lags.clear()


@asynccontextmanager
async def _slack() -> AsyncGenerator[str]:
    port = unused_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.slack", "--port", str(port),
        "--bot-token", BOT, "--signing-secret", SIGNING,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _ready(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _ready(url: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as reply:
                    if reply.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
