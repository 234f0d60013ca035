"""Blocks, and on which surface each may stand.

Source: docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from sandbox.slack.blocks.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, element
from sandbox.slack.blocks.figures import chart, data_table, table
from sandbox.slack.blocks.node import Node
from sandbox.slack.blocks.objects import image, text
from sandbox.slack.blocks.rich import rich_text

type Surface = Literal["message", "modal", "home"]

EVERYWHERE: Final = frozenset(
    {"actions", "context", "divider", "header", "image", "input", "rich_text", "section"}
)
ON: Final[Mapping[Surface, frozenset[str]]] = {
    "message": EVERYWHERE | {"markdown", "table", "data_table", "data_visualization"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | {"table", "data_table", "data_visualization"},
}


def block(node: Node, surface: Surface) -> None:
    """One block, of a type that the surface shows."""
    if not node.is_object():
        return
    kind = node.kind
    if kind not in ON[surface]:
        node.unsupported()
        return
    if block_id := node.get("block_id"):
        block_id.string(255)
    _CHECKS[kind](node)


def _section(node: Node) -> None:
    node.only("block_id", "text", "fields", "accessory", "expand")
    if node.get("text") is None and node.get("fields") is None:
        node.problem("must define either `text` or `fields`")
    text(node.get("text"))
    fields = node.get("fields")
    for field in fields.each(10) if fields else []:
        text(field, 2000)
    if accessory := node.get("accessory"):
        element(accessory, IN_SECTION)


def _header(node: Node) -> None:
    node.only("block_id", "text")
    text(node.need("text"), 150, plain=True)


def _divider(node: Node) -> None:
    node.only("block_id")


def _context(node: Node) -> None:
    node.only("block_id", "elements")
    elements = node.need("elements")
    for item in elements.each(10) if elements else []:
        if item.is_object() and item.kind == "image":
            element(item, frozenset({"image"}))
        else:
            text(item)


def _actions(node: Node) -> None:
    node.only("block_id", "elements")
    elements = node.need("elements")
    seen: set[str] = set()
    for item in elements.each(25) if elements else []:
        element(item, IN_ACTIONS)
        action = item.get("action_id")
        if action and str(action.value) in seen:
            action.problem(f'`action_id` "{action.value}" already exists for this block')
        seen.add(str(action.value) if action else "")


def _image(node: Node) -> None:
    node.only("block_id", "image_url", "slack_file", "alt_text", "title")
    image(node)
    text(node.get("title"), 2000, plain=True)


def _input(node: Node) -> None:
    node.only("block_id", "label", "element", "dispatch_action", "hint", "optional")
    text(node.need("label"), 2000, plain=True)
    text(node.get("hint"), 2000, plain=True)
    if inner := node.need("element"):
        element(inner, IN_INPUT)


def _markdown(node: Node) -> None:
    node.only("block_id", "text")
    if words := node.need("text"):
        words.string(12_000)


def _alert(node: Node) -> None:
    node.only("block_id", "text", "level")
    text(node.need("text"), 200)
    if level := node.get("level"):
        level.choice(("default", "info", "warning", "error", "success"))


_CHECKS: Final[Mapping[str, Callable[[Node], None]]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "alert": _alert,
    "rich_text": rich_text,
    "table": table,
    "data_table": data_table,
    "data_visualization": chart,
}
