"""Slack's rules for blocks: what a message or a view may hold. Each answers with problems.

Limits that span blocks come from slack.dev and, for the total of a message's characters,
slackapi/bolt-js#2509.
"""

import copy
import secrets
from collections.abc import Iterator
from typing import Any, Final

from sandbox.slack.blocks.layout import Surface, block
from sandbox.slack.blocks.node import Node
from sandbox.slack.blocks.objects import options, text
from sandbox.slack.model import Blocks, Json

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
MESSAGE_CHARACTERS: Final = 13_200
MARKDOWN_CHARACTERS: Final = 12_000
CHARTS: Final = 2
ATTACHMENTS: Final = 100
OPTIONS: Final = 100
TABLES: Final = frozenset({"table", "data_table"})
_WORDS: Final = frozenset({"text", "alt_text", "title", "label", "caption", "name"})

__all__ = [
    "attached_problems",
    "blocks_problems",
    "characters",
    "images",
    "message_problems",
    "options_problems",
    "view_problems",
    "walk",
    "with_ids",
]


def message_problems(blocks: Any) -> list[str]:
    """What Slack finds wrong with the blocks of a message."""
    problems = blocks_problems(blocks, "message", MESSAGE_BLOCKS)
    if problems or not isinstance(blocks, list):
        return problems
    whole = Node(blocks, "/blocks", problems)
    kinds = [item.get("type") for item in blocks]
    if sum(kind in TABLES for kind in kinds) > 1:
        whole.problem("only_one_table_allowed")
    if kinds.count("data_visualization") > CHARTS:
        whole.problem(f"no more than {CHARTS} data_visualization blocks allowed")
    words = sum(len(item["text"]) for item in blocks if item["type"] == "markdown")
    if words > MARKDOWN_CHARACTERS:
        whole.problem(f"markdown blocks must be less than {MARKDOWN_CHARACTERS + 1} characters")
    return problems


def attached_problems(attachments: Any) -> list[str]:
    """What Slack finds wrong with the blocks inside a message's attachments."""
    problems: list[str] = []
    for node in Node(attachments or [], "/attachments", problems).each(ATTACHMENTS, 0):
        if blocks := node.get("blocks"):
            problems += blocks_problems(blocks.value, "message", MESSAGE_BLOCKS, blocks.pointer)
    return problems


def blocks_problems(blocks: Any, surface: Surface, most: int, at: str = "/blocks") -> list[str]:
    """What Slack finds wrong with blocks, each by itself and their ids together."""
    problems: list[str] = []
    seen: set[str] = set()
    for node in Node(blocks, at, problems).each(most, 0):
        block(node, surface)
        block_id = node.get("block_id")
        if block_id and str(block_id.value) in seen:
            block_id.problem(f"`block_id` {block_id.value} already exists")
        seen.add(str(block_id.value) if block_id else "")
    return problems


def view_problems(view: Json) -> list[str]:
    """What Slack finds wrong with a view."""
    problems: list[str] = []
    node = Node(view, "/view", problems)
    kind = view.get("type")
    if kind not in ("modal", "home"):
        node.unsupported()
        return problems
    shared = ("blocks", "private_metadata", "callback_id", "external_id")
    modal = ("title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled")
    node.only(*shared, *(modal if kind == "modal" else ()))
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if field := node.get(key):
            field.string(most, 0)
    blocks = node.need("blocks")
    if blocks:
        problems += blocks_problems(blocks.value, kind, VIEW_BLOCKS, "/view/blocks")
    if kind == "modal":
        _frame(node)
    return problems


def _frame(node: Node) -> None:
    text(node.need("title"), 24, plain=True)
    for key in ("submit", "close"):
        text(node.get(key), 24, plain=True)
    blocks = node.value.get("blocks") or []
    asks = isinstance(blocks, list) and any(
        isinstance(item, dict) and item.get("type") == "input" for item in blocks
    )
    if asks and node.get("submit") is None:
        node.problem("missing required field: submit")


def options_problems(answer: Json) -> list[str]:
    """What Slack finds wrong with the options that an external menu was given."""
    problems: list[str] = []
    node = Node(answer, "", problems)
    node.one_of("options", "option_groups")
    if listed := node.get("options"):
        # An empty list is how an app says that nothing matches.
        options(listed if listed.value else None, OPTIONS)
    return problems


def characters(blocks: Blocks) -> int:
    """How many characters the blocks of a message hold together."""
    return sum(
        len(value)
        for item in walk(blocks)
        for key, value in item.items()
        if key in _WORDS and isinstance(value, str)
    )


def walk(value: Any) -> Iterator[Json]:
    """Every object inside blocks."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from walk(item)


def images(blocks: Any, at: str = "/blocks") -> Iterator[tuple[str, Json]]:
    """Every image block and image element, with its JSON pointer."""
    if isinstance(blocks, dict):
        if blocks.get("type") == "image":
            yield at, blocks
        for key, value in blocks.items():
            yield from images(value, f"{at}/{key}")
    elif isinstance(blocks, list):
        for index, value in enumerate(blocks):
            yield from images(value, f"{at}/{index}")


def with_ids(blocks: Blocks) -> Blocks:
    """A copy in which every block and interactive element has its id, as Slack gives them."""
    given = copy.deepcopy(blocks)
    for item in given:
        item.setdefault("block_id", secrets.token_urlsafe(4))
        inner = [item.get("accessory"), item.get("element"), *_elements(item)]
        for part in inner:
            if isinstance(part, dict) and part.get("type") != "image":
                part.setdefault("action_id", secrets.token_urlsafe(4))
    return given


def _elements(item: Json) -> list[Json]:
    return item.get("elements", []) if item.get("type") == "actions" else []
