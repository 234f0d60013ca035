"""Syncs over REST: what they came to, and one more in the background."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import structlog
from aiohttp import web

from bot import after_sync
from bot.render import data_json
from bot.rest import sync_models as models
from bot.rest.models import Paged
from bot.rest.operations import Call, Operation, Reply
from bot.rest.pages import before, following
from bot.services import Services
from core.access.model import Role
from core.costs.proving.service import whole
from core.errors import ConflictError
from core.ingest.syncing import ASKED, SYNC, claim, keep
from core.jobs.model import Job, JobState

KINDS: Final = (SYNC, ASKED)
"""The jobs of syncs: by schedule, and asked for."""

_WORK: Final = web.AppKey("syncs", set[asyncio.Task[None]])
_LATEST: Final = 10
_log = structlog.get_logger()


class SyncRunningError(ConflictError):
    """A sync is under way already."""


async def background(application: web.Application) -> AsyncIterator[None]:
    """Keep the syncs that were asked for; they are given up when the process ends."""
    work = application[_WORK] = set()
    yield
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


async def list_syncs(call: Call) -> Reply:
    """The syncs of the last weeks, newest first; not for a token that is held to projects."""
    asked: Paged = call.parameters
    whole(call.viewer)
    found = await call.services.jobs.listed(*KINDS, before=before(asked), limit=asked.limit + 1)
    items = [data_json.sync(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


async def start(call: Call) -> Reply:
    """Start a sync in the background; the list of syncs says what becomes of it.

    One of everything counts for the present period: the schedule doesn't do it again.
    One at a time: while any is under way, this is a conflict.
    """
    body: models.NewSync = call.body
    whole(call.viewer)
    services = call.services
    services.ingest.chosen(body.source)
    latest = await services.jobs.listed(*KINDS, limit=_LATEST)
    running = next((each for each in latest if each.state is JobState.RUNNING), None)
    if running is None:
        times, now = services.settings.sync_times, services.clock()
        everything = body.source is None and body.since is None
        job = await claim(services.jobs, times, now, everything=everything)
    if running is not None or job is None:
        raise SyncRunningError(fix="GET /v1/syncs lists it.")
    task = asyncio.create_task(_sync(services, job, body))
    work = call.request.app[_WORK]
    work.add(task)
    task.add_done_callback(work.discard)
    return data_json.sync(job)


async def _sync(services: Services, job: Job, wanted: models.NewSync) -> None:
    """Sync as asked; whatever goes wrong is kept with the job and logged."""
    try:
        async with services.jobs.running(job):
            reports = await services.ingest.sync(
                wanted.source, full=wanted.full, since=wanted.since
            )
            await keep(services.jobs, job, reports)
        if job.kind == ASKED:  # after others the scheduler does
            await after_sync.follow(services)
    except Exception:  # noqa: BLE001 - nobody waits for it: logged, and kept with the job
        _log.exception("sync failed", id=job.id)


OPERATIONS = (
    Operation(
        "GET",
        "/v1/syncs",
        list_syncs,
        "List syncs",
        "Data",
        reply=models.SyncList,
        parameters=Paged,
        also=(403,),
    ),
    Operation(
        "POST",
        "/v1/syncs",
        start,
        "Start a sync",
        "Data",
        reply=models.Sync,
        body=models.NewSync,
        role=Role.ADMIN,
        also=(404,),
        status=202,
    ),
)
