"""`cost-tracker run`, as a process: ready, asked, told to stop."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from core.clock import utc_now
from core.database import Database
from core.incidents.model import Facts, IncidentKind
from core.incidents.service import found
from tests.support.facts import store
from tests.support.ports import free_port
from tests.support.product import SIGNING, company
from tests.support.slack import ADA, CHECKOUT, PLATFORM, Slackbox, slackbox

__all__ = ["slackbox"]

PROGRAM = str(Path(sys.executable).with_name("cost-tracker"))


@pytest.fixture
async def environment(
    fresh_database: Database, slackbox: Slackbox, tmp_path: Path
) -> dict[str, str]:
    """Settings of a product on the small company, installed in the local Slack."""
    await store(fresh_database, company())
    port = free_port()
    slackbox.connect(f"http://127.0.0.1:{port}/slack/events")
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": fresh_database.url,
        "DATA_DIR": str(tmp_path),
        "HTTP_PORT": str(port),
        "JWT_SECRETS": SIGNING,
        "SLACK_API_URL": slackbox.api_url,
        "SLACK_BOT_TOKEN": slackbox.config.bot_token,
        "SLACK_SIGNING_SECRET": slackbox.config.signing_secret,
    }


@asynccontextmanager
async def running(
    environment: dict[str, str], *words: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """The process, once it is ready; killed if the test leaves it behind."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "run", *words, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            while not await ready(environment):  # noqa: ASYNC110 - another process's event
                await asyncio.sleep(0.1)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ready(environment: dict[str, str]) -> bool:
    address = f"http://127.0.0.1:{environment['HTTP_PORT']}/readyz"
    async with aiohttp.ClientSession() as session:
        try:
            async with session.get(address) as reply:
                return reply.status == 200
        except aiohttp.ClientError:
            return False


async def stopped(process: asyncio.subprocess.Process) -> str:
    """Tell it to stop; what it logged."""
    process.send_signal(signal.SIGTERM)
    _, logged = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, logged.decode()
    return logged.decode()


async def test_a_process_answers_slack_and_stops_cleanly(
    environment: dict[str, str], slackbox: Slackbox
) -> None:
    async with running(environment) as process:
        assert (await slackbox.command("/cost checkout 2026-11-15..2026-11-21"))["ok"]
        answer = await slackbox.answer(user=ADA, channel=CHECKOUT)
        logged = await stopped(process)
    assert "$1,405.25" in answer["text"]
    assert "Traceback" not in logged
    for secret in (SIGNING, slackbox.config.bot_token, slackbox.config.signing_secret):
        assert secret not in logged


async def test_an_idle_process_stays_small(environment: dict[str, str], slackbox: Slackbox) -> None:
    """No library that only a sync or a picture needs is loaded before the first of them."""
    async with running(environment) as process:
        for period in ("mtd", "last-7d", "2026-11-15..2026-11-21"):
            assert (await slackbox.command(f"/cost checkout {period}"))["ok"]
            await slackbox.answer(user=ADA, channel=CHECKOUT)
        ours = psutil.Process(process.pid)
        resident = ours.memory_info().rss
        loaded = " ".join(region.path for region in ours.memory_maps())
        await stopped(process)
    assert resident < 200e6
    assert "asyncpg" in loaded
    assert not {name for name in ("pyarrow", "numpy", "matplotlib", "grpc") if name in loaded}


def test_clients_of_sources_are_imported_on_use() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, bot.app, bot.__main__; print(*sys.modules)"],
        capture_output=True,
        check=True,
    )
    loaded = set(told.stdout.decode().split())
    assert "bot.scheduler" in loaded
    assert not loaded & {"pyarrow", "google.cloud.bigquery", "fsspec", "numpy", "matplotlib"}


async def test_a_question_under_way_is_answered_before_it_stops(
    environment: dict[str, str], slackbox: Slackbox
) -> None:
    async with running(environment) as process:
        assert (await slackbox.command("/cost checkout 2026-11-15..2026-11-21"))["ok"]
        await stopped(process)
        assert "$1,405.25" in (await slackbox.answer(user=ADA, channel=CHECKOUT))["text"]


async def test_a_role_has_only_its_own_routes(environment: dict[str, str]) -> None:
    async with running(environment, "--role", "scheduler") as process:
        base = f"http://127.0.0.1:{environment['HTTP_PORT']}"
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{base}/healthz") as reply:
                assert reply.status == 200
            async with session.get(f"{base}/v1/projects") as reply:
                assert reply.status == 404
            async with session.post(f"{base}/slack/events") as reply:
                assert reply.status == 404
        await stopped(process)


async def test_a_worker_tells_what_goes_wrong(
    environment: dict[str, str], slackbox: Slackbox, fresh_database: Database
) -> None:
    await slackbox.invite(PLATFORM)
    told = environment | {"OPS_CHANNEL": "#platform"}
    async with running(told, "--role", "worker") as process:
        async with fresh_database.begin() as tx:
            facts = Facts("The export is gone.")
            await found(tx, IncidentKind.SYNC, "gcp", facts, now=utc_now())

        async def posted() -> bool:
            return "The export is gone." in str(await slackbox.messages(PLATFORM))

        assert await slackbox.until(posted)
        await stopped(process)


async def test_a_token_that_slack_refuses_is_told_and_nothing_runs(
    environment: dict[str, str],
) -> None:
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "run",
        env=environment | {"SLACK_BOT_TOKEN": "xoxb-wrong"},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, logged = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert "Slack does not accept SLACK_BOT_TOKEN: invalid_auth." in logged.decode()
    assert "Traceback" not in logged.decode()
