"""The process that draws, as the application sees it: started, fed, restarted when it dies.

It is a plain child process rather than a `multiprocessing` one, which would run the
application's main module again in the child; and it is given no more of the environment
than it needs, so no secret reaches it.
"""

import asyncio
import os
import pickle
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.render.charts.spec import Chart, Page
from core.errors import UnavailableError

_PASSED_ON: Final = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "HOME")
_LENGTH: Final = 4
_PICTURE: Final = b"."
_STARTING: Final = 30.0


class ChartError(UnavailableError):
    """The chart could not be drawn."""


class ChartQueueFullError(ChartError):
    """Too many charts are waiting to be drawn; try again in a moment."""


class _DiedError(Exception):
    """The process has gone."""


class ChartWorker:
    """Draws charts in one warmed process, one at a time, in the order they were asked for."""

    def __init__(
        self, cache: Path | None = None, *, timeout: float = 10.0, most_waiting: int = 64
    ) -> None:
        """Keep how to run it; nothing is started yet.

        Args:
            cache: a folder of ours where fonts are listed once; None: one of this user's.
            timeout: seconds that one picture may take before the process is replaced.
            most_waiting: how many may wait; more are refused.
        """
        self._cache = cache
        self._timeout = timeout
        self._most_waiting = most_waiting
        self._asked = 0
        self._turn = asyncio.Lock()
        self._process: Process | None = None

    @property
    def waiting(self) -> int:
        """How many charts are waiting or being drawn."""
        return self._asked

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start the process and wait until it is warm.

        Raises:
            ChartError: it doesn't start.
        """
        async with self._turn:
            await self._ready()

    async def draw(self, chart: Chart | Page) -> bytes:
        """Draw a chart: a PNG of 1600 by 900 pixels.

        Raises:
            ChartQueueFullError: too many wait already.
            ChartError: it can't be drawn, or not in time.
        """
        if self._asked > self._most_waiting:
            raise ChartQueueFullError
        self._asked += 1
        try:
            async with self._turn:
                return await self._drawn(pickle.dumps(chart))
        finally:
            self._asked -= 1

    async def close(self) -> None:
        """Stop the process; whoever still waits is told that there is no picture."""
        self._most_waiting = -1
        async with self._turn:
            await self._stop()

    async def _drawn(self, request: bytes) -> bytes:
        try:
            return await self._ask(request)
        except _DiedError:
            # Killed from outside (out of memory, an operator): a fresh one gets one more try.
            await self._stop()
        try:
            return await self._ask(request)
        except _DiedError as died:
            await self._stop()
            raise ChartError(fix="Its process died twice; the log says more.") from died

    async def _ask(self, request: bytes) -> bytes:
        process = await self._ready()
        try:
            async with asyncio.timeout(self._timeout):
                reply = await _exchange(process, request)
        except TimeoutError as late:
            await self._stop()
            raise ChartError(f"The chart took longer than {self._timeout:g} s.") from late
        except asyncio.CancelledError:
            # The reply is still to come, and would be taken for the next chart's.
            await self._stop()
            raise
        if reply[:1] != _PICTURE:
            raise ChartError(f"The chart could not be drawn: {reply[1:].decode()}")
        return reply[1:]

    async def _ready(self) -> Process:
        if self._most_waiting < 0:
            raise ChartError("Charts are no longer drawn: the application is stopping.")
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._process = process = await self._spawn()
        try:
            async with asyncio.timeout(_STARTING):
                await _receive(process)
        except (TimeoutError, _DiedError) as failed:
            await self._stop()
            raise ChartError("The process that draws charts does not start.") from failed
        except asyncio.CancelledError:
            await self._stop()
            raise
        return process

    async def _spawn(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.render.charts.serve",
                stdin=PIPE,
                stdout=PIPE,
                env=self._environment(),
            )
        except OSError as failed:
            raise ChartError("The process that draws charts does not start.") from failed

    def _environment(self) -> dict[str, str]:
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        return passed_on | {
            "MPLCONFIGDIR": str(_cache(self._cache)),
            "MPLBACKEND": "agg",
            # Threads of linear algebra that is never done would cost memory.
            "OPENBLAS_NUM_THREADS": "1",
        }

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()


async def _exchange(process: Process, request: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    try:
        process.stdin.write(len(request).to_bytes(_LENGTH) + request)
        await process.stdin.drain()
    except ConnectionError as gone:
        raise _DiedError from gone
    return await _receive(process)


async def _receive(process: Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    try:
        length = int.from_bytes(await process.stdout.readexactly(_LENGTH))
        return await process.stdout.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError) as gone:
        raise _DiedError from gone


def _cache(folder: Path | None) -> Path:
    """A folder that only we can write to."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return folder.resolve()
    shared = Path(tempfile.gettempdir()) / f"cost-tracker-charts-{os.getuid()}"
    shared.mkdir(mode=0o700, exist_ok=True)
    if shared.stat().st_uid != os.getuid():
        return Path(tempfile.mkdtemp(prefix="cost-tracker-charts-"))
    return shared
