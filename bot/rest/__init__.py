"""The REST API and the health of a process, on aiohttp."""

from importlib.resources import files

from aiohttp import web

from bot.rest import health, problems
from bot.rest.authentication import Gate
from bot.rest.openapi import OPERATIONS, document
from bot.rest.operations import json_response, route
from bot.services import Services


def build(services: Services, *, api: bool = True) -> web.Application:
    """The application of a process: health always, the API where it has that role."""
    application = web.Application(middlewares=[problems.middleware])
    application.add_routes(health.routes(services))
    if api:
        gate = Gate(services)
        application.add_routes([route(operation, services, gate) for operation in OPERATIONS])
        application.add_routes(_documentation())
    return application


def _documentation() -> list[web.RouteDef]:
    """The document for machines, and a page of it for people that needs no network."""
    described = document()
    page = (files(__name__) / "docs.html").read_text()

    async def openapi(_: web.Request) -> web.Response:
        return json_response(described)

    async def docs(_: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    return [web.get("/openapi.json", openapi), web.get("/docs", docs)]
