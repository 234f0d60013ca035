"""The Events API: what the app subscribed to, delivered again up to three times.

Source: docs.slack.dev/apis/events-api, 'Error handling'
"""

import asyncio
import secrets

from sandbox.slack.delivery import Reply
from sandbox.slack.model import APP, BOT_USER, TEAM, Json
from sandbox.slack.slack import Slack
from sandbox.slack.workspace import new_id


def send(slack: Slack, subscription: str, event: Json) -> bool:
    """Deliver an event in the background, where the app subscribed to it."""
    if subscription not in slack.config.events:
        return False
    slack.later(_deliver(slack, envelope(slack, event)))
    return True


def envelope(slack: Slack, event: Json) -> Json:
    """An event as it is delivered."""
    return {
        "token": "verification-is-by-signature",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(slack.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


async def verify(slack: Slack) -> bool:
    """Whether the app answers the challenge with which Slack verifies its address."""
    challenge = secrets.token_urlsafe(12)
    reply = await slack.delivery.event({"type": "url_verification", "challenge": challenge})
    told = reply.body.get("challenge") if isinstance(reply.body, dict) else reply.body
    return reply.failure is None and told == challenge


async def _deliver(slack: Slack, payload: Json) -> None:
    reply = await slack.delivery.event(payload)
    for number, wait in enumerate(slack.config.event_retries, 1):
        if reply.failure is None or reply.no_retry:
            return
        await asyncio.sleep(wait)
        reply = await slack.delivery.event(payload, (number, _reason(reply)))


def _reason(reply: Reply) -> str:
    """Why an event is delivered again."""
    if reply.failure == "operation_timeout":
        return "http_timeout"
    return "http_error" if reply.status else "connection_failed"
