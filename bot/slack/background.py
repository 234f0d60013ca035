"""Work that goes on after the acknowledgement: tracked, and waited for at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Final

_LAST_WORDS_SECONDS: Final = 3


class Background:
    """The tasks that listeners leave behind; Bolt doesn't keep track of its own."""

    PATIENCE_SECONDS = 20.0

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Let work go on; it must see to its own errors."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait for what is under way, then cancel what still is; it may say so."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=self.PATIENCE_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_LAST_WORDS_SECONDS)
