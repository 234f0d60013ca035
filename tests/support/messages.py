"""Messages for Slack, read as people and Slack read them."""

from typing import Any

from bot.render.blocks import Message
from sandbox.slack.blocks import characters, message_problems


def check(message: Message) -> Message:
    """Slack takes it."""
    assert message_problems(message.blocks) == []
    assert characters(message.blocks) <= 13_200
    assert 0 < len(message.text) <= 4000
    assert all(block.get("block_id") for block in message.blocks)
    for block in message.blocks:
        assert all(
            len(each["value"]) <= 2000 for each in block.get("elements", ()) if "value" in each
        )
    return message


def block(message: Message, block_id: str) -> dict[str, Any]:
    """The block of that id."""
    return next(each for each in message.blocks if each["block_id"] == block_id)


def words_of(message: Message, block_id: str) -> str:
    """The markup of a section or context."""
    found = block(message, block_id)
    return str((found.get("text") or found["elements"][0])["text"])


def table(message: Message) -> list[list[str]]:
    """The cells as they are read."""

    def cell(value: dict[str, Any]) -> str:
        if value["type"] == "raw_text":
            return str(value["text"])
        return str(value["elements"][0]["elements"][0]["text"])

    return [[cell(each) for each in row] for row in block(message, "table")["rows"]]


def buttons(message: Message) -> dict[str, tuple[str, str]]:
    """Action ids, with label and value."""
    return {
        each["action_id"]: (each["text"]["text"], each["value"])
        for found in message.blocks
        if found["type"] == "actions"
        for each in found["elements"]
    }
