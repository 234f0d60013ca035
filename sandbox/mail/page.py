"""The page that lists mails and shows each as its reader sees it, its text, its source."""

from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.mail.office import Caught, Office

_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "page"),
    autoescape=True,
    undefined=StrictUndefined,
)
# A mail runs no script and asks nothing of any network: its pictures are in it.
_POLICY: Final = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
}


def build(office: Office) -> web.Application:
    """The application of the page."""

    async def index(_: web.Request) -> web.Response:
        return _page("list.html", mails=[_summary(each) for each in reversed(office.mails)])

    async def listed(_: web.Request) -> web.Response:
        return web.json_response([_summary(each) for each in reversed(office.mails)])

    async def one(request: web.Request) -> web.Response:
        mail = _find(office, request)
        files = [each.get_filename() for each in mail.message.iter_attachments()]
        return _page("mail.html", mail=_summary(mail), text=mail.part("plain"), files=files)

    async def html(request: web.Request) -> web.Response:
        body = _shown(_find(office, request))
        return web.Response(text=body, content_type="text/html", headers=_POLICY)

    async def source(request: web.Request) -> web.Response:
        return web.Response(body=_find(office, request).content, content_type="text/plain")

    async def attachment(request: web.Request) -> web.Response:
        files = list(_find(office, request).message.iter_attachments())
        number = int(request.match_info["place"])
        if number >= len(files):
            raise web.HTTPNotFound
        return _file(files[number])

    application = web.Application()
    application.add_routes(
        [
            web.get("/", index),
            web.get("/mails", listed),
            web.get(r"/mails/{number:\d+}", one),
            web.get(r"/mails/{number:\d+}/html", html),
            web.get(r"/mails/{number:\d+}/source", source),
            web.get(r"/mails/{number:\d+}/files/{place:\d+}", attachment),
        ]
    )
    return application


def _find(office: Office, request: web.Request) -> Caught:
    found = office.find(int(request.match_info["number"]))
    if found is None:
        raise web.HTTPNotFound
    return found


def _summary(mail: Caught) -> dict[str, Any]:
    message = mail.message
    told = {name: str(message[name] or "") for name in ("subject", "from", "date", "message-id")}
    unsubscribe = str(message["list-unsubscribe"] or "").strip("<>")
    return told | {
        "number": mail.number,
        "to": ", ".join(mail.recipients),
        "in-reply-to": str(message["in-reply-to"] or ""),
        "unsubscribe": unsubscribe,
    }


def _shown(mail: Caught) -> str:
    """Its HTML with its pictures in it."""
    shown = mail.part("html")
    for part in mail.message.walk():
        name = str(part["content-id"] or "").strip("<>")
        if name:
            drawn = b64encode(part.get_content()).decode()
            shown = shown.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{drawn}")
    return shown


def _file(part: EmailMessage) -> web.Response:
    content = part.get_content()
    named = f'attachment; filename="{part.get_filename()}"'
    return web.Response(
        body=content.encode() if isinstance(content, str) else content,
        content_type=part.get_content_type(),
        headers={"Content-Disposition": named},
    )


def _page(name: str, **values: object) -> web.Response:
    shown = _PAGES.get_template(name).render(**values)
    return web.Response(text=shown, content_type="text/html", headers={"Cache-Control": "no-cache"})
