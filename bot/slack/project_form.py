"""The form of a project: made, and read."""

from collections.abc import Mapping
from typing import Any, Final

from bot.render import blocks
from bot.slack.modals import (
    Element,
    View,
    channel,
    field,
    form,
    person,
    small,
    text_input,
    values_of,
)
from core.projects.model import UNCHANGED, Project, ProjectChange

FORM: Final = "project.change"
TITLE: Final = "Change project"
NAME: Final = "name"
SLUG: Final = "slug"


def view(found: Project) -> View:
    """The form to change a project."""
    fields = [
        field(NAME, "Name", text_input(found.name, 150)),
        field(SLUG, "Slug: what is typed in questions", text_input(found.slug, 63)),
        field("owner", "Owner", person(found.owner), optional=True),
        field("team", "Team", text_input(found.team, 80), optional=True),
        field("cost_center", "Cost centre", text_input(found.cost_center, 80), optional=True),
        field(
            "channel",
            "Channel: its questions are about this project",
            channel(found.channel),
            optional=True,
        ),
        *_labels(found),
    ]
    return form(FORM, TITLE, fields, about=found.slug)


def _labels(found: Project) -> list[Element]:
    """What labels define a project, and where that is changed."""
    if not found.rules:
        return []
    told = f"Labels: {blocks.labels_of(found)}. Changed by `cost-tracker projects link`."
    return [small("labels", told)]


def read(submitted: Mapping[str, Any]) -> tuple[str, str, ProjectChange]:
    """Of the submitted form: the project, the slug it shall have, and what it shall be."""
    values, slug = values_of(submitted), submitted["private_metadata"]
    change = ProjectChange(
        name=values.get(NAME) or UNCHANGED,
        owner=values.get("owner"),
        team=values.get("team"),
        cost_center=values.get("cost_center"),
        channel=values.get("channel"),
    )
    return slug, values.get(SLUG) or slug, change
