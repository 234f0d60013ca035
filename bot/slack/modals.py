"""Modals: opened at once, filled when the data is there, read when submitted."""

from collections.abc import Mapping
from typing import Any, Final

from core.projects.model import UNCHANGED, Project, ProjectChange

type View = dict[str, object]

PROJECT: Final = "project.change"
CHANGE_PROJECT: Final = "Change project"
NAME: Final = "name"
SLUG: Final = "slug"
_LONGEST: Final = 3000


def notice(title: str, words: str) -> View:
    """Some words in the place of a form: it is loading, it was saved, it isn't the asker's."""
    return {
        "type": "modal",
        "title": _plain(title),
        "close": _plain("Close"),
        "blocks": [{"type": "section", "block_id": "notice", "text": _plain(words[:_LONGEST])}],
    }


def project(found: Project) -> View:
    """The form to change a project."""
    return {
        "type": "modal",
        "callback_id": PROJECT,
        "title": _plain(CHANGE_PROJECT),
        "submit": _plain("Save"),
        "close": _plain("Cancel"),
        "private_metadata": found.slug,
        "blocks": [
            _input(NAME, "Name", _text(found.name, 150), optional=False),
            _input(SLUG, "Slug: what is typed in questions", _text(found.slug, 63), optional=False),
            _input("owner", "Owner", _person(found.owner)),
            _input("team", "Team", _text(found.team, 80)),
            _input("cost_center", "Cost centre", _text(found.cost_center, 80)),
            _input("channel", "Channel: its questions are about this project", _channel(found)),
        ],
    }


def read_project(view: Mapping[str, Any]) -> tuple[str, str, ProjectChange]:
    """Of the submitted form: the project, the slug it shall have, and what it shall be."""
    values = {
        block: _value(next(iter(elements.values())))
        for block, elements in view["state"]["values"].items()
    }
    slug = view["private_metadata"]
    change = ProjectChange(
        name=values.get(NAME) or UNCHANGED,
        owner=values.get("owner"),
        team=values.get("team"),
        cost_center=values.get("cost_center"),
        channel=values.get("channel"),
    )
    return slug, values.get(SLUG) or slug, change


def _value(element: Mapping[str, Any]) -> str | None:
    for key in ("value", "selected_user", "selected_conversation"):
        if element.get(key):
            return str(element[key]).strip() or None
    return None


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text}


def _input(
    block: str, label: str, element: dict[str, object], *, optional: bool = True
) -> dict[str, object]:
    return {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": _plain(label),
        "element": element,
    }


def _text(value: str | None, longest: int) -> dict[str, object]:
    element: dict[str, object] = {
        "type": "plain_text_input",
        "action_id": "text",
        "max_length": max(longest, len(value or "")),
    }
    return element | ({"initial_value": value} if value else {})


def _person(owner: str | None) -> dict[str, object]:
    """A menu of people; an owner known by e-mail only is kept as text."""
    if owner is not None and "@" in owner:
        return _text(owner, 254)
    element: dict[str, object] = {"type": "users_select", "action_id": "person"}
    return element | ({"initial_user": owner} if owner else {})


def _channel(found: Project) -> dict[str, object]:
    element: dict[str, object] = {
        "type": "conversations_select",
        "action_id": "channel",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return element | ({"initial_conversation": found.channel} if found.channel else {})
