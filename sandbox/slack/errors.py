"""Refusals, in Slack's words."""

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """Slack answers ok: false with this error."""

    def __init__(self, error: str, problems: Sequence[str] = (), **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.problems = tuple(problems)
        self.more = more

    def wire(self) -> dict[str, Any]:
        """The answer of a Web API method."""
        told: dict[str, Any] = {"ok": False, "error": self.error, **self.more}
        if self.problems:
            told["errors"] = list(self.problems)
            told["response_metadata"] = {"messages": [f"[ERROR] {text}" for text in self.problems]}
        return told
