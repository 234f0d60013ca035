"""FOCUS files in a folder or an object store, by pyarrow.

Everything blocks, so it works in threads. What is held is a batch of a file and the charges of
one slice, added up by day; each file of a slice is read twice, apart, for its charges and for
its control totals.
"""

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from typing import Final

import pyarrow as pa
from cachetools import LRUCache

from core.clock import Clock
from core.costs.resources import Kept, Resources, read_since
from core.costs.slices import Slice, SourceInfo
from core.ingest.config import FocusSource
from core.ingest.errors import BadFileError, EmptyFolderError, SourceError, UnfinishedExportError
from core.ingest.model import Left, Reading, Seen
from core.ingest.sources import focus_columns as mapping
from core.ingest.sources import focus_places, focus_rows, focus_slices, focus_sums
from core.ingest.sources.focus_columns import PROVIDER
from core.ingest.sources.focus_files import Batches, File, Where, opened, wanted
from core.ingest.sources.focus_places import explained
from core.ingest.sources.focus_resources import ByResource
from core.ingest.sources.focus_rows import Wanted
from core.ingest.sources.focus_slices import Layout, Part
from core.ingest.sources.focus_totals import Totals
from core.period import add_months

# Which billing periods a file of a plain folder holds: asked twice a sync, and of every file.
_PERIODS: Final[LRUCache[tuple[str, File], frozenset[date]]] = LRUCache(10_000)


class _StoppedError(SourceError):
    """Reading was given up."""


@asynccontextmanager
async def open_focus(config: FocusSource, clock: Clock) -> AsyncGenerator["FocusFiles"]:
    """Find the files, and tell whose charges they hold.

    Args:
        config: where they are, and how to read them.
        clock: tells when they were looked at.

    Raises:
        SourceError: one of its kinds (`core.ingest.errors`), with what to do.
    """
    source = await asyncio.to_thread(FocusFiles, config, clock)
    try:
        yield source
    finally:
        source.close()


class FocusFiles:
    """A `core.ingest.model.Source`: slices are billing periods, keyed as `2026-11`."""

    what = "FOCUS files"
    zone = mapping.ZONE

    def __init__(self, config: FocusSource, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._stopped = threading.Event()
        self._place = focus_places.find(config)
        self._layout = self._look()
        provider = config.provider or self._told_provider()
        kept = Kept.of(has=self._names_resources(), wanted=config.resources)
        self.info = SourceInfo(config.name, config.kind, provider, config.location, kept)

    def close(self) -> None:
        """Have threads stop that still read."""
        self._stopped.set()

    def window(self, newest: str) -> date | None:  # noqa: ARG002  # all is listed at once
        """From which day on to look: all is listed at once, and old bills change too."""
        return None

    def outdated(self, fingerprint: str) -> bool:
        """Whether a slice was stored under other labels or an older mapping."""
        return not fingerprint.endswith(f".{self._mapping}")

    async def look(self, since: date | None) -> Seen:
        """List the billing periods, from a day on or all of them.

        Raises:
            SourceError: one of its kinds.
        """
        at = self._clock().astimezone(UTC)
        self._layout = await asyncio.to_thread(self._look)
        first = f"{since:%Y-%m}" if since else ""
        parts = {key: part for key, part in self._layout.parts.items() if key >= first}
        newest = parts[max(parts)].held if parts else ()
        return Seen(
            fingerprints={key: self._fingerprint(part) for key, part in parts.items()},
            lines={},
            at=at,
            through=max((_written(file) for file in newest), default=None),
            whole=since is None,
            unfinished={k: why for k, why in self._layout.unfinished.items() if k >= first},
        )

    async def estimate(self, seen: Seen, keys: Sequence[str]) -> int:  # noqa: ARG002  # as listed
        """How many bytes the files of these slices have."""
        return sum(file.size for key in keys for file in self._layout.parts[key].files)

    async def read(self, seen: Seen, keys: Sequence[str]) -> AsyncGenerator[Reading | Left]:
        """Hand over slices as they were when seen, in the order of their keys.

        One that can't be read is left, with the reason; the others are handed over.
        """
        for key in sorted(keys):
            part = self._layout.parts[key]
            item = Slice(self.info.name, key, seen.fingerprints[key], seen.at)
            try:
                yield await asyncio.to_thread(self._read, part, item)
            except _StoppedError:
                raise
            except SourceError as error:
                moved = not await asyncio.to_thread(self._place.unchanged, part.held)
                if not moved and not isinstance(error, BadFileError):
                    raise
                yield Left(key, _MOVED if moved else str(error), bad=not moved)

    def _look(self) -> Layout:
        layout = focus_slices.lay_out(
            self._place, self._place.files(), self._periods, self._clock().astimezone(UTC)
        )
        if not layout.parts and not layout.unfinished:
            raise EmptyFolderError(
                f"{self._config.url} holds no billing files.",
                fix="A first export usually arrives within a day; FOCUS files end in .parquet, "
                ".csv or .csv.gz.",
            )
        return layout

    def _told_provider(self) -> str:
        """Whose charges the newest file holds: a cloud's, or else whose name is there."""
        for _, part in sorted(self._layout.parts.items(), reverse=True):
            for file in part.files:
                found = ""
                for name in self._provider_names(file):
                    found = found or mapping.slug(name)
                    if known := mapping.provider(name):
                        return known
                if found:
                    return found
        why = "; ".join(f"{key}: {said}" for key, said in self._layout.unfinished.items())
        raise UnfinishedExportError(
            f"{self._config.name}: there is nothing whole in {self._config.url} yet"
            f"{f' ({why})' if why else ''}.",
            fix="It is tried again at the next sync.",
        )

    def _names_resources(self) -> bool:
        """Whether the newest file does; without having looked, where nobody asks for them."""
        parts = [part for _, part in sorted(self._layout.parts.items())]
        files = [file for part in parts for file in part.files] if self._config.resources else []
        if not files:
            return True
        with self._opened(files[-1]) as batches:
            return mapping.RESOURCES[0].found(batches.columns) is not None

    def _provider_names(self, file: File) -> Iterator[str]:
        with self._opened(file) as batches:
            names = wanted(batches, [PROVIDER])
            for batch in batches.read(list(names.values())):
                yield from filter(None, map(mapping.text, batch.column(0).unique().to_pylist()))

    @property
    def _mapping(self) -> str:
        """What a slice's rows depend on beside its lines."""
        kept = [mapping.MAPPING_VERSION, self._config.labels, self._config.provider]
        return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:8]

    def _fingerprint(self, part: Part) -> str:
        told = [(self._place.name(file), file.size, file.changed) for file in part.files]
        return f"{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]}.{self._mapping}"

    @contextmanager
    def _opened(self, file: File) -> Iterator[Batches]:
        where = Where(self._config.name, self._place.name(file))
        with explained(self._config), opened(self._place.system, file, where) as batches:
            yield batches

    def _periods(self, file: File) -> frozenset[date]:
        """The billing periods of a file's rows, as its one column tells."""
        key = (self._config.url, file)
        if key not in _PERIODS:
            with self._opened(file) as batches:
                _PERIODS[key] = focus_rows.periods(batches)
        return _PERIODS[key]

    def _read(self, part: Part, item: Slice) -> Reading:
        wants = Wanted(
            provider=self.info.provider,
            chosen=self._config.provider is not None,
            labels=self._config.labels,
            period=part.period if part.mixed else None,
            resources=self._tells_resources(part, item),
        )
        by_resource = ByResource(self._resources_since(item)) if wants.resources else None
        lines = self._batches(part, wants, by_resource)
        rows = focus_sums.as_text(focus_sums.added_up(lines))
        pa.default_memory_pool().release_unused()
        totals = Totals(wants)
        for file in part.files:
            with self._opened(file) as batches:
                for _ in totals.add(batches):
                    self._go_on()
        if not self._place.unchanged(part.held):
            raise UnfinishedExportError(_MOVED)
        resources = by_resource.told() if by_resource else self._no_resources()
        pa.default_memory_pool().release_unused()
        return Reading(item, rows, totals.told(), {}, totals.left_out(), resources)

    def _no_resources(self) -> Resources | None:
        """What is told of a slice without young days."""
        return Resources((), date.max) if self.info.resources is Kept.KEPT else None

    def _tells_resources(self, part: Part, item: Slice) -> bool:
        """Whether a slice may hold days of which resources are kept."""
        end = add_months(part.period, 1)
        return self.info.resources is Kept.KEPT and end > self._resources_since(item)

    def _resources_since(self, item: Slice) -> date:
        return read_since(item.read_at.astimezone(self.zone).date())

    def _batches(
        self, part: Part, wants: Wanted, by_resource: ByResource | None
    ) -> Iterator[pa.Table]:
        for file in part.files:
            with self._opened(file) as batches:
                for batch in focus_rows.charges(batches, wants):
                    self._go_on()
                    if by_resource:
                        by_resource.add(batch)
                    yield batch

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise _StoppedError


_MOVED: Final = "its files changed while they were read"


def _written(file: File) -> datetime:
    return datetime.fromtimestamp(file.changed / 1e9, UTC)
