"""Projects in Slack: listed, shown, changed in a modal."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError

from bot.render import blocks
from bot.slack import modals
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack.refusals import code
from core.access.model import Role
from core.errors import ConflictError, CostTrackerError
from core.projects.model import BadSlugError, SlugTakenError

_PATIENCE_SECONDS: Final = 2.0


class TooLateError(ConflictError):
    """Slack opens a form within three seconds of the click, and that took longer; try again."""


async def show_all(desk: Desk, asked: Asked) -> None:
    """List the projects that the asker may see."""
    viewer = await desk.viewer(asked)
    found = await desk.services.projects.list(viewer)
    await desk.answer(asked, blocks.projects(found, command=desk.command))


async def show(desk: Desk, asked: Asked, slug: str) -> None:
    """Show one project: who answers for it and what it holds."""
    viewer = await desk.viewer(asked)
    found = await desk.services.projects.get(slug, viewer)
    may_change = viewer.role is Role.ADMIN
    await desk.answer(asked, blocks.project(found, command=desk.command, may_change=may_change))


async def card(desk: Desk, asked: Asked) -> None:
    """A button that shows a project: its value is the slug."""
    await show(desk, asked, asked.text)


async def open_form(desk: Desk, asked: Asked) -> None:
    """Open the form to change a project; the value of what was pressed is its slug."""
    try:
        opened = await desk.client.views_open(
            trigger_id=asked.trigger, view=modals.notice("Loading …")
        )
    except SlackApiError as error:
        if "trigger" in code(error):
            raise TooLateError from None
        raise
    try:
        viewer = await desk.viewer(asked)
        viewer.require(Role.ADMIN)
        view = modals.project(await desk.services.projects.get(asked.text, viewer))
    except CostTrackerError as error:
        view = modals.notice(str(error))
    await _update(desk, opened["view"]["id"], view)


def submit_form(desk: Desk) -> Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]:
    """The listener of the submitted form; what can't be is said at its field.

    Slack waits three seconds for that. Where saving takes longer, the form says so, and then
    how it went.
    """

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        saving = asyncio.create_task(_save(desk, body))
        done, _ = await asyncio.wait((saving,), timeout=_PATIENCE_SECONDS)
        if not done:
            await ack(response_action="update", view=modals.notice("Saving …"))
            desk.background.spawn(_report(desk, body, saving))
        elif errors := saving.result():
            await ack(response_action="errors", errors=errors)
        else:
            await ack()

    return submitted


async def _save(desk: Desk, body: dict[str, Any]) -> dict[str, str]:
    """Save what was submitted; what is wrong with it, by field."""
    asked = Asked.of_view(body)
    slug, new_slug, change = modals.read_project(body["view"])
    try:
        viewer = await desk.viewer(asked)
        found = await desk.services.projects.get(slug, viewer)
        # Submitted twice, it has its new slug already.
        if new_slug not in (slug, found.slug):
            await desk.services.projects.rename(slug, new_slug, by=viewer)
        await desk.services.projects.change(slug, change, by=viewer)
    except (BadSlugError, SlugTakenError) as error:
        return {modals.SLUG: str(error)}
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        return {modals.NAME: desk.excuse(error, asked).text}
    return {}


async def _report(desk: Desk, body: dict[str, Any], saving: asyncio.Task[dict[str, str]]) -> None:
    errors = await saving
    words = " ".join(errors.values()) or "Saved."
    await _update(desk, body["view"]["id"], modals.notice(words))


async def _update(desk: Desk, view_id: str, view: modals.View) -> None:
    """Fill an open modal; one that was closed meanwhile isn't missed."""
    try:
        await desk.client.views_update(view_id=view_id, view=view)
    except SlackApiError as error:
        if code(error) != "not_found":
            raise
