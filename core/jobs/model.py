"""Jobs, and what can become of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class JobState(StrEnum):
    """Where a job stands; a running one whose lease has expired is anybody's to take over."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


STOPPED: Final = "stopped"
"""The error of a job that was given up because its process ended in order."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work for one period: `sync` for `2026-11-22`, say.

    `attempts` counts the claims; with `worker` it fences off a worker that lost its lease.
    `result`: what it came to, as JSON, if it said so.
    """

    id: int
    kind: str
    period: str
    state: JobState
    worker: str
    attempts: int
    started_at: datetime
    ended_at: datetime | None = None
    error: str | None = None
    result: object = None
