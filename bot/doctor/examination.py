"""The examination: every part at the same time, each within a limit; nothing is changed."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from bot.doctor import chat, mail, sources, storage, surfaces, work
from bot.doctor.case import Case, Check, Tell
from bot.opening import open_services
from bot.services import Services
from bot.settings import Settings
from core.clock import Clock, utc_now
from core.errors import CostTrackerError
from core.findings import Finding, failure
from core.ingest.config import SourceConfig, read_sources
from migrations import pending

SECONDS: Final = 30.0
"""How long a part may take to be looked at."""


async def examine(settings: Settings, *, clock: Clock = utc_now) -> tuple[Finding, ...]:
    """Look at every part; one that fails, or hangs, keeps no other from being looked at."""
    found: list[Finding] = []
    configured = _read_sources(settings, found.append)
    if configured is None:  # its services shall open all the same
        settings = settings.model_copy(update={"sources_file": Path(os.devnull)})
    case = Case(settings, clock, configured or ())
    async with _with_services(case, found.append) as case:
        told = await asyncio.gather(*(_limited(part, check, case) for part, check in _checks(case)))
    return (*found, *(finding for part in told for finding in part))


def _checks(case: Case) -> Iterator[tuple[str, Check]]:
    yield "disk", storage.disk
    yield "Redis", storage.redis
    for source in case.sources:
        yield f"source {source.name}", partial(sources.source, source)
    yield "data", sources.stored
    yield "Slack", chat.slack
    yield "e-mail", mail.mail
    yield "REST", surfaces.rest
    yield "charts", surfaces.public_address
    yield "work", work.work


def _read_sources(settings: Settings, tell: Tell) -> Sequence[SourceConfig] | None:
    try:
        return read_sources(settings.sources_file)
    except CostTrackerError as error:
        tell(failure("sources", "", error.message, error.fix or ""))
        return None


@asynccontextmanager
async def _with_services(case: Case, tell: Tell) -> AsyncGenerator[Case]:
    """The case with its services, as far as its database can be used."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(SECONDS):
                services: Services = await stack.enter_async_context(
                    open_services(case.settings, clock=case.clock, migrate=False)
                )
                behind = await pending(services.database)
        except TimeoutError:
            tell(_hangs("database"))
            yield case
            return
        except CostTrackerError as error:
            tell(failure("database", "", error.message, error.fix or ""))
            yield case
            return
        await storage.database(services, behind, tell)
        yield case if behind else replace(case, settings=services.settings, services=services)


async def _limited(part: str, check: Check, case: Case) -> list[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(SECONDS):
            await check(case, found.append)
    except TimeoutError:
        found.append(_hangs(part))
    except CostTrackerError as error:
        found.append(failure(part, "", error.message, error.fix or ""))
    except Exception as error:  # noqa: BLE001 - the others are told all the same
        said = str(error).partition("\n")[0]
        words = f"looking at it fails: {type(error).__name__}: {said}"
        found.append(failure(part, "", words, "Report this, with the words above."))
    return found


def _hangs(part: str) -> Finding:
    return failure(
        part, "", f"no answer within {SECONDS:g} s", "Check the network, the proxy and firewalls."
    )
