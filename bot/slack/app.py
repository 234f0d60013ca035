"""The Slack app: what is listened to, over HTTP or Socket Mode."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import aiohttp
import stamina
import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.render import blocks
from bot.render.blocks import schedules as shown
from bot.render.blocks.alerts import ACKNOWLEDGE, DETAILS, SNOOZE
from bot.render.blocks.budgets import EDIT as EDIT_BUDGET
from bot.render.blocks.invoices import EDIT, RECORD
from bot.render.blocks.subscriptions import EDIT as EDIT_SUBSCRIPTION
from bot.render.blocks.subscriptions import NEW as NEW_SUBSCRIPTION
from bot.render.blocks.subscriptions import REMOVE as END_SUBSCRIPTION
from bot.render.reports.post import FILE
from bot.services import Services
from bot.slack import (
    alerts,
    anomalies,
    budget_form,
    budgets,
    costs,
    forms,
    invoice_form,
    invoices,
    menus,
    pages,
    pictures,
    plan_form,
    project_form,
    projects,
    receive,
    schedule_form,
    schedules,
    socket,
    subscription_form,
    subscriptions,
)
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack_web.client import BUSY, code, open_client, open_session
from core.errors import ConfigurationError, UnavailableError

_log = structlog.get_logger()
_PATIENCE_SECONDS = 60


class SlackSettingsError(ConfigurationError):
    """Slack does not accept the settings."""


class SlackUnreachableError(UnavailableError):
    """Slack can't be reached."""


class SlackApp:
    """Listens to one workspace and answers."""

    def __init__(self, services: Services) -> None:
        self._settings = services.settings
        self._session = open_session()
        self._client = open_client(
            self._settings,
            self._session,
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
            AsyncRateLimitErrorRetryHandler(max_retry_count=3),
            AsyncServerErrorRetryHandler(max_retry_count=2),
        )
        self._desk = Desk(services, self._client, self._session)
        self._bot: AuthorizeResult | None = None
        secret = self._settings.slack_signing_secret

        async def authorize(team_id: str | None) -> AuthorizeResult | None:
            """The bot, for requests of its own workspace only."""
            return self._bot if self._bot and team_id in (None, self._bot.team_id) else None

        self._bolt = AsyncApp(
            client=AsyncWebClient(base_url=self._settings.slack_api_url),
            # Socket Mode is not signed; the secret of an app that uses nothing else is unused.
            signing_secret=secret.get_secret_value() if secret else "unset",
            authorize=authorize,  # type: ignore[arg-type]  # None refuses, says its docstring
        )
        _listen(self._bolt, self._desk)
        self._socket: AsyncSocketModeHandler | None = None

    def mount(self, application: web.Application) -> None:
        """Add the routes: Slack's requests, and the pictures of private answers."""
        if self._settings.slack_signing_secret is not None:
            application.add_routes([receive.route(self._bolt)])
        application.add_routes([pictures.route(self._desk)])

    async def start(self) -> None:
        """Learn who the bot is, and connect if that is how Slack reaches it.

        Raises:
            SlackSettingsError: a token isn't accepted, or there is no way for Slack's
                requests to come in.
            SlackUnreachableError: Slack doesn't answer for a minute.
        """
        if self._settings.slack_signing_secret is None and self._settings.slack_app_token is None:
            raise SlackSettingsError(
                "Neither SLACK_SIGNING_SECRET (requests over HTTP) nor SLACK_APP_TOKEN "
                "(Socket Mode) is set.",
                fix="Take one from the app's Basic Information page.",
            )
        self._bot = await _introduce(self._client)
        self._desk.name = self._bot.user or self._desk.name
        if self._settings.slack_app_token is not None:
            token = self._settings.slack_app_token.get_secret_value()
            with _settings_checked("SLACK_APP_TOKEN"):
                self._socket = await socket.connect(self._bolt, self._client, token)
        _log.info("slack.ready", team=self._bot.team, socket=self._socket is not None)

    async def close(self) -> None:
        """Stop listening, and finish what is under way."""
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]  # of slack_bolt
        await self._desk.background.drain()
        await self._session.close()


async def _introduce(client: AsyncWebClient) -> AuthorizeResult:
    """Ask who the bot is; Slack may be out of reach for a minute."""
    try:
        with _settings_checked("SLACK_BOT_TOKEN"):
            async for attempt in stamina.retry_context(
                on=_may_pass, timeout=_PATIENCE_SECONDS, attempts=None
            ):
                with attempt:
                    told = await client.auth_test()
    except (aiohttp.ClientError, OSError) as error:
        raise SlackUnreachableError(
            f"Slack can't be reached at {client.base_url} ({type(error).__name__})."
        ) from None
    return AuthorizeResult.from_auth_test_response(auth_test_response=told, bot_token=client.token)


def _may_pass(error: Exception) -> bool:
    if isinstance(error, SlackApiError):
        return code(error) in BUSY
    return isinstance(error, aiohttp.ClientError | OSError)


@contextmanager
def _settings_checked(token: str) -> Generator[None]:
    """Name the token that Slack does not accept."""
    try:
        yield
    except SlackApiError as error:
        raise SlackSettingsError(
            f"Slack does not accept {token}: {code(error) or 'it gives no reason'}.",
            fix="Install the app in the workspace and take its new token.",
        ) from None


def _listen(bolt: AsyncApp, desk: Desk) -> None:
    """Match what comes in with who answers it; the first that matches does."""
    anything = re.compile(r".*", re.DOTALL)
    asked = desk.listener(costs.message, Asked.of_event)
    home = desk.listener(pages.home, Asked.of_event, tell=pages.closed_home(desk))
    bolt.command(desk.command)(desk.listener(costs.command, Asked.of_command))
    bolt.event("app_mention", matchers=[_said_by_a_person])(asked)
    bolt.event("message", matchers=[_typed_to_us])(asked)
    bolt.event("app_home_opened", matchers=[_home_tab])(home)
    bolt.event(anything)(_nothing)
    for action, work in {
        blocks.ASK: costs.ask,
        blocks.SUGGEST: costs.command,
        blocks.SHARE: costs.share,
        blocks.SEND_CHART: costs.send_chart,
        blocks.CSV: costs.send_csv,
        FILE: costs.send_file,
        blocks.PROJECT_SHOW: projects.card,
        blocks.PROJECT_CHANGE: projects.open_form,
        blocks.JUDGE: anomalies.judge,
        blocks.PLAN: anomalies.open_plan,
        EDIT_BUDGET: budgets.open_form,
        ACKNOWLEDGE: alerts.acknowledge,
        SNOOZE: alerts.snooze,
        DETAILS: alerts.details,
        shown.EDIT: schedules.open_form,
        shown.PAUSE: schedules.pause,
        shown.RESUME: schedules.resume,
        shown.RUN: schedules.run,
        shown.PREVIEW: schedules.preview,
        shown.HISTORY: schedules.history,
        shown.REMOVE: schedules.remove,
        blocks.CANCEL: anomalies.cancel,
        NEW_SUBSCRIPTION: subscriptions.open_form,
        EDIT_SUBSCRIPTION: subscriptions.open_form,
        END_SUBSCRIPTION: subscriptions.remove,
        RECORD: invoices.open_new,
        EDIT: invoices.open_old,
    }.items():
        pattern = re.compile(rf"{re.escape(action)}(\..+)?")
        bolt.action(pattern)(desk.listener(work, Asked.of_action))
    bolt.action(anything)(desk.listener(costs.outdated, Asked.of_action))
    for form, title, save in (
        (project_form.FORM, project_form.TITLE, projects.save),
        (invoice_form.NEW, invoice_form.NEW_TITLE, invoices.save_new),
        (invoice_form.OLD, invoice_form.OLD_TITLE, invoices.save_old),
        (plan_form.FORM, plan_form.TITLE, anomalies.save_plan),
        (subscription_form.FORM, subscription_form.TITLE, subscriptions.save),
        (budget_form.FORM, budget_form.TITLE, budgets.save),
        (schedule_form.FORM, schedule_form.TITLE, schedules.save),
    ):
        bolt.view(form)(forms.submission(desk, title, save))
    for menu, find in {
        plan_form.PROJECTS: anomalies.projects,
        invoice_form.ACCOUNTS: invoices.accounts,
        invoice_form.MONTHS: invoices.months,
    }.items():
        bolt.options(menu)(menus.lookup(desk, find))


async def _said_by_a_person(event: dict[str, Any]) -> bool:
    """Not by a bot, which might answer back for ever; nor said before and edited since."""
    return event.get("bot_id") is None and "edited" not in event and "user" in event


async def _typed_to_us(event: dict[str, Any]) -> bool:
    """A message that a person typed in a direct message; not its edits, nor a bot's."""
    return (
        event.get("channel_type") == "im"
        and event.get("subtype") is None
        and bool(event.get("text"))
        and await _said_by_a_person(event)
    )


async def _home_tab(event: dict[str, Any]) -> bool:
    return event.get("tab") == "home"


async def _nothing() -> None:
    """Events that come with those that matter; acknowledged, so that Slack doesn't repeat them."""
