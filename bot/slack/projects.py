"""Projects in Slack: listed, shown, changed in a modal."""

from typing import Any

from bot.render import blocks
from bot.slack import forms, modals, project_form
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from core.access.model import Role
from core.projects.model import BadSlugError, SlugTakenError


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

    async def make() -> modals.View:
        viewer = await desk.viewer(asked)
        viewer.require(Role.ADMIN)
        return project_form.view(await desk.services.projects.get(asked.text, viewer))

    await forms.open_form(desk, asked, project_form.TITLE, make)


async def save(desk: Desk, body: dict[str, Any]) -> forms.Errors | str:
    """Save what was submitted; what is wrong with it, by field."""
    asked = Asked.of_view(body)
    slug, new_slug, change = project_form.read(body["view"])
    try:
        viewer = await desk.viewer(asked)
        found = await desk.services.projects.get(slug, viewer)
        # Submitted twice, it has its new slug already.
        if new_slug not in (slug, found.slug):
            await desk.services.projects.rename(slug, new_slug, by=viewer)
        await desk.services.projects.change(slug, change, by=viewer)
    except (BadSlugError, SlugTakenError) as error:
        return {project_form.SLUG: str(error)}
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        return {project_form.NAME: desk.regret(error, asked)}
    return ""
