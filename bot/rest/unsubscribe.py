"""Where mails' links to unsubscribe lead: a page with a button, and one click of mail programs.

Looking at it changes nothing: programs that scan mails follow links. A POST declines, as RFC
8058 has it; whoever changes their mind takes that back on the page it answers with.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from aiohttp import web
from jinja2 import Environment, StrictUndefined

from bot import unsubscribing
from bot.render import words
from bot.rest import problems
from bot.services import Services
from core.subscriptions.model import Of, Reason

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_NAMES: Final = {
    Of.BUDGET: "alerts of a budget",
    Of.SUBSCRIPTION: "what it subscribed to",
    Of.SCHEDULE: "a scheduled report",
    Of.PROJECT: "anomalies of a project",
}
_AGAIN: Final = "again"
_PAGES: Final = Environment(autoescape=True, undefined=StrictUndefined)


def routes(services: Services) -> tuple[web.RouteDef, ...]:
    """`/unsubscribe/…`: no login; what isn't signed here isn't there."""
    page = _PAGES.from_string((files("bot.rest") / "unsubscribe.html").read_text())

    def shown(state: str, found: unsubscribing.Declining | None, status: int = 200) -> web.Response:
        body = page.render(
            state=state,
            address=found.to.address if found else "",
            what=_what(found.reasons) if found else "",
        )
        return web.Response(text=body, status=status, content_type="text/html", headers=_HEADERS)

    def read(request: web.Request) -> unsubscribing.Declining | None:
        return unsubscribing.read(services.settings, request.match_info["token"])

    async def ask(request: web.Request) -> web.StreamResponse:
        found = read(request)
        return shown("ask", found) if found else shown("unknown", None, 404)

    async def decide(request: web.Request) -> web.StreamResponse:
        found = read(request)
        if found is None:
            return shown("unknown", None, 404)
        again = _AGAIN in await request.post()
        change = services.subscriptions.accept if again else services.subscriptions.decline
        for reason in found.reasons:
            await change(found.to, reason)
        return shown("again" if again else "done", found)

    path = f"{unsubscribing.PATH}/{{token}}"
    return (web.get(path, ask), web.post(path, problems.told(decide)))


def _what(reasons: Sequence[Reason]) -> str:
    """What is declined; of which budget, say, is for those to know who may see it."""
    if len(reasons) > 1 and {each.of for each in reasons} == {Of.BUDGET}:
        return f"alerts of {words.plural(len(reasons), 'budget')}"
    return words.listing(list(dict.fromkeys(_NAMES[each.of] for each in reasons)))
