"""The lower half of the composition root: settings → database → services.

Commands need no more, so nothing of Slack or REST is imported here: that takes a quarter of a
second.
"""

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.render.charts.worker import ChartWorker
from bot.services import Services
from bot.settings import Settings
from bot.wiring import wired
from core import embedded_postgres
from core.cache import open_cache
from core.clock import Clock, utc_now
from core.database import Database
from core.ingest.config import read_sources
from core.ingest.rates import read_rates
from migrations import upgrade


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
