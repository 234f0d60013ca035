"""One aiohttp application: the Web API, response URLs, sockets, files, the page, the controls."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from sandbox.slack import control, responses, saving, web_api
from sandbox.slack.config import Config
from sandbox.slack.methods.files import mimetype
from sandbox.slack.slack import Slack

type Handler = Callable[[web.Request], Awaitable[web.Response]]

PAGE: Final = Path(__file__).parent / "page"
LARGEST: Final = 50_000_000


def build(slack: Slack) -> web.Application:
    """The application of a local Slack."""
    application = web.Application(client_max_size=LARGEST)
    application.add_routes(
        [
            *web_api.routes(slack),
            *responses.routes(slack),
            *control.routes(slack),
            web.get("/link", slack.sockets.serve),
            web.post("/upload/v1/{token}", _upload(slack)),
            web.get("/files/{id}/{name}", _file(slack)),
            web.get("/", _index),
            web.static("/page", PAGE),
        ]
    )
    return application


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[Slack]:
    """A local Slack on its port (0: any free one), until the block ends."""
    slack = Slack(config)
    runner = web.AppRunner(build(slack), access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, config.host, config.port)
    await site.start()
    config.port = runner.addresses[0][1]
    slack.base = f"http://{config.host}:{config.port}"
    await slack.open()
    if config.save:
        saving.read(slack, config.save)
        slack.later(saving.keep(slack, config.save))
    try:
        yield slack
    finally:
        if config.save:
            saving.write(slack, config.save)
        await slack.close()
        await runner.cleanup()


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})


def _upload(slack: Slack) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        file = next((f for f in slack.workspace.files.values() if f.token == token), None)
        if file is None or file.content is not None:
            raise web.HTTPNotFound(text="invalid upload url")
        content = await _body(request)
        if len(content) != file.length:
            raise web.HTTPBadRequest(text=f"expected {file.length} bytes, got {len(content)}")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    return handle


async def _body(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        return value.file.read() if isinstance(value, web.FileField) else str(value).encode()
    return b""


def _file(slack: Slack) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        file = slack.workspace.files.get(request.match_info["id"])
        if file is None or file.content is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type=mimetype(file))

    return handle
