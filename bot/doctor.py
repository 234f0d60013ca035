"""What is wrong with an installation, part by part, and how to mend it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import open_services
from bot.services import Services
from bot.settings import Settings
from bot.slack.manifest import SCOPES
from core.access.model import OPERATOR
from core.errors import CostTrackerError

LATE: Final = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `fix` says what to do where it isn't ok."""

    part: str
    state: Literal["ok", "warning", "failure"]
    words: str
    fix: str = ""


async def examine(settings: Settings) -> tuple[Finding, ...]:
    """Look at every part; a part that fails doesn't keep the others from being looked at."""
    try:
        async with open_services(settings) as services:
            found = [Finding("database", "ok", "reached, and its schema is up to date")]
            for check in (_sources, _data, _slack, _api):
                found += [finding async for finding in check(services)]
            return tuple(found)
    except CostTrackerError as error:
        return (Finding("start", "failure", error.message, error.fix or ""),)


async def _sources(services: Services) -> AsyncIterator[Finding]:
    """Each configured source: reachable, of the right kind, holding data."""
    if not services.ingest.sources:
        path = services.settings.sources_file
        yield Finding("sources", "warning", f"{path} lists none", "See 'Connect' in the README.")
    for source in services.ingest.sources:
        part = f"source {source.name}"
        try:
            yield Finding(part, "ok", await services.ingest.check(source))
        except CostTrackerError as error:
            yield Finding(part, "failure", error.message, error.fix or "")


async def _data(services: Services) -> AsyncIterator[Finding]:
    """The data that is stored: how old, and whether it agrees with its source."""
    for state in await services.costs.data_state(OPERATOR):
        part = f"data of {state.name}"
        if state.through is None:
            yield Finding(part, "warning", "nothing synced yet", "Run: cost-tracker sync")
        elif services.clock() - state.through > LATE:
            words = f"the newest charge was exported at {state.through:%Y-%m-%d %H:%M} UTC"
            yield Finding(part, "failure", words, "Look at the export, then run: cost-tracker sync")
        elif not state.matches_export:
            yield Finding(
                part,
                "failure",
                "stored totals differ from the export's",
                f"Run: cost-tracker sync {state.name} --full",
            )
        else:
            yield Finding(part, "ok", f"through {state.through:%Y-%m-%d %H:%M} UTC, all matching")


async def _slack(services: Services) -> AsyncIterator[Finding]:
    """The bot's token and scopes, and how Slack reaches this process."""
    settings = services.settings
    if settings.slack_bot_token is None:
        yield Finding(
            "Slack", "warning", "SLACK_BOT_TOKEN is not set", "See 'Slack' in the README."
        )
        return
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        yield Finding(
            "Slack",
            "failure",
            "neither SLACK_SIGNING_SECRET (HTTP) nor SLACK_APP_TOKEN is set",
            "Take the signing secret from the app's Basic Information page.",
        )
    client = AsyncWebClient(
        settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url
    )
    yield await _asked_of_slack(lambda: _auth(client))


async def _auth(client: AsyncWebClient) -> Finding:
    answer = await client.auth_test()
    granted = (answer.headers.get("x-oauth-scopes") or "").replace(" ", "").split(",")
    missing = [scope for scope in SCOPES if granted != [""] and scope not in granted]
    if missing:
        return Finding(
            "Slack",
            "failure",
            f"the bot lacks the scopes {', '.join(missing)}",
            "Add them under OAuth & Permissions and install the app again.",
        )
    return Finding("Slack", "ok", f"connected to {answer['team']} as {answer['user']}")


async def _asked_of_slack(ask: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await ask()
    except SlackApiError as error:
        return Finding(
            "Slack",
            "failure",
            f"Slack refuses the bot's token: {error.response['error']}",
            "Install the app again and set SLACK_BOT_TOKEN to the new token.",
        )
    except OSError as error:
        return Finding("Slack", "failure", f"Slack can't be reached: {error}", "Check the network.")


async def _api(services: Services) -> AsyncIterator[Finding]:
    """What signed tokens and chart addresses need."""
    settings = services.settings
    if settings.jwt_secrets is None and settings.jwt_jwks_url is None:
        yield Finding(
            "REST",
            "failure",
            "neither JWT_SECRETS nor JWT_JWKS_URL is set",
            "Set JWT_SECRETS to 'k1:' and 32 or more random characters, the same everywhere.",
        )
    if settings.public_url is None:
        yield Finding(
            "charts",
            "warning",
            "PUBLIC_URL is not set: private answers have Slack's own charts",
            "Set PUBLIC_URL to the address at which Slack reaches this process.",
        )
