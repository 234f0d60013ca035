"""What somebody chose or typed in an element, as Slack writes it in actions and view states.

A raw value is a text, an option's value or an id; a list of those for elements that take
several. An option may also be given whole, as menus with external options must.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sandbox.slack.model import Blocks, Json

_SINGLE: Final[Mapping[str, str]] = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}
_OPTION: Final = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
_OPTIONS: Final = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
_INITIAL: Final = (
    "initial_option",
    "initial_options",
    "initial_value",
    "initial_date",
    "initial_time",
    "initial_date_time",
    "initial_user",
    "initial_channel",
    "initial_conversation",
    "initial_users",
    "initial_channels",
    "initial_conversations",
)


def elements(blocks: Blocks) -> Iterable[tuple[str, Json]]:
    """Every interactive element with its block's id."""
    for block in blocks:
        parts = [block.get("accessory"), block.get("element")]
        if block["type"] == "actions":
            parts += block["elements"]
        for part in parts:
            if part and part["type"] != "image":
                yield block["block_id"], part


def filled(element: Json, raw: Any) -> Json:
    """The fields that say what an element holds."""
    kind = element["type"]
    if kind in _OPTION:
        return {"selected_option": _option(element, raw) if raw not in (None, "") else None}
    if kind in _OPTIONS:
        return {"selected_options": [_option(element, one) for one in raw or []]}
    if kind in _SINGLE:
        return {_SINGLE[kind]: raw if raw not in ("", []) else None}
    return {}


def initial(element: Json) -> Any:
    """What an element holds before anybody touches it."""
    return next((element[key] for key in _INITIAL if element.get(key) is not None), None)


def state(element: Json, raw: Any) -> Json:
    """An element's entry in the values of a view or a message."""
    return {"type": element["type"], **filled(element, raw)}


def is_empty(entry: Json) -> bool:
    """Whether nothing was chosen or typed."""
    return all(value in (None, "", []) for key, value in entry.items() if key != "type")


def has_state(element: Json) -> bool:
    """Whether an element holds a value at all; buttons and overflow menus don't."""
    return element["type"] not in ("button", "overflow")


def _option(element: Json, raw: Any) -> Json:
    if isinstance(raw, dict):
        return raw
    grouped = [group["options"] for group in element.get("option_groups", [])]
    for option in (*element.get("options", []), *(one for group in grouped for one in group)):
        if option.get("value") == raw:
            found: Json = option
            return found
    text = {"type": "plain_text", "text": str(raw), "emoji": True}
    return {"text": text, "value": str(raw)}
