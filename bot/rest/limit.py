"""How much work a token may cause: so much at once, and so much a second."""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from cachetools import LRUCache

from core.errors import CostTrackerError

AT_ONCE: Final = 600
A_SECOND: Final = 60.0
_KEPT: Final = 10_000


class TooManyRequestsError(CostTrackerError):
    """Too many requests with this token."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, ceil(wait.total_seconds()))
        super().__init__(fix=f"Try again in {self.seconds} s.")


class Limit:
    """A bucket for each token, full at first, that refills steadily; of this process alone."""

    def __init__(self, at_once: int = AT_ONCE, a_second: float = A_SECOND) -> None:
        """Let so many requests be made at once, and refill so many a second."""
        self._one = timedelta(seconds=1 / a_second)
        self._full = at_once * self._one
        self._full_at: LRUCache[str, datetime] = LRUCache(_KEPT)

    def spend(self, jti: str, now: datetime) -> None:
        """Take what one request costs.

        Raises:
            TooManyRequestsError: there isn't so much left; says when there will be.
        """
        # A bucket is known by the instant when it will be full again; that is never further away
        # than an empty one's, even if the clock was set back.
        known = self._full_at.get(jti, now)
        full_at = min(max(known, now), now + self._full) + self._one
        if full_at - now > self._full:
            raise TooManyRequestsError(full_at - now - self._full)
        self._full_at[jti] = full_at
