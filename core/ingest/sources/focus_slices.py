"""How exports lay their files out, and which files make a slice: a billing period, `2026-11`.

AWS Data Exports: `…/data/BILLING_PERIOD=2026-11/…` under a manifest that names the files,
`…/metadata/BILLING_PERIOD=2026-11/…-Manifest.json`, written last and anew at every refresh.
https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html

Azure exports: `…/20261101-20261130/<run>/` with the parts of a month-to-date snapshot and, last,
a `manifest.json` that names them. Each run is a snapshot of all, so the latest that is complete
is the month. https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-improved-exports

Anything else is a plain folder: files whose path names a month, else files by the billing
periods of their rows.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from core.ingest.errors import BadFileError, SeveralExportsError
from core.ingest.sources.focus_files import File
from core.ingest.sources.focus_places import Place

SETTLED: Final = timedelta(hours=1)
"""Files written after their manifest are still being replaced, unless this long ago."""

_DATA: Final = re.compile(r"\.(?:parquet|csv|csv\.gz|gz)$", re.IGNORECASE)
_AWS_PERIOD: Final = re.compile(r"/billing_period=(\d{4}-\d{2})/", re.IGNORECASE)
_AWS_MANIFEST: Final = re.compile(r"(.*?)/?metadata/.*Manifest\.json$", re.DOTALL)
_RUN: Final = re.compile(r"/(\d{4})(\d{2})\d{2}-\d{8}/(?:([0-9a-fA-F-]{36})/)?[^/]+$")
_MONTHS: Final = (
    re.compile(r"(?:^|/)(?:\w+=)?(20\d{2})-?(0[1-9]|1[0-2])/"),
    re.compile(r"(?:^|/)(?:year=)?(20\d{2})/(?:month=)?(0[1-9]|1[0-2])/", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A slice: its files, and the manifest that names them.

    `mixed`: its files hold rows of other billing periods too.
    """

    key: str
    files: tuple[File, ...]
    manifest: File | None = None
    mixed: bool = False

    @property
    def period(self) -> date:
        """Its billing period."""
        return date.fromisoformat(f"{self.key}-01")

    @property
    def held(self) -> tuple[File, ...]:
        """All that must not change while it is read."""
        return (*self.files, *([self.manifest] if self.manifest else ()))


@dataclass(frozen=True, slots=True)
class Layout:
    """The slices that can be read, by key, and why others can't be yet."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    unfinished: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What a manifest says. `export`: whose it is; `written`: orders those of a month."""

    file: File
    key: str
    export: str
    written: tuple[str, int]
    files: tuple[tuple[str, int | None], ...]
    """Paths, and sizes as far as they are told."""


def lay_out(
    place: Place, files: Sequence[File], periods: Callable[[File], Iterable[date]], now: datetime
) -> Layout:
    """See which layout a folder has, and which files make which slice.

    Args:
        place: the folder.
        files: all that it holds.
        periods: reads which billing periods a file has rows of.
        now: the present instant.

    Raises:
        SeveralExportsError: of several exports.
        BadFileError: a manifest can't be read.
    """
    manifests = [*_aws(place, files), *_azure(place, files)]
    data = [file for file in files if _is_data(place, file)]
    if not manifests and not any(_is_run(file) for file in data):
        return _plain(place, data, periods)
    _refuse_several(place, manifests)
    return _Manifests(place, data, now).layout(manifests)


class _Manifests:
    """Slices of an export whose manifests name their files."""

    def __init__(self, place: Place, data: Sequence[File], now: datetime) -> None:
        self._place = place
        self._now = now
        self._data = {file.path: file for file in data if file.size}

    def layout(self, manifests: Sequence[_Manifest]) -> Layout:
        by_key = defaultdict[str, list[_Manifest]](list)
        for manifest in manifests:
            by_key[manifest.key].append(manifest)
        parts: dict[str, Part] = {}
        unfinished = self._unnamed(manifests)
        for key, runs in sorted(by_key.items()):
            for manifest in sorted(runs, key=lambda run: run.written, reverse=True):
                if why := self._wrong(manifest):
                    unfinished.setdefault(key, why)
                    continue
                parts[key] = Part(key, self._files(manifest), manifest.file)
                break
        return Layout(parts, unfinished)

    def _files(self, manifest: _Manifest) -> tuple[File, ...]:
        return tuple(self._data[path] for path, _ in manifest.files)

    def _wrong(self, manifest: _Manifest) -> str | None:
        """Why what a manifest names can't be read yet."""
        said = self._place.name(manifest.file)
        for path, size in manifest.files:
            file = self._data.get(path)
            if file is None:
                return f"{said} names {path.rpartition('/')[2]}, which isn't there"
            if size is not None:
                if size != file.size:
                    return f"{self._place.name(file)} has {file.size} bytes; {said} says {size}"
                continue
            written = datetime.fromtimestamp(file.changed / 1e9, UTC)
            if file.changed > manifest.file.changed and written > self._now - SETTLED:
                return f"{self._place.name(file)} was written after {said}"
        return None

    def _unnamed(self, manifests: Sequence[_Manifest]) -> dict[str, str]:
        """Files newer than every manifest of their month that none of them names."""
        named = {path for manifest in manifests for path, _ in manifest.files}
        newest = defaultdict[str, int](int)
        for manifest in manifests:
            newest[manifest.key] = max(newest[manifest.key], manifest.file.changed)
        found = {}
        for path, file in self._data.items():
            key = _month_of(path)
            if key and path not in named and file.changed > newest[key]:
                found[key] = f"no manifest names {self._place.name(file)} yet"
        return found


def _month_of(path: str) -> str | None:
    if match := _AWS_PERIOD.search(path):
        return match[1]
    match = _RUN.search(path)
    return f"{match[1]}-{match[2]}" if match else None


def _is_data(place: Place, file: File) -> bool:
    """Whether a name is that of a billing file; one file named alone is."""
    name = file.path.rpartition("/")[2]
    named = _DATA.search(name) is not None and not name.startswith((".", "_"))
    return named or file.path == place.root


def _is_run(file: File) -> bool:
    match = _RUN.search(file.path)
    return match is not None and match[3] is not None


def _aws(place: Place, files: Iterable[File]) -> Iterator[_Manifest]:
    for file in files:
        match = _AWS_MANIFEST.match(file.path)
        period = _AWS_PERIOD.search(file.path)
        if match is None or period is None:
            continue
        told = _json(place, file)
        names = told.get("dataFiles", told.get("reportKeys"))
        if not isinstance(names, list):
            raise BadFileError(f"{place.source.name}: {place.name(file)} names no dataFiles.")
        export = match[1]
        yield _Manifest(
            file=file,
            key=period[1],
            export=export,
            written=("", file.changed),
            files=tuple((_below(export, str(name)), None) for name in names),
        )


def _below(export: str, name: str) -> str:
    """Where a file that an AWS manifest names lies here: exports are copied, buckets renamed."""
    _, found, rest = name.rpartition("/data/")
    return f"{export}/data/{rest}" if found else f"{export}/{name.rpartition('/')[2]}"


def _azure(place: Place, files: Iterable[File]) -> Iterator[_Manifest]:
    for file in files:
        folder, _, name = file.path.rpartition("/")
        if name.lower() != "manifest.json":
            continue
        told = _json(place, file)
        run, config = told.get("runInfo"), told.get("exportConfig") or {}
        if not isinstance(run, dict) or not isinstance(told.get("blobs"), list):
            raise BadFileError(f"{place.source.name}: {place.name(file)} is no export's manifest.")
        if str(config.get("type", "FocusCost")) != "FocusCost":
            continue  # an actual or amortized cost export beside it
        yield _Manifest(
            file=file,
            key=str(run.get("startDate", ""))[:7],
            export=str(config.get("exportName", "")),
            written=(str(run.get("submittedTime", "")), file.changed),
            files=tuple(
                (f"{folder}/{str(blob.get('blobName', '')).rpartition('/')[2]}", _size(blob))
                for blob in told["blobs"]
            ),
        )


def _size(blob: Mapping[str, Any]) -> int | None:
    size = blob.get("byteCount")
    return int(size) if size is not None else None


def _json(place: Place, file: File) -> Mapping[str, Any]:
    try:
        told = json.loads(place.text(file).decode("utf-8-sig"))
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadFileError(
            f"{place.source.name}: {place.name(file)} is no manifest in JSON.",
            fix="If it is being written just now, sync again.",
        )
    return told


def _refuse_several(place: Place, manifests: Iterable[_Manifest]) -> None:
    exports = sorted({manifest.export for manifest in manifests})
    if len(exports) > 1:
        names = [place.name(File(name, 0, 0)) for name in exports]
        raise SeveralExportsError(
            f"{place.source.url} holds several exports: {', '.join(names)}.",
            fix="Name the folder of one in 'url', and list a source for each that is wanted.",
        )


def _plain(place: Place, data: Sequence[File], periods: Callable[[File], Iterable[date]]) -> Layout:
    months = {file: _named_month(place.name(file)) for file in data}
    mixed = None in months.values()  # then rows tell of all of them: none is read twice
    held = defaultdict[str, list[File]](list)
    empty: dict[str | None, str] = {}
    for file, month in months.items():
        if not file.size:
            empty[None if mixed else month] = f"{place.name(file)} is empty"
            continue
        named = [] if mixed or month is None else [month]
        for key in [f"{period:%Y-%m}" for period in periods(file)] if mixed else named:
            held[key].append(file)
    # What an empty file will hold is of its month; where none is told, it may be of any.
    unfinished = {key: empty.get(key, empty.get(None)) for key in {*held, *filter(None, empty)}}
    return Layout(
        {
            key: Part(key, tuple(held[key]), mixed=mixed)
            for key in sorted(held)
            if not unfinished[key]
        },
        {key: why for key, why in sorted(unfinished.items()) if why},
    )


def _named_month(name: str) -> str | None:
    matches = (pattern.search(name) for pattern in _MONTHS)
    return next((f"{match[1]}-{match[2]}" for match in matches if match), None)
