"""Projects in Slack: listed, shown, changed in a modal."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.render import blocks
from bot.slack import modals
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Role
from core.errors import CostTrackerError


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
    opened = await desk.client.views_open(trigger_id=asked.trigger, view=modals.loading())
    try:
        viewer = await desk.viewer(asked)
        viewer.require(Role.ADMIN)
        view = modals.project(await desk.services.projects.get(asked.text, viewer))
    except CostTrackerError as error:
        view = modals.refusal(str(error))
    await desk.client.views_update(view_id=opened["view"]["id"], view=view)


def submit_form(desk: Desk) -> Any:
    """The listener of the submitted form; what can't be is said at its field."""

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        asked = Asked.of_view(body)
        try:
            await _save(desk, asked, body["view"])
        except CostTrackerError as error:
            await ack(response_action="errors", errors={"slug": str(error)})
            return
        await ack()

    return submitted


async def _save(desk: Desk, asked: Asked, view: dict[str, Any]) -> None:
    slug, new_slug, change = modals.read_project(view)
    viewer = await desk.viewer(asked)
    if new_slug != slug:
        await desk.services.projects.rename(slug, new_slug, by=viewer)
    await desk.services.projects.change(new_slug, change, by=viewer)
