"""Composition objects: texts, options, confirmation dialogs, files.

Source: docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Collection
from typing import Final

from sandbox.slack.blocks.node import Node

OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150


def text(node: Node | None, most: int = 3000, *, plain: bool = False) -> None:
    """A text object of so many characters, plain where it must be."""
    if node is None or not node.is_object():
        return
    kind = node.kind
    if kind not in ("plain_text", "mrkdwn") or (plain and kind != "plain_text"):
        node.unsupported()
        return
    node.only("text", *(("emoji",) if kind == "plain_text" else ("verbatim",)))
    if words := node.need("text"):
        words.string(most)


def option(node: Node, *, plain: bool = True, url: bool = False) -> str | None:
    """An option of a menu, radio or checkbox; its value."""
    if not node.is_object():
        return None
    node.only("text", "value", "description", *(("url",) if url else ()))
    text(node.need("text"), OPTION_TEXT, plain=plain)
    text(node.get("description"), OPTION_TEXT, plain=plain)
    if link := node.get("url"):
        link.string(3000)
    value = node.need("value")
    return value.string(OPTION_VALUE) if value else None


def options(node: Node | None, most: int, *, plain: bool = True, url: bool = False) -> list[str]:
    """A list of options; the values that it offers."""
    values = [option(item, plain=plain, url=url) for item in node.each(most)] if node else []
    return [value for value in values if value is not None]


def groups(node: Node | None) -> list[str]:
    """Option groups; the values that they offer."""
    values: list[str] = []
    for group in node.each(100) if node else []:
        group.only("label", "options")
        text(group.need("label"), 75, plain=True)
        values += options(group.need("options"), 100)
    return values


def initial(node: Node | None, offered: Collection[str]) -> None:
    """An initial option must be one of those offered."""
    if node is not None and node.is_object() and node.value.get("value") not in offered:
        node.problem("initial option must be one of the provided options")


def confirm(node: Node | None) -> None:
    """A confirmation dialog."""
    if node is None or not node.is_object():
        return
    node.only("title", "text", "confirm", "deny", "style")
    text(node.need("title"), 100, plain=True)
    text(node.need("text"), 300)
    text(node.need("confirm"), 30, plain=True)
    text(node.need("deny"), 30, plain=True)
    if style := node.get("style"):
        style.choice(("primary", "danger"))


def image(node: Node) -> None:
    """What an image block and an image element have in common."""
    node.one_of("image_url", "slack_file")
    if url := node.get("image_url"):
        address = url.string(3000)
        if address and not address.startswith(("http://", "https://")):
            url.problem("invalid_url")
    if file := node.get("slack_file"):
        file.only("id", "url")
        file.one_of("id", "url")
    if alt := node.need("alt_text"):
        alt.string(2000)
