"""Processes that run in the background: started, found again, ended.

A process holds a lock on its file for as long as it lives, so whether it runs is never guessed
from a process id that may have become somebody else's. It has the lock from its first instant and
writes its own id before anything else: however its start is interrupted, it is found again.
"""

import fcntl
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Final

PATIENCE: Final = 60.0
_STOP_PATIENCE: Final = 12.0
_PAUSE: Final = 0.05
_TOLD: Final = 15
_TRIES: Final = 20
_BORN: Final = 'echo $$ >"$0"; exec "$@"'
"""Writes its process id to its lock's file, and becomes the program."""


class SandboxError(Exception):
    """The sandbox can't go on; the message is for the person at the terminal."""


class NotReadyError(SandboxError):
    """A process ended, or took too long, before it was ready."""


@dataclass(frozen=True, slots=True)
class Process:
    """A background process of a name, with its lock and its log in a folder."""

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        """What it wrote."""
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def _file(self) -> Path:
        return self.folder / "run" / f"{self.name}.pid"

    def pid(self) -> int | None:
        """Return its process id if it runs."""
        deadline = time.monotonic() + _STOP_PATIENCE
        while (held := self._held()) == 0 and time.monotonic() < deadline:
            time.sleep(_PAUSE / 10)  # it is being born
        return held or None

    def _held(self) -> int | None:
        """Return the process id in its file if somebody holds the lock; 0: not written yet."""
        try:
            handle = os.open(self._file, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(os.read(handle, 20) or 0)
        else:
            return None
        finally:
            os.close(handle)

    def start(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        on_terminal: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start it in a session of its own: Ctrl-C in this terminal doesn't reach it.

        Args:
            command: the program and its arguments.
            environment: all of it.
            on_terminal: show its standard error on the terminal; else that is in the log too.

        Raises:
            SandboxError: it runs already.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(handle)
            os.ftruncate(handle, 0)
            with self.log.open("wb") as log:
                child = subprocess.Popen(  # noqa: S603 - our own programs
                    ["/bin/sh", "-c", _BORN, self._file, *command],
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=None if on_terminal else subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(handle,),  # the lock is the child's as soon as we let go
                )
            threading.Thread(target=child.wait, name=self.name, daemon=True).start()
            return child
        finally:
            os.close(handle)

    def ended(self, child: subprocess.Popen[bytes]) -> str:
        """Wait for its end, and return what it wrote.

        Raises:
            SandboxError: it fails, with the end of its log.
        """
        if child.wait():
            raise SandboxError(f"{self.name} failed.\n{self.said()}")
        return self.log.read_text()

    def _take(self, handle: int) -> None:
        """Take the lock; somebody who looks whether it is held holds it for a moment too."""
        for _ in range(_TRIES):
            with suppress(BlockingIOError):
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            time.sleep(_PAUSE / 10)
        raise SandboxError(f"{self.name} runs already.")

    def wait(self, ready: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until it is ready.

        Raises:
            NotReadyError: it isn't, with the end of its log.
        """
        deadline = time.monotonic() + patience
        while True:
            if self.pid() is None:
                raise NotReadyError(f"{self.name} ended before it was ready.\n{self.said()}")
            if ready():
                return
            if time.monotonic() > deadline:
                raise NotReadyError(
                    f"{self.name} isn't ready after {patience:.0f} s.\n{self.said()}"
                )
            time.sleep(_PAUSE)

    def stop(self) -> bool:
        """End it, then what is left of what it started; return whether it ran."""
        pid = self.pid()
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        self._gone(_STOP_PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        self._gone(_STOP_PATIENCE)
        return True

    def _gone(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while self.pid() is not None and time.monotonic() < deadline:
            time.sleep(_PAUSE)

    def said(self, lines: int = _TOLD) -> str:
        """Return the last lines of its log."""
        try:
            text = self.log.read_text(errors="replace")
        except FileNotFoundError:
            return f"It has no log: {self.log}"
        last = "\n".join(f"  {line}" for line in text.rstrip().splitlines()[-lines:])
        return f"The end of {self.log}:\n{last or '  (empty)'}"


def answers(url: str, headers: Mapping[str, str] | None = None) -> bool:
    """Return whether an address answers with success."""
    request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=2) as reply:  # noqa: S310 - our own
            return bool(reply.status == HTTPStatus.OK)
    except (OSError, HTTPException):
        return False


def listens(port: int) -> bool:
    """Return whether something on this machine listens on a port."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port(preferred: int, taken: Sequence[int] = ()) -> int:
    """Return the preferred port, or the next above it that is free."""
    for port in range(preferred, preferred + 200):
        if port in taken:
            continue
        with socket.socket() as server, suppress(OSError):
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", port))
            return port
    raise SandboxError(f"No port from {preferred} to {preferred + 199} is free.")
