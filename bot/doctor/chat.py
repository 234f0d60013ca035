"""Slack: whether the tokens are accepted, which scopes are missing, how requests come in."""

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor.case import Case, Tell
from bot.doctor.storage import SKEW
from bot.settings import Settings
from bot.slack.manifest import SCOPES
from bot.slack_web.client import code
from core.clock import Clock
from core.findings import failure, ok, warning

_PART: Final = "Slack"
_SECONDS: Final = 10
_INSTALL: Final = (
    "Install the app again (cost-tracker manifest prints its manifest) and set {} to the new token."
)


async def slack(case: Case, tell: Tell) -> None:
    """The bot's token and scopes, and how Slack reaches this process."""
    settings = case.settings
    if settings.slack_bot_token is None:
        tell(warning(_PART, "", "SLACK_BOT_TOKEN is not set", "See 'Slack' in the README."))
        return
    _way_in(settings, tell)
    client = AsyncWebClient(
        settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=_SECONDS,
    )
    try:
        await _bot(client, case.clock, tell)
        if settings.slack_app_token is not None:
            await _socket(client, settings.slack_app_token.get_secret_value(), tell)
    except (aiohttp.ClientError, OSError) as error:
        tell(
            failure(
                _PART,
                "network",
                f"{client.base_url} can't be reached ({type(error).__name__})",
                "Check the network, the proxy (HTTPS_PROXY) and the firewall.",
            )
        )


def _way_in(settings: Settings, tell: Tell) -> None:
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        tell(
            failure(
                _PART,
                "requests",
                "neither SLACK_SIGNING_SECRET (HTTP) nor SLACK_APP_TOKEN (Socket Mode) is set",
                "Take the signing secret from the app's Basic Information page.",
            )
        )


async def _bot(client: AsyncWebClient, clock: Clock, tell: Tell) -> None:
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        words = f"Slack refuses SLACK_BOT_TOKEN: {code(error) or 'it gives no reason'}"
        tell(failure(_PART, "bot token", words, _INSTALL.format("SLACK_BOT_TOKEN")))
        return
    tell(ok(_PART, "bot token", f"connected to {answer['team']} as @{answer['user']}"))
    _scopes(answer, tell)
    _clock(answer, clock, tell)


def _scopes(answer: AsyncSlackResponse, tell: Tell) -> None:
    told = answer.headers.get("x-oauth-scopes")
    if told is None:
        return
    granted = set(told.replace(" ", "").split(","))
    missing = {scope: why for scope, why in SCOPES.items() if scope not in granted}
    if missing:
        named = "; ".join(f"{scope} ({why})" for scope, why in missing.items())
        fix = "Add them under OAuth & Permissions at api.slack.com/apps, and install the app again."
        tell(failure(_PART, "scopes", f"missing: {named}", fix))
    else:
        tell(ok(_PART, "scopes", f"all {len(SCOPES)} granted"))


def _clock(answer: AsyncSlackResponse, clock: Clock, tell: Tell) -> None:
    """Slack signs requests with its time, and refuses nothing: we refuse what seems too old."""
    told = answer.headers.get("date")
    if told is None:
        return
    skew = clock() - parsedate_to_datetime(told).astimezone(UTC)
    if abs(skew) > SKEW:
        seconds = round(abs(skew.total_seconds()))
        tell(
            failure(
                _PART,
                "clock",
                f"this machine's clock is {seconds:,} s off Slack's; over 300 s its requests "
                "are refused as too old",
                "Synchronise it with NTP: timedatectl set-ntp true",
            )
        )


async def _socket(client: AsyncWebClient, app_token: str, tell: Tell) -> None:
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        tell(
            failure(
                _PART,
                "socket",
                f"Slack refuses SLACK_APP_TOKEN: {code(error) or 'it gives no reason'}",
                "Make an app-level token with the scope connections:write on the app's Basic "
                "Information page, and set SLACK_APP_TOKEN to it.",
            )
        )
    else:
        tell(ok(_PART, "socket", "a connection can be opened"))
