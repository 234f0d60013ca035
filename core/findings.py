"""What was found of some part of an installation, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a part is: a warning works, or will for a while; a failure doesn't."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `fix` says what to do where it isn't ok.

    `check`: what of the part was looked at, '' where that is all of it.
    """

    part: str
    check: str
    state: State
    words: str
    fix: str = ""


def ok(part: str, check: str, words: str) -> Finding:
    """It is as it should be."""
    return Finding(part, check, State.OK, words)


def warning(part: str, check: str, words: str, fix: str) -> Finding:
    """It works, but somebody should look."""
    return Finding(part, check, State.WARNING, words, fix)


def failure(part: str, check: str, words: str, fix: str) -> Finding:
    """It doesn't work."""
    return Finding(part, check, State.FAILURE, words, fix)
