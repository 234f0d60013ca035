"""Block elements: buttons, menus, pickers, inputs, and where each may stand.

Source: docs.slack.dev/reference/block-kit/block-elements
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from sandbox.slack.blocks.node import Node
from sandbox.slack.blocks.objects import confirm, groups, image, initial, option, options, text

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TIME: Final = re.compile(r"\d\d:\d\d")
_COMMON: Final = ("action_id", "confirm", "placeholder", "focus_on_load", "initial_option")

SELECTS: Final = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "channels", "conversations")
)
PICKERS: Final = frozenset({"datepicker", "timepicker", "datetimepicker"})
CHOICES: Final = frozenset({"checkboxes", "radio_buttons"})
INPUTS: Final = frozenset(
    {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
)
IN_SECTION: Final = SELECTS | PICKERS | CHOICES | {"button", "overflow", "image"}
IN_ACTIONS: Final = SELECTS | PICKERS | CHOICES | {"button", "overflow"}
IN_INPUT: Final = SELECTS | PICKERS | CHOICES | INPUTS


def element(node: Node, allowed: frozenset[str]) -> None:
    """An element, of a type that is allowed where it stands."""
    if not node.is_object():
        return
    kind = node.kind
    if kind not in allowed or kind not in _CHECKS:
        node.unsupported()
        return
    if action := node.get("action_id"):
        action.string(255)
    confirm(node.get("confirm"))
    text(node.get("placeholder"), 150, plain=True)
    _CHECKS[kind](node)


def _button(node: Node) -> None:
    node.only("action_id", "text", "url", "value", "style", "confirm", "accessibility_label")
    text(node.need("text"), 75, plain=True)
    for key, most in (("url", 3000), ("value", 2000), ("accessibility_label", 75)):
        if field := node.get(key):
            field.string(most, 0 if key == "value" else 1)
    if style := node.get("style"):
        style.choice(("primary", "danger"))


def _overflow(node: Node) -> None:
    node.only("action_id", "options", "confirm")
    options(node.need("options"), 5, url=True)


def _static(node: Node) -> None:
    many = node.kind.startswith("multi_")
    more = ("initial_options", "max_selected_items") if many else ()
    node.only(*_COMMON, "options", "option_groups", *more)
    node.one_of("options", "option_groups")
    offered = options(node.get("options"), 100) + groups(node.get("option_groups"))
    initial(node.get("initial_option"), offered)
    chosen = node.get("initial_options")
    for item in chosen.each() if chosen else []:
        initial(item, offered)


def _external(node: Node) -> None:
    node.only(*_COMMON, "min_query_length", "initial_options", "max_selected_items")
    if least := node.get("min_query_length"):
        least.number(0)
    if chosen := node.get("initial_option"):
        option(chosen)


def _people_or_places(node: Node) -> None:
    noun = node.kind.removeprefix("multi_").removesuffix("s_select")
    node.only(
        *_COMMON[:-1],
        f"initial_{noun}",
        f"initial_{noun}s",
        "max_selected_items",
        "response_url_enabled",
        "default_to_current_conversation",
        "filter",
    )


def _choices(node: Node) -> None:
    radio = node.kind == "radio_buttons"
    node.only(
        "action_id",
        "options",
        "initial_option" if radio else "initial_options",
        "confirm",
        "focus_on_load",
    )
    offered = options(node.need("options"), 10, plain=False)
    initial(node.get("initial_option"), offered)
    chosen = node.get("initial_options")
    for item in chosen.each() if chosen else []:
        initial(item, offered)


def _date(node: Node) -> None:
    _picker(node, "initial_date", _DATE)


def _time(node: Node) -> None:
    _picker(node, "initial_time", _TIME, "timezone")


def _picker(node: Node, field: str, shape: re.Pattern[str], *more: str) -> None:
    node.only(*_COMMON[:-1], field, *more)
    if (value := node.get(field)) and not shape.fullmatch(str(value.value)):
        value.problem("must match the format of the field")


def _datetime(node: Node) -> None:
    node.only("action_id", "initial_date_time", "confirm", "focus_on_load")
    if value := node.get("initial_date_time"):
        value.number(1_000_000_000, 9_999_999_999)


def _text_input(node: Node) -> None:
    plain = node.kind == "plain_text_input"
    more = ("multiline", "min_length", "max_length") if plain else ()
    node.only(
        "action_id",
        "placeholder",
        "initial_value",
        "focus_on_load",
        "dispatch_action_config",
        *more,
    )
    for key in ("min_length", "max_length"):
        if field := node.get(key):
            field.number(0 if key == "min_length" else 1, 3000)
    if value := node.get("initial_value"):
        value.string(3000, 0)


def _number_input(node: Node) -> None:
    node.only(
        "action_id",
        "placeholder",
        "initial_value",
        "focus_on_load",
        "dispatch_action_config",
        "is_decimal_allowed",
        "min_value",
        "max_value",
    )
    if decimal := node.need("is_decimal_allowed"):
        decimal.flag()
    for key in ("initial_value", "min_value", "max_value"):
        if field := node.get(key):
            field.string()


def _image(node: Node) -> None:
    node.only("image_url", "slack_file", "alt_text")
    image(node)


_PEOPLE: Final = ("users_select", "channels_select", "conversations_select")
_CHECKS: Final[Mapping[str, Callable[[Node], None]]] = {
    "button": _button,
    "overflow": _overflow,
    "image": _image,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "datepicker": _date,
    "timepicker": _time,
    "datetimepicker": _datetime,
    "plain_text_input": _text_input,
    "email_text_input": _text_input,
    "url_text_input": _text_input,
    "number_input": _number_input,
    **{f"{many}static_select": _static for many in ("", "multi_")},
    **{f"{many}external_select": _external for many in ("", "multi_")},
    **{f"{many}{kind}": _people_or_places for many in ("", "multi_") for kind in _PEOPLE},
}
