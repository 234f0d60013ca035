"""The composition root: settings → database → services → Slack, REST, scheduler, delivery."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot import process, rest
from bot.notify import open_notifier
from bot.render.charts.worker import ChartWorker
from bot.scheduler import Scheduler
from bot.services import Services
from bot.settings import Settings
from bot.slack import SlackApp
from bot.wiring import wired
from core import embedded_postgres
from core.cache import open_cache
from core.clock import Clock, utc_now
from core.database import Database
from core.ingest.config import read_sources
from core.ingest.rates import read_rates
from migrations import upgrade

_log = structlog.get_logger()


class RunRole(StrEnum):
    """A part of the product that a process can take on; all of them by default."""

    BOT = "bot"
    API = "api"
    SCHEDULER = "scheduler"
    WORKER = "worker"


@asynccontextmanager
async def open_database(settings: Settings, *, migrate: bool = True) -> AsyncGenerator[Database]:
    """The configured database, else the embedded one, with the present schema."""
    if settings.database_url is None:
        url = await embedded_postgres.ensure(settings.data_dir)
    else:
        url = settings.database_url.get_secret_value()
    database = await Database.connect(url)
    try:
        if migrate:
            await upgrade(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_services(
    settings: Settings, *, clock: Clock = utc_now, migrate: bool = True
) -> AsyncGenerator[Services]:
    """Everything that a surface or a command needs; closed at the end.

    Args:
        settings: as they are configured.
        clock: tells the present instant.
        migrate: bring the schema up to date first.
    """
    settings = with_own_secret(settings)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, migrate=migrate))
        cache = await open_cache(_secret(settings.redis_url))
        stack.push_async_callback(cache.close)
        charts = ChartWorker()
        stack.push_async_callback(charts.close)
        yield wired(
            settings,
            database,
            cache,
            charts,
            clock,
            sources=read_sources(settings.sources_file),
            rates=read_rates(settings.sources_file),
        )


async def serve(settings: Settings, roles: Collection[RunRole]) -> None:
    """Run until told to stop by SIGTERM or SIGINT."""
    async with open_services(settings) as services, AsyncExitStack() as stack:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        if RunRole.SCHEDULER in roles:
            scheduler = Scheduler(services)
            await scheduler.start()
            stack.push_async_callback(scheduler.close)
        if RunRole.WORKER in roles:
            notifier = await stack.enter_async_context(open_notifier(services))
            await notifier.start()
        application = await _application(services, roles, stack)
        await _listen(application, settings, stack)
        process.settle()
        _log.info("ready", roles=sorted(roles), host=settings.http_host, port=settings.http_port)
        await stopping.wait()
        _log.info("stopping")


async def _application(
    services: Services, roles: Collection[RunRole], stack: AsyncExitStack
) -> web.Application:
    """The aiohttp application of a process: health always, REST and Slack by role."""
    application = rest.build(services, api=RunRole.API in roles)
    if RunRole.BOT in roles:
        await services.charts.start()
        if services.settings.slack_bot_token is None:
            _log.warning("without Slack: SLACK_BOT_TOKEN is not set")
        else:
            slack = SlackApp(services)
            slack.mount(application)
            stack.push_async_callback(slack.close)
            await slack.start()
    return application


async def _listen(application: web.Application, settings: Settings, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()


def with_own_secret(settings: Settings) -> Settings:
    """Settings with a signing key: where the database is embedded, one is made and kept.

    Replicas must share their key, so beside a database that others can reach it has to be set.
    """
    if settings.jwt_secrets is not None or settings.database_url is not None:
        return settings
    path = settings.data_dir / "jwt-secrets"
    return settings.model_copy(update={"jwt_secrets": SecretStr(_kept_secret(path))})


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        text = f"own:{secrets.token_urlsafe(48)}"
        file.write(text)
    return text


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()
