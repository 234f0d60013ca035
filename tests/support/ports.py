"""Ports for servers that are told theirs before they listen."""

import os
import random
import socket
from contextlib import suppress
from itertools import count
from typing import Final

# Below those that systems give to whoever asks for any (Linux: from 32,768; macOS: from 49,152),
# so that nobody else is given one between its choice and its use; each worker of the tests has its
# own. `make demo` tries those below.
_FIRST: Final = 22_500
_WORKERS: Final = 8
_NUMBER: Final = 10_000 // _WORKERS
_WORKER: Final = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
_TURNS: Final = count(random.SystemRandom().randrange(_NUMBER))


def free_port() -> int:
    """A port of this machine that nobody uses, another at each call.

    Raises:
        RuntimeError: there is none.
    """
    for _ in range(_NUMBER):
        port = _FIRST + _WORKER * _NUMBER + next(_TURNS) % _NUMBER
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("No port is free.")
