"""The Web API over HTTP: arguments, tokens, scopes, and Slack's ways to refuse."""

import json
from typing import Any, Final

from aiohttp import web

from sandbox.slack.errors import SlackError
from sandbox.slack.faults import BrokenError, RateLimitedError
from sandbox.slack.methods import METHODS, Method
from sandbox.slack.model import Json
from sandbox.slack.slack import Slack

_JSON_FIELDS: Final = frozenset({"blocks", "attachments", "view", "files", "metadata"})
_TOKENLESS: Final = frozenset({"api.test"})


def routes(slack: Slack) -> list[web.RouteDef]:
    """POST and GET /api/{method}."""

    async def call(request: web.Request) -> web.Response:
        name = request.match_info["method"]
        arguments = await _arguments(request)
        try:
            await slack.faults.strike(name)
            told = await _call(slack, request, name, arguments)
            await slack.faults.swallow(name)
            return web.json_response({"ok": True, **told})
        except SlackError as error:
            return web.json_response(error.wire())
        except RateLimitedError as error:
            return rate_limited(error)
        except BrokenError:
            return web.Response(status=500, text="<html>Server Error</html>")

    return [web.post("/api/{method}", call), web.get("/api/{method}", call)]


def rate_limited(error: RateLimitedError) -> web.Response:
    """Too many; when to come back."""
    headers = {"Retry-After": str(max(1, round(error.seconds)))}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


async def _call(slack: Slack, request: web.Request, name: str, arguments: Json) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    token = _token(request, arguments)
    if token or name not in _TOKENLESS:
        _authorise(slack, method, token)
    return await method.call(slack, arguments)


def _token(request: web.Request, arguments: Json) -> str:
    header = request.headers.get("Authorization", "")
    given = arguments.pop("token", "")
    return header.removeprefix("Bearer ").strip() if header else str(given or "")


def _authorise(slack: Slack, method: Method, token: str) -> None:
    if not token:
        raise SlackError("not_authed")
    tokens = {slack.config.bot_token: False, slack.config.app_token: True}
    if token not in tokens:
        raise SlackError("invalid_auth")
    if tokens[token] != method.app_token:
        raise SlackError("not_allowed_token_type")
    granted = slack.config.scopes
    if granted is not None and method.scopes and granted.isdisjoint(method.scopes):
        raise SlackError(
            "missing_scope", needed=method.scopes[0], provided=",".join(sorted(granted))
        )


async def _arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        try:
            told = json.loads(body or "{}")
        except ValueError:
            told = {}
        return arguments | told if isinstance(told, dict) else arguments
    form = await request.post()
    return arguments | {key: _read(key, value) for key, value in form.items()}


def _read(key: str, value: Any) -> Any:
    """Structures arrive in forms as JSON text."""
    if key in _JSON_FIELDS and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
