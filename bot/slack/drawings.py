"""Charts, each drawn once: for a message, for Slack's proxy that fetches it, for sharing."""

import asyncio
from typing import Final

from cachetools import LRUCache

from bot.render.charts.spec import Chart
from bot.render.charts.worker import ChartWorker

_KEPT: Final = 64


class Drawings:
    """The latest pictures, some 5 MB of them; whoever asks for one being drawn waits for it."""

    def __init__(self, worker: ChartWorker) -> None:
        self._worker = worker
        self._drawn: LRUCache[Chart, asyncio.Task[bytes]] = LRUCache(_KEPT)

    async def draw(self, chart: Chart, *, seconds: float | None = None) -> bytes:
        """Draw a chart, or give it as drawn before; a PNG.

        Args:
            chart: what to draw.
            seconds: how long to wait; the drawing goes on after that. None: to its end.

        Raises:
            ChartError: it can't be drawn.
            TimeoutError: not within that time.
        """
        task = self._drawn.get(chart)
        if task is None or _failed(task):
            task = asyncio.create_task(self._worker.draw(chart))
            task.add_done_callback(_failed)
            self._drawn[chart] = task
        async with asyncio.timeout(seconds):
            # Not cancelled with who waits: that would restart the process that draws.
            return await asyncio.shield(task)


def _failed(task: asyncio.Task[bytes]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
