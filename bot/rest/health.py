"""Whether this process is up, and whether it can answer."""

import asyncio

from aiohttp import web

from bot.rest.operations import json_response
from bot.services import Services
from core.errors import CostTrackerError

_PATIENCE_SECONDS = 2


def routes(services: Services) -> tuple[web.RouteDef, ...]:
    """`/healthz` and `/readyz`, for those who run it; no token needed."""

    async def healthy(_: web.Request) -> web.Response:
        return json_response({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await services.database.ping()
        except (CostTrackerError, OSError, TimeoutError):
            return json_response({"status": "the database can't be reached"}, status=503)
        return json_response({"status": "ok"})

    return (web.get("/healthz", healthy), web.get("/readyz", ready))
