"""The PostgreSQL that comes with pip, for trials and small teams.

`ensure` starts the server of a data folder, or attaches to it when it runs already; `stop`
ends it. Everything lives in `DATA_DIR/postgres`, closed to everybody but the account that the
server runs as: the cluster, its socket (there is no TCP), its password, its log.

The server ends with the last process that attached to it. A process that is killed can't see
to that: the server stays, and the next process attaches to it. A server that is killed comes
back, with everything that was committed, at the next `ensure`.
"""

import asyncio
import atexit
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from typing import Final

from core.embedded_home import (
    SOCKET,
    EmbeddedPostgresError,
    EmbeddedPostgresSettingsError,
    Home,
    program,
)

__all__ = ["EmbeddedPostgresError", "EmbeddedPostgresSettingsError", "ensure", "stop"]

_PATIENCE: Final = 120.0  # s; redo after a crash is bounded by max_wal_size
_STOP_PATIENCE: Final = 30.0  # s, before clients are cut off
_PAUSE: Final = 0.005  # s
_LARGEST_LOG: Final = 1_000_000  # bytes

# For a machine that does other things too: no I/O workers, no replication, small buffers.
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "io_method": "sync",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "max_connections": "100",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "autovacuum_max_workers": "1",
    "jit": "off",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] ",
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For tests: a crash of the server may lose the last commits, one of the machine everything.
_NOT_DURABLE: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}

# The first packet of PostgreSQL's protocol 3.0; the answer asks for a password, or is an error.
_NAMES: Final = b"user\0probe\0database\0postgres\0\0"
_GREETING: Final = struct.pack("!II", len(_NAMES) + 8, 3 << 16) + _NAMES
_CANNOT_CONNECT_NOW: Final = b"C57P03\0"

# What a server says that finds a dying predecessor, or one that somebody else is starting.
_NOT_ALONE: Final = re.compile(rb'lock file ".*" already exists|shared memory block')


async def ensure(data_dir: Path, *, durable: bool = True) -> str:
    """Start the server of a data folder, or attach to it; this process stays attached.

    Args:
        data_dir: made if it isn't there; the server's files are in its folder `postgres`.
        durable: False is for tests; it holds for a server that this call starts.

    Returns:
        The server's URL, with its password.

    Raises:
        EmbeddedPostgresSettingsError: the folder is closed to the server's account, or holds a
            cluster of another major version.
        EmbeddedPostgresError: the server doesn't start; the message has what it says.
    """
    return await asyncio.to_thread(_ensure, Home.of(data_dir), durable=durable)


async def stop(data_dir: Path) -> bool:
    """End the server of a data folder, whoever is attached; its clients are disconnected.

    Returns:
        Whether there was one.
    """
    return await asyncio.to_thread(_stop, Home.of(data_dir))


class _State(Enum):
    ABSENT = auto()
    BUSY = auto()  # starting or stopping
    READY = auto()


def _state(home: Home) -> _State:
    """What the socket says; a process id proves nothing."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(home.sockets / SOCKET))
            client.sendall(_GREETING)
            reply = client.recv(1024)
        except (FileNotFoundError, ConnectionRefusedError):
            return _State.ABSENT
        except OSError:
            return _State.BUSY
    return _State.READY if reply and _CANNOT_CONNECT_NOW not in reply else _State.BUSY


def _ensure(home: Home, *, durable: bool) -> str:
    home.make()
    with home.locked():
        _attach(home)
        if _state(home) is not _State.READY:
            home.prepare()
            _start(home, durable=durable)
        return home.url()


def _start(home: Home, *, durable: bool) -> None:
    """Have a server that is ready; one that is starting or dying is waited for."""
    deadline = time.monotonic() + _PATIENCE
    child: subprocess.Popen[bytes] | None = None
    said = 0
    while (state := _state(home)) is not _State.READY:
        if time.monotonic() > deadline:
            raise _failure(home, said)
        if state is _State.ABSENT and (child is None or child.returncode is not None):
            if child and not _NOT_ALONE.search(_log(home, said)):
                raise _failure(home, said)
            child, said = _spawn(home, durable=durable)
        time.sleep(_PAUSE)


def _spawn(home: Home, *, durable: bool) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server as our child, in a session of its own: Ctrl-C here doesn't reach it.

    Returns:
        The child, which a thread waits for lest it stay as a zombie, and how long the log was.
    """
    settings = {**_SETTINGS, "unix_socket_directories": f'"{home.sockets}"'}
    settings |= {} if durable else _NOT_DURABLE
    log = home.open("log", os.O_WRONLY | os.O_APPEND)
    try:
        if os.fstat(log).st_size > _LARGEST_LOG:
            os.ftruncate(log, 0)
        said = os.fstat(log).st_size
        child = subprocess.Popen(  # noqa: S603 - our own program, our own arguments
            [
                program("postgres"),
                "-D",
                str(home.cluster),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **home.child(),
        )
    finally:
        os.close(log)
    threading.Thread(target=child.wait, name="embedded-postgres", daemon=True).start()
    return child, said


def _log(home: Home, since: int) -> bytes:
    return (home.folder / "log").read_bytes()[since:]


def _failure(home: Home, since: int) -> EmbeddedPostgresError:
    words = _log(home, since).decode(errors="replace").strip().splitlines()[-5:]
    pid = home.process()
    return EmbeddedPostgresError(
        f"The embedded PostgreSQL in {home.folder} doesn't start: {' '.join(words) or 'no answer'}",
        fix=f"Its log is {home.folder / 'log'}."
        + (f" Process {pid} may have to be ended first: kill -INT {pid}" if pid else ""),
    )


_shares: dict[Path, tuple[Home, int]] = {}


def _attach(home: Home) -> None:
    """Hold a share in the server until this process ends, however it ends."""
    if home.folder not in _shares:
        if not _shares:
            atexit.register(_detach)
        handle = home.open("attached")
        fcntl.flock(handle, fcntl.LOCK_SH)
        _shares[home.folder] = (home, handle)


def _detach() -> None:
    """End the servers in which nobody else holds a share."""
    for home, handle in _shares.values():
        with suppress(OSError), home.locked():
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _end(home)


def _stop(home: Home) -> bool:
    if not home.folder.exists():
        return False
    home.make()
    with home.locked():
        return _end(home)


def _end(home: Home) -> bool:
    """End the server: politely, and if that takes too long, as after a crash."""
    ended = False
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        pid = home.process()
        if pid is None:
            return ended
        ended = True
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        deadline = time.monotonic() + _STOP_PATIENCE
        while home.process() == pid and time.monotonic() < deadline:
            time.sleep(_PAUSE)
    return ended
