"""Pages of lists: an opaque cursor names the last item given."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Protocol

from bot.rest.models import Paged
from bot.rest.operations import number
from core.errors import InvalidError


class CursorError(InvalidError):
    """A cursor is taken from `next` of the page before, as it is."""


class Numbered(Protocol):
    """What is listed by its number."""

    @property
    def id(self) -> int:
        """It rises."""
        ...


def page[T](
    items: Sequence[T], key: Callable[[T], str], asked: Paged
) -> tuple[Sequence[T], str | None]:
    """Of a list that is in memory anyway, what is asked for, and the cursor of what comes after.

    Args:
        items: all of them, in the order of their keys.
        key: tells them apart.
        asked: how many, after which.
    """
    rest = items
    if asked.cursor:
        after = decode(asked.cursor)
        rest = [item for item in items if key(item) > after]
    shown = rest[: asked.limit]
    return shown, encode(key(shown[-1])) if len(rest) > asked.limit else None


def by_number(item: Numbered) -> str:
    """The key of what is listed by its number, the first first."""
    return f"{item.id:018}"


def before(asked: Paged) -> int | None:
    """The number after which a page of a list, newest first, goes on.

    Raises:
        CursorError: the cursor is none that was given out.
    """
    if not asked.cursor:
        return None
    found = number(decode(asked.cursor))
    if found is None:
        raise CursorError(f"{asked.cursor[:80]!r} is no cursor of this list.")
    return found


def following(found: Sequence[Numbered], asked: Paged) -> str | None:
    """The cursor of what comes after a page; one more than it holds is found if there is any."""
    return encode(str(found[asked.limit - 1].id)) if len(found) > asked.limit else None


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
