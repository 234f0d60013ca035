"""Numbers of bytes."""

from typing import Final

_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")
_STEP: Final = 1000


def size(count: float) -> str:
    """A number of bytes as people read it: `1.2 GB`."""
    unit = 0
    while count >= _STEP and unit < len(_UNITS) - 1:
        count, unit = count / _STEP, unit + 1
    return f"{count:.{1 if unit else 0}f} {_UNITS[unit]}"
