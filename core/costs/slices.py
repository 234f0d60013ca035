"""What sources hand over: slices, each replaced as one, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from core.costs.left_out import LeftOut
from core.costs.resources import Kept


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """What a source says a slice adds up to, asked of it apart from the rows."""

    billing_period: date
    charge_category: str
    source_type: str
    currency: str
    billed: Decimal
    effective: Decimal
    lines: int


@dataclass(frozen=True, slots=True)
class Slice:
    """What a source replaces as one, and the state in which it was read.

    `key`: the source's own name of it (an ingestion day, a billing period). `fingerprint`
    changes whenever its content may have. `read_at`: the instant of the source's data that
    was read (UTC); an older reading never replaces a newer one.
    """

    source: str
    key: str
    fingerprint: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source as it is kept: its name in `sources.toml`, and where its charges come from.

    `kind`: bigquery or focus. `provider`: gcp, aws or azure. `location`: a table or an
    address, for people. `resources`: whether its resources are kept.
    """

    name: str
    kind: str
    provider: str
    location: str
    resources: Kept = Kept.NONE


@dataclass(frozen=True, slots=True)
class StoredSlice:
    """A slice as it is stored: what the next sync compares the source's listing with."""

    key: str
    fingerprint: str
    read_at: datetime
    matches_export: bool
    behind: bool = False
    archived: bool = False
    last_day: date | None = None
    resources_since: date | None = None

    def lacks_resources(self, since: date) -> bool:
        """Whether it has days from one on, and nothing of their resources."""
        return self.resources_since is None and self.last_day is not None and self.last_day >= since


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source showed after a sync: each slice it listed, key to fingerprint.

    `whole`: it listed all it has, so a stored slice that isn't there has vanished.
    `unfinished`: why the newest state of some can't be read yet, by key.
    """

    fingerprints: Mapping[str, str]
    whole: bool
    unfinished: Mapping[str, str] = field(default_factory=dict)


class Replaced(StrEnum):
    """What became of a slice that was handed in."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Replacement:
    """The outcome of replacing a slice: facts added and removed, restatements recorded.

    `left_out`: the lines that its charges now leave out, or couldn't be mapped.
    """

    outcome: Replaced
    added: int = 0
    removed: int = 0
    restated: int = 0
    left_out: tuple[LeftOut, ...] = ()
