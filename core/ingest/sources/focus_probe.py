"""Whether a folder of billing files can be read: finding it, listing it, reading a file of it."""

from collections.abc import Iterator

from core.findings import Finding, failure, ok
from core.ingest.config import FocusSource
from core.ingest.errors import SourceError
from core.ingest.sources import focus_places
from core.ingest.sources.focus_files import File
from core.ingest.sources.focus_places import Place, explained
from core.sizes import size

_LIST = {"s3": "s3:ListBucket", "gs": "storage.objects.list", "abfs": "list blobs"}
_READ = {"s3": "s3:GetObject", "gs": "storage.objects.get", "abfs": "read blobs"}


def access(config: FocusSource) -> Iterator[Finding]:
    """Whether the place is there, may be listed, and its files may be read."""
    part, scheme = f"source {config.name}", config.url.partition("://")[0]
    list_, read = _LIST.get(scheme, "list"), _READ.get(scheme, "read")
    try:
        place = focus_places.find(config)
        files = place.files()
    except SourceError as error:
        yield failure(part, list_, error.message, error.fix or "")
        return
    held = f"{len(files):,} file{'' if len(files) == 1 else 's'}"
    yield ok(part, list_, f"may list {config.url}: {held}, {size(sum(f.size for f in files))}")
    if files:
        yield _read(part, read, place, max(files, key=lambda file: (file.size > 0, file.changed)))


def _read(part: str, check: str, place: Place, file: File) -> Finding:
    try:
        with explained(place.source), place.system.open_input_file(file.path) as stream:
            stream.read(1)
    except SourceError as error:
        return failure(part, check, error.message, error.fix or "")
    return ok(part, check, f"may read its files, as {place.name(file)}")
