"""The control API under /sandbox: what the page and the tests do to the local Slack.

Bodies and answers are JSON. `user` is who acts, `as` whose eyes look.

    GET  /sandbox/state?as=U                who and what there is, with unread counts
    GET  /sandbox/messages?channel=C&as=U   messages, private ones of that person included
    GET  /sandbox/views?as=U                open modals, the bottom one first
    GET  /sandbox/home?as=U                 the app's Home tab
    GET  /sandbox/stream?as=U               server-sent events: what changed
    POST /sandbox/say        {user, channel, text, thread_ts}      a message, or a /command
    POST /sandbox/click      {user, channel+ts | view_id, action_id, block_id, value}
    POST /sandbox/options    {user, channel+ts | view_id, action_id, block_id, value}
    POST /sandbox/submit     {user, view_id, values}     values by block id or action id
    POST /sandbox/close      {user, view_id, clear}
    POST /sandbox/shortcut   {user, callback_id, channel, ts}
    POST /sandbox/open_home  {user, tab}
    POST /sandbox/read       {user, channel}
    POST /sandbox/dismiss    {user, channel, ts}         a private message
    POST /sandbox/membership {channel, joins}            the app in or out of a channel
    POST /sandbox/channels   {name, private, members}    a new channel
    POST /sandbox/faults     {method, kind, times, seconds}  kind: rate_limit error slow silent NAME
    POST /sandbox/sockets    {do}                        kill (silently) or refresh
    POST /sandbox/clock      {ahead}                     seconds to move on
    POST /sandbox/config     {any setting: value}
    POST /sandbox/event      {subscription, event}       any event
    POST /sandbox/verify     {}                          url_verification
    POST /sandbox/reset      {}
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any, Final

from aiohttp import web

from sandbox.slack import commands, events, interactions, live, looks, submissions
from sandbox.slack.config import Config
from sandbox.slack.errors import SlackError
from sandbox.slack.faults import Fault
from sandbox.slack.model import Channel, Json
from sandbox.slack.payloads import outcome
from sandbox.slack.slack import Slack
from sandbox.slack.workspace import new_id

type Verb = Callable[[Slack, Json], Awaitable[Json]]

_SETTABLE: Final = frozenset(field.name for field in fields(Config)) - {"host", "port"}


def routes(slack: Slack) -> list[web.RouteDef]:
    """Every verb of the control API."""

    def post(verb: Verb) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            _same_origin(request)
            return await _answer(verb, slack, _read(await request.text()))

        return handle

    def get(verb: Verb) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await _answer(verb, slack, dict(request.query))

        return handle

    return [
        *(web.get(f"/sandbox/{name}", get(verb)) for name, verb in _LOOKS.items()),
        *(web.post(f"/sandbox/{name}", post(verb)) for name, verb in _VERBS.items()),
        web.get("/sandbox/stream", live.stream(slack)),
        web.get("/sandbox/picture/{key}", live.picture(slack)),
    ]


def _read(text: str) -> Json:
    try:
        asked = json.loads(text or "{}")
    except ValueError:
        raise web.HTTPBadRequest(text="The body must be JSON.") from None
    if not isinstance(asked, dict):
        raise web.HTTPBadRequest(text="The body must be an object.")
    return asked


def _same_origin(request: web.Request) -> None:
    """No other web page may act here through a visitor's browser."""
    origin = request.headers.get("Origin")
    if origin and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="Another site may not act here.")


async def _answer(verb: Verb, slack: Slack, asked: Json) -> web.Response:
    try:
        return web.json_response(await verb(slack, asked))
    except SlackError as error:
        return web.json_response(error.wire(), status=400)
    except KeyError as error:
        missing = {"ok": False, "error": "missing", "field": str(error.args[0])}
        return web.json_response(missing, status=400)


async def _say(slack: Slack, asked: Json) -> Json:
    return await commands.typed(
        slack, asked["user"], asked["channel"], asked["text"], asked.get("thread_ts")
    )


async def _open_home(slack: Slack, asked: Json) -> Json:
    return interactions.open_home(slack, asked)


async def _mark_read(slack: Slack, asked: Json) -> Json:
    key = (asked["user"], asked["channel"])
    slack.workspace.read[key] = slack.workspace.ts()
    return outcome(ok=True)


async def _dismiss(slack: Slack, asked: Json) -> Json:
    message = slack.workspace.message(asked["channel"], asked["ts"])
    if message.only_for != asked["user"]:
        raise SlackError("message_not_found")
    slack.workspace.remove(message)
    return outcome(ok=True)


async def _membership(slack: Slack, asked: Json) -> Json:
    channel = slack.workspace.channel(asked["channel"])
    return commands.membership(slack, channel, joins=bool(asked.get("joins", True)))


async def _new_channel(slack: Slack, asked: Json) -> Json:
    members = set(asked.get("members") or [u.id for u in slack.workspace.users.values()])
    channel = Channel(
        asked.get("id") or new_id("C"),
        asked["name"],
        asked.get("topic", ""),
        members,
        private=bool(asked.get("private")),
    )
    slack.workspace.channels[channel.id] = channel
    slack.workspace.tell("channel", channel=channel.id)
    return {"ok": True, "channel": channel.wire()}


async def _faults(slack: Slack, asked: Json) -> Json:
    if asked.get("clear"):
        slack.faults.clear()
    else:
        slack.faults.planned.append(
            Fault(
                asked["method"],
                asked["kind"],
                int(asked.get("times", 1)),
                float(asked.get("seconds", 1)),
            )
        )
    slack.workspace.tell("faults")
    return outcome(ok=True)


async def _sockets(slack: Slack, asked: Json) -> Json:
    if asked["do"] == "kill":
        slack.sockets.kill()
    else:
        await slack.sockets.refresh()
    return outcome(ok=True)


async def _clock(slack: Slack, asked: Json) -> Json:
    slack.clock.ahead += float(asked["ahead"])
    return outcome(ok=True)


async def _config(slack: Slack, asked: Json) -> Json:
    for name, value in asked.items():
        if name not in _SETTABLE:
            raise SlackError("no_such_setting", name=name)
        current = getattr(slack.config, name)
        known: Any = type(current)
        convert = known if isinstance(current, frozenset | tuple) else lambda given: given
        setattr(slack.config, name, convert(value))
    return outcome(ok=True)


async def _event(slack: Slack, asked: Json) -> Json:
    return outcome(events.send(slack, asked["subscription"], asked["event"]))


async def _verify(slack: Slack, _asked: Json) -> Json:
    return outcome(await events.verify(slack))


async def _reset(slack: Slack, _asked: Json) -> Json:
    slack.reset()
    return outcome(ok=True)


_LOOKS: Final[dict[str, Verb]] = {
    "state": looks.state,
    "messages": looks.messages,
    "views": looks.views,
    "home": looks.home,
}
_VERBS: Final[dict[str, Verb]] = {
    "say": _say,
    "click": interactions.click,
    "options": interactions.options,
    "submit": submissions.submit,
    "close": submissions.close,
    "shortcut": interactions.shortcut,
    "open_home": _open_home,
    "read": _mark_read,
    "dismiss": _dismiss,
    "membership": _membership,
    "channels": _new_channel,
    "faults": _faults,
    "sockets": _sockets,
    "clock": _clock,
    "config": _config,
    "event": _event,
    "verify": _verify,
    "reset": _reset,
}
