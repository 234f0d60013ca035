"""Failures on demand, and the rate that Slack keeps to."""

import asyncio
from dataclasses import dataclass
from typing import Final

from sandbox.slack.errors import SlackError

RATE: Final = 1.0


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of a method ('*': any; 'response_url' is one too).

    `kind` is rate_limit, error (HTTP 500), slow (by `seconds`), or the name of a Slack error.
    """

    method: str
    kind: str
    times: int = 1
    seconds: float = 1


class RateLimitedError(Exception):
    """Slack answers 429 with Retry-After."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class BrokenError(Exception):
    """Slack answers 500."""


class Faults:
    """The failures that a test or a person asked for."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self._posted: dict[str, float] = {}

    def clear(self) -> None:
        """Everything works again."""
        self.planned.clear()
        self._posted.clear()

    async def strike(self, method: str) -> None:
        """Fail, or be slow, where that was asked for."""
        for fault in self.planned:
            if fault.times > 0 and fault.method in (method, "*"):
                fault.times -= 1
                await self._happen(fault)
                return

    async def _happen(self, fault: Fault) -> None:
        match fault.kind:
            case "rate_limit":
                raise RateLimitedError(fault.seconds)
            case "error":
                raise BrokenError
            case "slow":
                await asyncio.sleep(fault.seconds)
            case error:
                raise SlackError(error)

    def pace(self, channel: str, now: float) -> None:
        """About one message a second in a channel."""
        if (wait := self._posted.get(channel, 0) + RATE - now) > 0:
            raise RateLimitedError(max(1, round(wait)))
        self._posted[channel] = now
