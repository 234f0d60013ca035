"""Exports that are asked for, and what can become of them."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError

MESSAGE: Final = "export"
"""The kind of the messages that bring them, or say why not."""
JOB: Final = "export"
"""The kind of the jobs that make them; their period is the export's id."""
MOST_BYTES: Final = 10**9
"""Slack takes files of up to 1 GB (https://slack.com/help/articles/201330736)."""
MOST_WAITING: Final = 3
"""Of one person at a time."""


class TooManyExportsError(ConflictError):
    """There are enough exports of yours under way."""


class ExportTooLargeError(InvalidError):
    """Slack takes no file of that size."""


class ExportGoneError(NotFoundError):
    """The file isn't kept any more."""


class ExportRightsError(ForbiddenError):
    """What you may see isn't what it was when the file was made."""


class ExportState(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants.

    key: the same for the same wish, however often it comes in.
    workspace, person: with whose rights it is made.
    question: in its canonical words, read as of the day `asked_on`.
    form: `csv`, `xlsx` or `json`.
    channel, thread: where in Slack the file goes; `thread` is the ts of a message.
    about: how many rows it will have, about.
    guest: `person` was one of Slack's when they asked, and counts as one.
    """

    key: str
    workspace: str
    person: str
    question: str
    asked_on: date
    form: str
    channel: str
    thread: str | None
    about: int
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """A request, and what became of it.

    attempt: whose parts are the file's. name: the file's. size: in bytes. projects: of which its
    rows can be; none: of any. reason: why it failed.
    """

    id: int
    request: Request
    state: ExportState
    asked_at: datetime
    attempt: int = 0
    name: str = ""
    rows: int = 0
    size: int = 0
    projects: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A file whose parts are kept: by which attempt, what it is called, how much is in it.

    `projects`: of which its rows can be; none: of any.
    """

    attempt: int
    name: str
    rows: int
    size: int
    projects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A file that is kept; its parts can be had as often as they are needed."""

    name: str
    size: int
    parts: Callable[[], AsyncIterator[bytes]]
