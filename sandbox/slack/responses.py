"""Response URLs: five answers in half an hour to whoever holds the address."""

import json

from aiohttp import web

from sandbox.slack.errors import SlackError
from sandbox.slack.faults import BrokenError, RateLimitedError
from sandbox.slack.model import BOT_USER, Json, Message
from sandbox.slack.slack import Slack
from sandbox.slack.tickets import Hook
from sandbox.slack.web_api import rate_limited


def routes(slack: Slack) -> list[web.RouteDef]:
    """POST to /commands/… and /actions/…."""

    async def answer(request: web.Request) -> web.Response:
        try:
            await slack.faults.strike("response_url")
            hook = slack.tickets.use(request.match_info["token"])
            await respond(slack, hook, _content(await request.text()))
        except SlackError as error:
            # Slack says no more than this here, and says it with 404.
            return web.json_response({"ok": False, "error": error.error}, status=404)
        except RateLimitedError as error:
            return rate_limited(error)
        except BrokenError:
            return web.Response(status=500)
        return web.Response(text="ok")

    return [
        web.post("/commands/{team}/{token}", answer),
        web.post("/actions/{team}/{token}", answer),
    ]


async def respond(slack: Slack, hook: Hook, content: Json) -> None:
    """Post, replace or delete as an answer asks."""
    original = _original(slack, hook)
    if content.get("delete_original"):
        if original:
            slack.workspace.remove(original)
        return
    text, blocks = await slack.accept(content, private=True)
    if original and content.get("replace_original"):
        original.text, original.blocks = text, blocks
        original.edited = None if original.only_for else slack.workspace.ts()
        slack.workspace.changed(original)
        return
    public = content.get("response_type") == "in_channel"
    slack.workspace.post(
        Message(
            ts=slack.workspace.ts(),
            channel=hook.channel,
            user=BOT_USER,
            text=text,
            blocks=blocks,
            attachments=content.get("attachments") or [],
            thread_ts=content.get("thread_ts"),
            only_for=None if public else hook.user,
        )
    )


def _original(slack: Slack, hook: Hook) -> Message | None:
    """The message that a click came from, while it is there."""
    return slack.workspace.messages.get(hook.channel, {}).get(hook.original or "")


def _content(body: str) -> Json:
    try:
        content = json.loads(body)
    except ValueError:
        raise SlackError("invalid_payload") from None
    if not isinstance(content, dict):
        raise SlackError("invalid_payload")
    return content
