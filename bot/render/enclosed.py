"""What goes with a message beside its words: pictures that it shows, files that come with it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a message.

    name: what the message calls it: letters, digits, hyphens.
    alt: the same figures in words, in at most 2000 characters.
    png: None where it couldn't be drawn; its words stand in its place.
    """

    name: str
    alt: str
    png: bytes | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with what is told; the end of its name says of which type."""

    name: str
    title: str
    content: bytes


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file that is never whole in memory; for Slack alone, a mail has no room for it.

    size: in bytes. parts: gives it from the beginning, as often as it is needed.
    comment: what is said with it.
    """

    name: str
    title: str
    size: int
    parts: Callable[[], AsyncIterator[bytes]]
    comment: str = ""
