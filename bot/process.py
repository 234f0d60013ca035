"""What a process that answers people sets of its interpreter."""

import gc
import sys
from typing import Final

_YOUNGEST: Final = 50_000
"""Objects made before the collector looks at the youngest."""
_TURN: Final = 0.001
"""Seconds: work in threads (a sync reads files there) hands the loop its turn so soon."""


def settle() -> None:
    """Have the loop wait for nobody: call it once everything is imported and started.

    The garbage collector passes over what stays as long as the process. Looking at all of it
    takes 0.1 s in which nobody is answered; and an answer of thousands of lines makes enough
    objects to set that off, none of them garbage.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNGEST)
    sys.setswitchinterval(_TURN)
