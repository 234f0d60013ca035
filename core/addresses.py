"""E-mail addresses: what can be one."""

import re
from typing import Final

_MOST: Final = 254
"""RFC 5321."""
_PART: Final = r"[^\s@<>()\[\],;:\\\"|.]+"
_LIKE_ONE: Final = re.compile(rf"{_PART}(?:\.{_PART})*@{_PART}(?:\.{_PART})+")


def is_email(text: str) -> bool:
    """Whether a text is one e-mail address, without a name beside it."""
    return len(text) <= _MOST and text.isprintable() and _LIKE_ONE.fullmatch(text) is not None
