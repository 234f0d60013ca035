"""What forms are made of: their fields made, and read when they are submitted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

type View = dict[str, object]
type Element = dict[str, object]

MOST: Final = 100
"""Options of a menu."""
_LONGEST: Final = 3000
_OPTION: Final = 75


def notice(title: str, said: str) -> View:
    """Some words in the place of a form: it is loading, it was saved, it isn't the asker's."""
    return {
        "type": "modal",
        "title": plain_text(title),
        "close": plain_text("Close"),
        "blocks": [note("notice", said)],
    }


def form(
    callback: str, title: str, blocks: Sequence[Element], *, submit: str = "Save", about: str = ""
) -> View:
    """A form.

    Args:
        callback: which form it is.
        title: at its head.
        blocks: its fields.
        submit: what its button says.
        about: what is kept with it, for when it is submitted.
    """
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title),
        "submit": plain_text(submit),
        "close": plain_text("Cancel"),
        "private_metadata": about,
        "blocks": list(blocks),
    }


def note(block: str, said: str) -> Element:
    """Words between the fields of a form, or in place of all."""
    return {"type": "section", "block_id": block, "text": plain_text(said[:_LONGEST])}


def small(block: str, said: str) -> Element:
    """The same, in small print."""
    return {"type": "context", "block_id": block, "elements": [plain_text(said[:_LONGEST])]}


def field(block: str, label: str, element: Element, *, optional: bool = False) -> Element:
    """A field of a form, with its label."""
    return {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": plain_text(label),
        "element": element,
    }


def plain_text(text: str) -> Element:
    """Text without markup."""
    return {"type": "plain_text", "text": text}


def text_input(value: str | None, longest: int) -> Element:
    """Where something is typed."""
    element: Element = {
        "type": "plain_text_input",
        "action_id": "text",
        "max_length": max(longest, len(value or "")),
    }
    return element | ({"initial_value": value} if value else {})


def choice(options: Mapping[str, str], chosen: str = "") -> Element:
    """A menu, by value; where there is but one option, or one was chosen before, it is set."""
    element: Element = {
        "type": "static_select",
        "action_id": "choice",
        "options": option_list(options.items()),
    }
    return element | _chosen(options, chosen)


def menu(options: Mapping[str, str], lookup: str, chosen: str = "") -> Element:
    """A menu of any length: where it is too long for Slack, it is looked up by what is typed.

    Args:
        options: all there are, by value.
        lookup: under which `menus` finds them again.
        chosen: what was chosen before.
    """
    if len(options) <= MOST:
        return choice(options, chosen)
    element: Element = {
        "type": "external_select",
        "action_id": lookup,
        "min_query_length": 0,
        "placeholder": plain_text("Type some letters of it"),
    }
    return element | _chosen(options, chosen)


def _chosen(options: Mapping[str, str], chosen: str) -> Element:
    only = next(iter(options)) if len(options) == 1 else chosen
    if only not in options:
        return {}
    return {"initial_option": option_list([(only, options[only])])[0]}


def option_list(options: Iterable[tuple[str, str]]) -> list[Element]:
    """Options by value and text."""
    return [{"text": plain_text(text[:_OPTION]), "value": value} for value, text in options]


def checkbox(value: str, text: str) -> Element:
    """Something to tick."""
    return {"type": "checkboxes", "action_id": "choice", "options": option_list([(value, text)])}


def day(chosen: date) -> Element:
    """A day of the calendar."""
    return {"type": "datepicker", "action_id": "choice", "initial_date": chosen.isoformat()}


def channels(chosen: Sequence[str]) -> Element:
    """A menu of channels, any number of them."""
    element = _conversations("multi_conversations_select", "channels")
    return element | ({"initial_conversations": list(chosen)} if chosen else {})


def channel(chosen: str | None) -> Element:
    """A menu of channels, one of them."""
    element = _conversations("conversations_select", "channel")
    return element | ({"initial_conversation": chosen} if chosen else {})


def _conversations(kind: str, action: str) -> Element:
    include = {"include": ["public", "private"], "exclude_bot_users": True}
    return {"type": kind, "action_id": action, "filter": include}


def person(owner: str | None) -> Element:
    """A menu of people; somebody known by e-mail only is kept as text."""
    if owner is not None and "@" in owner:
        return text_input(owner, 254)
    element: Element = {"type": "users_select", "action_id": "person"}
    return element | ({"initial_user": owner} if owner else {})


def values_of(view: Mapping[str, Any]) -> dict[str, str | None]:
    """What was said in a submitted form, by field."""
    return {
        block: _value(next(iter(elements.values())))
        for block, elements in view["state"]["values"].items()
    }


def _value(element: Mapping[str, Any]) -> str | None:
    for key in ("selected_users", "selected_conversations"):
        if element.get(key):
            return ",".join(element[key])
    for key in ("value", "selected_user", "selected_conversation", "selected_date"):
        if element.get(key):
            return str(element[key]).strip() or None
    chosen = [element.get("selected_option"), *(element.get("selected_options") or ())]
    return next((str(option["value"]) for option in chosen if option), None)
