"""What a source shows, hands over and reports; the same for every kind of source."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from core.costs.left_out import LeftOut, in_words
from core.costs.resources import Resources
from core.costs.slices import ControlTotal, Replaced, Slice, SourceInfo

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source lists at one instant.

    `fingerprints`: of each slice, by key. `lines`: how many lines of its own each holds.
    `at`: that instant, by the source's clock (UTC). `through`: the instant of its newest
    export. `whole`: it lists all there is. `unfinished`: why a slice's newest state can't be
    read yet, by key; listed under `fingerprints` too if an older state is whole.
    """

    fingerprints: Mapping[str, str]
    lines: Mapping[str, int]
    at: datetime
    through: datetime | None
    whole: bool
    unfinished: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A slice as it was read: its charges, and what the source says they add up to.

    `charges` are of the schema `core.costs.charges.CHARGES`. `rates`: units of a currency for
    one USD, by billing period and currency. `by_resource`: None where they aren't kept.
    """

    item: Slice
    charges: "pa.Table"
    totals: Sequence[ControlTotal]
    rates: Mapping[tuple[date, str], Decimal]
    left_out: Sequence[LeftOut] = ()
    by_resource: Resources | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A slice that was left as it is stored, and why; `bad`: somebody has to mend its source."""

    key: str
    why: str
    bad: bool


class Source(Protocol):
    """A client of one source, open; each kind has one in `core/ingest/sources/`."""

    info: SourceInfo
    what: str
    """What kind of export it was found to be, for people."""
    zone: ZoneInfo
    """The time zone of its days."""

    def window(self, newest: str) -> date | None:
        """From which day on to look, when the newest slice stored has this key; None: at all."""
        ...

    async def look(self, since: date | None) -> Seen:
        """List its slices, from a day on or all of them."""
        ...

    async def estimate(self, seen: Seen, keys: Sequence[str]) -> int:
        """How many bytes reading these slices would scan; nothing is read."""
        ...

    def read(self, seen: Seen, keys: Sequence[str]) -> AsyncGenerator[Reading | Left]:
        """Hand over slices as they were when seen, in the order of their keys."""
        ...

    def outdated(self, fingerprint: str) -> bool:
        """Whether a slice was stored under other labels or an older mapping."""
        ...


class Progress(Protocol):
    """Told what a sync does as it does it; all calls come from the event loop."""

    def listed(self, source: str, slices: int, changed: int, scan: int) -> None:
        """A source was looked at: slices, those to be read, and the bytes that will scan."""
        ...

    def replaced(self, source: str, key: str, outcome: Replaced, rows: int) -> None:
        """A slice was handed over to storage."""
        ...

    def finished(self, report: "SyncReport") -> None:
        """A source is done, or has failed."""
        ...


class Silent:
    """Progress that nobody watches."""

    def listed(self, source: str, slices: int, changed: int, scan: int) -> None:
        """Say nothing."""

    def replaced(self, source: str, key: str, outcome: Replaced, rows: int) -> None:
        """Say nothing."""

    def finished(self, report: "SyncReport") -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What the sync of one source came to.

    `seen` slices were listed, `changed` of them differed from what is stored; of those,
    `written` were written, `unchanged` held the same rows and `stale` were overtaken by a
    newer reading. `rows`: charges read. `scan`: bytes, as the source estimated. `restated`:
    changes of days published before. `pruned`: slices deleted, gone at the source.
    `unfinished`: slices left alone because they are still being written at the source, with why.
    `left_out`: lines of what was read that were left out, or could not be mapped.
    `mismatched`: slices whose stored rows don't add up to the source's own totals. `matches`:
    whether everything stored of this source does.
    """

    source: str
    seen: int = 0
    changed: int = 0
    written: int = 0
    unchanged: int = 0
    stale: int = 0
    rows: int = 0
    scan: int = 0
    restated: int = 0
    pruned: int = 0
    unfinished: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    mismatched: tuple[str, ...] = ()
    matches: bool = False
    duration: timedelta = timedelta()
    error: str | None = None

    def as_dict(self) -> dict[str, object]:
        """For JSON; `duration` in seconds."""
        return {
            **asdict(self),
            "left_out": [each.as_dict() for each in self.left_out],
            "duration": round(self.duration.total_seconds(), 3),
        }

    def __str__(self) -> str:
        if self.error:
            return f"{self.source}: {self.error}"
        parts = [f"{self.changed} of {_count(self.seen, 'slice')} changed"]
        if self.written:
            parts.append(f"{self.written} written from {_count(self.rows, 'row')}")
        if self.stale:
            parts.append(f"{self.stale} overtaken by a newer reading")
        if self.restated:
            parts.append(f"{_count(self.restated, 'restatement')} of days published before")
        if self.pruned:
            parts.append(f"{_count(self.pruned, 'slice')} pruned")
        if self.unfinished:
            parts.append(f"left alone until whole: {', '.join(self.unfinished)}")
        parts += in_words(self.left_out)
        parts.append(self._proof())
        return f"{self.source}: {', '.join(parts)} ({self.duration.total_seconds():.1f} s)"

    def _proof(self) -> str:
        if self.mismatched:
            return f"MISMATCH with the export in {', '.join(self.mismatched)}"
        return "matches the export" if self.matches else "does NOT match the export"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
