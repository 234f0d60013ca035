"""The local Slack as one object: its workspace, its ways to the app, its rules for messages."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, Final

from sandbox.slack.blocks import (
    MESSAGE_CHARACTERS,
    attached_problems,
    characters,
    images,
    message_problems,
    with_ids,
)
from sandbox.slack.config import Config
from sandbox.slack.delivery import Delivery
from sandbox.slack.errors import SlackError
from sandbox.slack.faults import Faults
from sandbox.slack.model import Blocks, Json
from sandbox.slack.pictures import Pictures, file_shown
from sandbox.slack.sockets import SocketMode
from sandbox.slack.tickets import Tickets
from sandbox.slack.workspace import Clock, Workspace

LONGEST_TEXT: Final = 40_000


class Slack:
    """Everything that methods, interactions and the page work on."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.base = f"http://{config.host}:{config.port}"
        self.clock = Clock()
        self.workspace = Workspace(config, self.clock)
        self.tickets = Tickets(self.clock, config)
        self.faults = Faults()
        self.pictures = Pictures()
        self.sockets = SocketMode(config)
        self.delivery = Delivery(config, self.sockets)
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Be ready to fetch pictures and to reach the app."""
        await self.pictures.open()
        await self.delivery.open()

    async def close(self) -> None:
        """Hang up and stop what is under way."""
        self.workspace.tell("closed")
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()
        await self.delivery.close()
        await self.pictures.close()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Let work go on by itself."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def reset(self) -> None:
        """Forget messages, views, files and failures."""
        self.clock.ahead = 0
        self.faults.clear()
        self.workspace.clear()
        self.workspace.tell("reset")

    async def accept(self, content: Json, *, private: bool = False) -> tuple[str, Blocks]:
        """The text and blocks of a message as they will be shown, if Slack takes them.

        Private ones (ephemeral, or through a response URL) can't show uploaded files.

        Raises:
            SlackError: no_text, invalid_blocks_format, invalid_blocks, msg_blocks_too_long.
        """
        blocks = _blocks(content.get("blocks"))
        text = content.get("text") or ""
        if not isinstance(text, str):
            raise SlackError("invalid_arguments", ["text must be a string"])
        if not text and not blocks and not content.get("attachments"):
            raise SlackError("no_text")
        if problems := message_problems(blocks) + attached_problems(content.get("attachments")):
            raise SlackError("invalid_blocks", problems)
        if characters(blocks) > MESSAGE_CHARACTERS:
            raise SlackError("msg_blocks_too_long")
        if problems := await self.picture_problems(blocks, private=private):
            raise SlackError("invalid_blocks", problems)
        return text[:LONGEST_TEXT], with_ids(blocks)

    async def picture_problems(
        self, blocks: Blocks, at: str = "/blocks", *, private: bool = False
    ) -> list[str]:
        """What is wrong with the pictures: not to be had, not ready, or not allowed here."""
        problems = []
        for pointer, image in images(blocks, at):
            if "slack_file" in image:
                if private or not file_shown(self.workspace, image, self.clock()):
                    problems.append(f"invalid slack file [json-pointer:{pointer}/slack_file]")
            elif not await self.pictures.fetch(image["image_url"]):
                problems.append(f"downloading image failed [json-pointer:{pointer}/image_url]")
        return problems


def _blocks(value: Any) -> Blocks:
    """Blocks as a list; Slack also takes them as JSON text."""
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except ValueError:
            raise SlackError("invalid_blocks_format") from None
    if value in (None, ""):
        return []
    if not isinstance(value, list):
        raise SlackError("invalid_blocks_format")
    return value
