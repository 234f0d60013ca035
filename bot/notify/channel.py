"""What delivery needs of a channel, and what a message looks like before a channel takes it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.render.blocks import Message
from bot.render.enclosed import Attachment, LargeFile, Picture
from core.errors import ForbiddenError, UnavailableError
from core.outbox.model import Deferred, Delivery, Outcome, Parked, failure

type Keep = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Keeps notes with a delivery, for a further try."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a delivery says in Slack, rendered; a file where its verb is one.

    An image block of the message shows one of `pictures` by its name, as
    `bot.render.blocks.shown` makes it; the channel uploads it and puts Slack's id in its place.
    """

    message: Message
    file: Attachment | LargeFile | None = None
    pictures: tuple[Picture, ...] = ()


type Write[T] = Callable[[Delivery], Awaitable[T]]
"""Renders what a delivery says."""

_LONGEST: Final = 300


def unwritten(delivery: Delivery, error: Exception) -> Deferred | Parked:
    """What follows where a message couldn't be rendered; nothing was sent by this try.

    What is only away now, the database say, is waited for; anything else would be so each time,
    and what may not be told isn't before somebody may.
    """
    if isinstance(error, UnavailableError):
        return failure(delivery, str(error), answered=delivery.unanswered_since is None)
    if isinstance(error, ForbiddenError):
        return Parked(f"may not be told: {error.message}")
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return Parked(f"can't be written: {said[:_LONGEST]}")


class Channel(Protocol):
    """A way to the outside: Slack, say. A further one needs nothing but this."""

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Try once; what became of it, failures included.

        Where `delivery.unanswered_since` is set, an earlier try may have succeeded: look for it
        first, if that can be done.
        """
        ...
