"""A client of Slack's Web API, and what its errors mean."""

from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings

DISCONNECTED: Final = frozenset(
    {"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed",
     "no_permission", "org_login_required", "team_access_not_granted", "access_denied"}
)  # fmt: skip
BUSY: Final = frozenset(
    {"", "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
     "request_timeout", "team_added_to_org"}
)  # fmt: skip

_TIMEOUT: Final = aiohttp.ClientTimeout(total=30)


def open_session() -> aiohttp.ClientSession:
    """A session for calls to Slack and uploads; whoever opens it closes it."""
    # trust_env: through the proxy of the environment, as Slack's client does by itself.
    return aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True)


def open_client(
    settings: Settings, session: aiohttp.ClientSession, *retries: AsyncRetryHandler
) -> AsyncWebClient:
    """A client with the bot's token; what to try again by itself is said by its handlers."""
    token = settings.slack_bot_token
    return AsyncWebClient(
        token=token.get_secret_value() if token else None,
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=list(retries),
    )


def code(error: SlackApiError) -> str:
    """Slack's own word for what is wrong; '' where it said nothing that can be read."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""
