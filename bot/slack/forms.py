"""Forms: opened at once, filled when the data is there, told at their fields what is wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError

from bot.slack import modals
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack_web.client import code
from core.errors import ConflictError

_log = structlog.get_logger()

type Errors = dict[str, str]
"""What is wrong, by field."""

_PATIENCE_SECONDS: Final = 2.0
_DOUBLE_CLICK: Final = timedelta(seconds=2)


class TooLateError(ConflictError):
    """Slack opens a form within three seconds of the click, and that took longer; try again."""


async def open_form(
    desk: Desk, asked: Asked, title: str, make: Callable[[], Awaitable[modals.View]]
) -> None:
    """Open a form at once, and fill it; pressed twice in a moment, its button opens one.

    Args:
        desk: what is shared.
        asked: what was pressed.
        title: of the form.
        make: gives the form; what it raises is told in the form's place.
    """
    if not await desk.services.jobs.once("slack.form", asked.pressed, lasting=_DOUBLE_CLICK):
        return
    try:
        opened = await desk.client.views_open(
            trigger_id=asked.trigger, view=modals.notice(title, "Loading …")
        )
    except SlackApiError as error:
        if "trigger" in code(error):
            raise TooLateError from None
        raise
    try:
        view = await make()
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        view = modals.notice(title, desk.regret(error, asked))
    await update(desk, opened["view"]["id"], view)


def submission(
    desk: Desk,
    title: str,
    save: Callable[[Desk, dict[str, Any]], Awaitable[Errors | str]],
) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """The listener of a submitted form; what can't be is said at its field.

    Slack waits three seconds for that. Where saving takes longer, the form says so, and then
    how it went.

    Args:
        desk: what is shared.
        title: of the form.
        save: does it, given the request's body. Gives what is wrong, by field; or what to
            show in the form's place, '' to close it.
    """

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        saving = asyncio.ensure_future(save(desk, body))
        done, _ = await asyncio.wait((saving,), timeout=_PATIENCE_SECONDS)
        if not done:
            await ack(response_action="update", view=modals.notice(title, "Saving …"))
            desk.background.spawn(_report(desk, title, body, saving))
            return
        match saving.result():
            case dict() as errors:
                await ack(response_action="errors", errors=errors)
            case "":
                await ack()
            case words:
                await ack(response_action="update", view=modals.notice(title, words))

    return submitted


async def _report(
    desk: Desk, title: str, body: dict[str, Any], saving: asyncio.Future[Errors | str]
) -> None:
    came_to = await saving
    words = " ".join(came_to.values()) if isinstance(came_to, dict) else came_to
    try:
        await update(desk, body["view"]["id"], modals.notice(title, words or "Saved."))
    except SlackApiError as error:
        _log.error("slack.unanswered", user=body["user"]["id"], error=code(error))


async def update(desk: Desk, view_id: str, view: modals.View) -> None:
    """Fill an open form; one that was closed meanwhile isn't missed."""
    try:
        await desk.client.views_update(view_id=view_id, view=view)
    except SlackApiError as error:
        if code(error) != "not_found":
            raise
