"""The bodies of syncs."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from bot.rest.data_models import LeftOut
from bot.rest.models import Closed, Text, example


class SyncReport(BaseModel):
    """What the sync of one source came to; `duration` in seconds, `scan` in bytes.

    Kept as it was told then: later versions tell more.
    """

    source: str
    seen: int
    changed: int
    written: int
    unchanged: int
    stale: int
    rows: int
    scan: int
    restated: int
    pruned: int
    unfinished: list[str] = []
    left_out: list[LeftOut] = []
    mismatched: list[str]
    matches: bool
    duration: float
    error: str | None


class Sync(Closed):
    """A sync: scheduled for an instant, or asked for at one."""

    id: int
    period: str
    state: Literal["running", "done", "failed"]
    started_at: datetime
    ended_at: datetime | None
    error: str | None
    reports: list[SyncReport]


class SyncList(Closed):
    """Syncs, a page of them."""

    items: list[Sync]
    next: str | None


class NewSync(Closed):
    """What to sync: one source or, by default, all; `full` looks at every slice."""

    model_config = example(source="gcp")

    source: Text | None = None
    full: bool = False
    since: date | None = None
