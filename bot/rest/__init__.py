"""The REST API and the health of a process, on aiohttp."""

from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files
from typing import Final

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.rest import health, problems, syncs, unsubscribe
from bot.rest.authentication import Gate
from bot.rest.limit import Limit
from bot.rest.metrics import Metrics
from bot.rest.openapi import OPERATIONS, document
from bot.rest.operations import Operation, answer
from bot.rest.repeats import Repeats
from bot.rest.replies import Replies, compressed
from bot.rest.tokens import Bearer
from bot.services import Services

_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def build(services: Services, *, api: bool = True) -> web.Application:
    """The application of a process: health always, as what mails link to; the API by its role."""
    metrics = Metrics(services)
    application = web.Application()
    application.add_routes([*health.routes(services), web.get("/metrics", metrics.show)])
    application.add_routes(unsubscribe.routes(services))
    if api:
        application.cleanup_ctx.append(syncs.background)
        handler = _handlers(services)
        application.add_routes(
            web.route(
                operation.method,
                operation.path,
                metrics.observed(operation.id, problems.told(handler(operation))),
            )
            for operation in OPERATIONS
        )
        application.add_routes(_documentation())
    application.router.add_route("*", "/{path:.*}", problems.nothing)
    return application


def _handlers(services: Services) -> Callable[[Operation], Handler]:
    """What happens around an operation: who asks, is it known already, is it asked too often."""
    gate, limit = Gate(services), Limit()
    replies, repeats = Replies(services), Repeats(services)

    def handler(operation: Operation) -> Handler:
        async def make(request: web.Request, bearer: Bearer) -> web.StreamResponse:
            limit.spend(bearer.jti, services.clock())
            work = partial(answer, operation, services, bearer.viewer, request)
            return await (repeats.give(request, bearer, work) if operation.writes else work())

        def keep(request: web.Request) -> Awaitable[web.StreamResponse]:
            return replies.give(request, gate.admit, make)

        async def reply(request: web.Request) -> web.StreamResponse:
            response = await make(request, await gate.admit(request))
            if isinstance(response, web.Response):
                response.body = await compressed(request, response)
            return response

        return keep if operation.tagged else reply

    return handler


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
