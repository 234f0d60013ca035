"""A picture in words, for those who don't see it."""

from collections.abc import Iterable
from typing import Final

_MOST: Final = 2000


def alt(title: str, figures: Iterable[str], *, most: int = _MOST) -> str:
    """The figures in words, as many as Slack takes, or as fit beside other pictures."""
    text = title[: most // 2]
    left = list(figures)
    while left:
        more = f" … and {len(left):,} more."
        if len(text) + len(left[0]) + 1 + len(more) > most:
            return text + more
        text += f" {left.pop(0)}"
    return text
