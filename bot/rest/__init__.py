"""The REST API and the health of a process, on aiohttp."""

from importlib.resources import files
from typing import Final

import orjson
from aiohttp import web

from bot.rest import health, problems
from bot.rest.authentication import Gate
from bot.rest.limit import Limit
from bot.rest.metrics import Metrics
from bot.rest.openapi import OPERATIONS, document
from bot.rest.operations import Operation, answer
from bot.rest.replies import Replies, compressed
from bot.services import Services

_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def build(services: Services, *, api: bool = True) -> web.Application:
    """The application of a process: health and metrics always, the API where it has that role."""
    metrics = Metrics(services)
    application = web.Application(middlewares=[metrics.middleware, problems.middleware])
    application.add_routes([*health.routes(services), web.get("/metrics", metrics.show)])
    if api:
        gate, limit, replies = Gate(services), Limit(), Replies(services)
        application.add_routes(
            [_route(operation, services, gate, limit, replies) for operation in OPERATIONS]
        )
        application.add_routes(_documentation())
    return application


def _route(
    operation: Operation, services: Services, gate: Gate, limit: Limit, replies: Replies
) -> web.RouteDef:
    """What happens around an operation: who asks, whether it's known already, whether too often."""

    async def handle(request: web.Request) -> web.StreamResponse:
        bearer = await gate.admit(request)

        async def make() -> web.StreamResponse:
            limit.spend(bearer.jti, services.clock())
            return await answer(operation, services, bearer.viewer, request)

        if operation.tagged:
            return await replies.give(request, bearer.viewer, make)
        response = await make()
        if isinstance(response, web.Response):
            response.body = await compressed(request, response)
        return response

    return web.route(operation.method, operation.path, handle, name=operation.id)


def _documentation() -> list[web.RouteDef]:
    """The document for machines, and a page of it for people that needs no network."""
    described = orjson.dumps(document())
    page = (files(__name__) / "docs.html").read_bytes()

    async def openapi(_: web.Request) -> web.Response:
        return web.Response(body=described, content_type="application/json")

    async def docs(_: web.Request) -> web.Response:
        return web.Response(
            body=page,
            content_type="text/html",
            charset="utf-8",
            headers={"Content-Security-Policy": _POLICY},
        )

    return [web.get("/openapi.json", openapi), web.get("/docs", docs)]
