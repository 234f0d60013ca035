"""Failures on demand, and the rate that Slack keeps to."""

import asyncio
from dataclasses import dataclass
from typing import Final

from sandbox.slack.errors import SlackError

RATE: Final = 1.0
SILENT: Final = "silent"


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of a method ('*': any; 'response_url' is one too).

    `kind` is rate_limit, error (HTTP 500), slow (by `seconds`), silent (it is done, and the answer
    doesn't come within `seconds`), or the name of a Slack error.
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
        fault = self._next(method, silent=False)
        if fault is not None:
            await self._happen(fault)

    async def swallow(self, method: str) -> None:
        """Keep the answer of what has been done back, where that was asked for."""
        fault = self._next(method, silent=True)
        if fault is not None:
            await asyncio.sleep(fault.seconds)
            raise BrokenError

    def _next(self, method: str, *, silent: bool) -> Fault | None:
        for fault in self.planned:
            meant = fault.method in (method, "*") and (fault.kind == SILENT) is silent
            if fault.times > 0 and meant:
                fault.times -= 1
                return fault
        return None

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
