"""What a process takes on, and what one that answers people sets of its interpreter."""

import gc
import sys
from enum import StrEnum
from typing import Final

_COLLECTED: Final = (2_000, 5, 1_000)
"""Objects made before the collector looks at the youngest; how often it does before it looks at
those that stayed, and how often that before it looks at all. Nobody is answered meanwhile, up
to 2 us an object: 4 ms, at most 24 ms, and rarely what the caches hold.
"""
_TURN: Final = 0.001
"""Seconds: work in threads (a sync reads files there) hands the loop its turn so soon."""


class RunRole(StrEnum):
    """A part of the product that a process can take on; all of them by default."""

    BOT = "bot"
    API = "api"
    SCHEDULER = "scheduler"
    WORKER = "worker"


def settle() -> None:
    """Have the loop wait for nobody: call it once everything is imported and started.

    The garbage collector passes over what stays as long as the process: looking at that takes
    0.2 s. As it comes out of the box, every few answers of thousands of lines make it look at
    everything, and none of it is garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED)
    sys.setswitchinterval(_TURN)
