"""The families of errors. Each noun's own errors derive from one of them.

An error's docstring is its default message. Surfaces map the family to their reply in
one place (`bot/slack/desk.py`, `bot/rest/problems.py`, `bot/cli/console.py`), so a new
error needs a class here or in its noun, and nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Self


class CostTrackerError(Exception):
    """Something went wrong."""

    def __init__(
        self, message: str | None = None, *, fix: str | None = None, suggestions: Sequence[str] = ()
    ) -> None:
        """Keep what to say.

        Args:
            message: one sentence that quotes the input; the class's docstring if not given.
            fix: one sentence that shows what to do.
            suggestions: the nearest things that would have worked, best first.
        """
        self.message = message or (type(self).__doc__ or "").strip()
        self.fix = fix
        self.suggestions = tuple(suggestions)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.fix}" if self.fix else self.message

    def suggesting(self, say: Callable[[str], str]) -> Self:
        """Return the same with each suggestion put as a part of something longer."""
        longer = [say(each) for each in self.suggestions]
        return type(self)(self.message, fix=self.fix, suggestions=longer)

    def within(self, whole: str, part: str) -> Self:
        """Return the same about all that was said, of which a part was read.

        Where that part isn't in one place, nothing is suggested.
        """
        before, found, after = f" {whole} ".partition(f" {part} ")
        one_place = part and found and f" {part} " not in f" {after}"
        longer = [f"{before} {each} {after}".strip() for each in self.suggestions if one_place]
        return type(self)(self.message, fix=self.fix, suggestions=longer)


class InvalidError(CostTrackerError):
    """The input can't be read."""


class NotFoundError(CostTrackerError):
    """There is no such thing."""


class ForbiddenError(CostTrackerError):
    """That is not yours to see or do."""


class ConflictError(CostTrackerError):
    """That clashes with what is already there."""


class UnavailableError(CostTrackerError):
    """Something outside that is needed can't be reached."""


class ConfigurationError(CostTrackerError):
    """A setting is missing or wrong."""
