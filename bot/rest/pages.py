"""Pages of lists that are in memory anyway: an opaque cursor names the last item given."""

import base64
import binascii
from collections.abc import Callable, Sequence

from core.errors import InvalidError


class CursorError(InvalidError):
    """A cursor is taken from `next` of the page before, as it is."""


def page[T](
    items: Sequence[T], key: Callable[[T], str], *, cursor: str | None, limit: int
) -> tuple[Sequence[T], str | None]:
    """The items after the cursor, and the cursor for those after them; items are in key order."""
    after = None if cursor is None else decode(cursor)
    rest = items if after is None else [item for item in items if key(item) > after]
    shown = rest[:limit]
    return shown, encode(key(shown[-1])) if len(rest) > limit else None


def encode(position: str) -> str:
    """Make a position opaque and fit for an address."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """Read a position back.

    Raises:
        CursorError: it isn't one that was given out.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise CursorError(f"{cursor[:80]!r} is no cursor of this list.") from None
