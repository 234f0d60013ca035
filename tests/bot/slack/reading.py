"""What a reader of a Slack message sees, taken out of its blocks."""

from collections.abc import Iterator
from typing import Any

type Json = dict[str, Any]


def words(message: Json) -> str:
    """All text of a message, the line for notifications first."""
    return "\n".join([message["text"], *_texts(message.get("blocks", []))])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("text", "alt_text") and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def block(message: Json, kind: str) -> Json | None:
    """The first block of a type."""
    return next((each for each in message["blocks"] if each["type"] == kind), None)


def rows(message: Json) -> list[list[str]]:
    """The cells of the table, as text."""
    table = block(message, "table")
    return [] if table is None else [[" ".join(_texts(cell)) for cell in r] for r in table["rows"]]


def buttons(message: Json) -> dict[str, str]:
    """The labels of the buttons, with their action ids."""
    return {
        element["text"]["text"]: element["action_id"]
        for each in message["blocks"]
        if each["type"] == "actions"
        for element in each["elements"]
        if element["type"] == "button"
    }
