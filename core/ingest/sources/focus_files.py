"""A billing file, opened: Parquet, CSV or gzipped CSV, told by its first bytes.

Read by batches of columns, so that what is held doesn't grow with the file. CSV comes as text;
what its values mean is for the mapping to say.
"""

import csv
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from pyarrow import fs

from core.ingest.errors import (
    BadFileError,
    BadLineError,
    DelimiterError,
    MissingColumnError,
    NotABillingFileError,
    TruncatedFileError,
)
from core.ingest.sources.focus_columns import TAGS, Column

NULLS: Final = ("", "NULL", "null", "Null")

_BLOCK: Final = 2 << 20
_ROWS: Final = 1 << 15
_TAGS: Final = tuple(name.lower() for name in TAGS.focus)
_EXPORT_FOCUS: Final = "Export FOCUS 1.0 or later with all of its columns."
_PARQUET: Final = b"PAR1"
_GZIP: Final = b"\x1f\x8b"
# A footer takes some kilobytes a row group; one of so many says that the length is garbage.
_FOOTER: Final = 64 << 20
# By these words Arrow's OSErrors of a file's content are told from those of its store.
_DAMAGE: Final = ("parquet", "corrupt", "thrift", "snappy", "zstd", "lz4", "unexpected end")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a source: where it is, and what changes when its content does."""

    path: str
    size: int
    changed: int
    """When it was last written, in nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Where:
    """A file as people are told of it."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.source}: {self.name}"


class Batches(Protocol):
    """An open file's rows."""

    where: Where
    columns: dict[str, str]
    """Its own names of columns, by their names in lower case."""

    def read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of some columns, in order."""
        ...

    def place(self, row: int) -> str:
        """Where a row is, counted from 0, in words for people."""
        ...


@contextmanager
def opened(system: fs.FileSystem, file: File, where: Where) -> Generator[Batches]:
    """Open a file.

    Raises:
        BadFileError: one of its kinds, with the file's name.
    """
    with system.open_input_file(file.path) as handle:
        start = handle.read(4)
        handle.seek(0)
        if start == _PARQUET:
            yield _Parquet(handle, where)
        else:
            yield _Csv(system, file, where, zipped=start[:2] == _GZIP)


def wanted(file: Batches, columns: Sequence[Column]) -> dict[str, str]:
    """The file's own name of each column that it has, by ours.

    Raises:
        MissingColumnError: it lacks a required one.
    """
    found = {column.name: column.found(file.columns) for column in columns}
    for column in columns:
        if column.required and found[column.name] is None:
            raise MissingColumnError(
                f"{file.where}: there is no column {' or '.join(column.focus)}.",
                fix=_EXPORT_FOCUS,
            )
    return {name: own for name, own in found.items() if own is not None}


class _Parquet:
    def __init__(self, handle: pa.NativeFile, where: Where) -> None:
        self.where = where
        with self._told():
            _refuse_endless_footers(handle)
            self._file = pq.ParquetFile(handle, buffer_size=1 << 20)
        self.columns = _by_lower_case(self._file.schema_arrow.names, where)

    def read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of some columns, in order."""
        for name in names:
            self._refuse_structures(name, self._file.schema_arrow.field(name).type)
        with self._told():
            yield from self._file.iter_batches(_ROWS, columns=list(names))

    def place(self, row: int) -> str:
        """Where a row is, counted from 0."""
        return f"row {row + 1}"

    def _refuse_structures(self, name: str, kind: pa.DataType) -> None:
        tags = pa.types.is_map(kind) and pa.types.is_string(kind.item_type)
        if pa.types.is_nested(kind) and not (tags and name.lower() in _TAGS):
            raise BadFileError(
                f"{self.where}: {name} holds {kind}, which can't be read.", fix=_EXPORT_FOCUS
            )

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            said = str(error).lower()
            # Arrow raises OSError for damaged pages, and for a store that doesn't answer.
            if isinstance(error, OSError) and not any(word in said for word in _DAMAGE):
                raise
            raise TruncatedFileError(
                f"{self.where}: this Parquet file is cut short or damaged ({_first_line(error)}).",
                fix="Have it exported or copied again.",
            ) from error


class _Csv:
    def __init__(self, system: fs.FileSystem, file: File, where: Where, *, zipped: bool) -> None:
        self.where = where
        self._system, self._file, self._zipped = system, file, zipped
        self._names = self._header()
        self.columns = _by_lower_case(self._names, where)

    def read(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of some columns, in order."""
        convert = pa_csv.ConvertOptions(
            include_columns=list(names),
            column_types=dict.fromkeys(names, pa.string()),
            null_values=list(NULLS),
            strings_can_be_null=True,
        )
        parse = pa_csv.ParseOptions(newlines_in_values=True)
        # Names as read by us: without a byte order mark, and without spaces around them.
        read = pa_csv.ReadOptions(
            # By one thread: more of them read ahead, and hold what they have read.
            use_threads=False,
            block_size=_BLOCK,
            column_names=self._names,
            skip_rows=1,
        )
        with self._stream() as stream, self._told():
            yield from pa_csv.open_csv(stream, read, parse, convert)

    def place(self, row: int) -> str:
        """The line on which a row ends, counted from 0 after the header."""
        csv.field_size_limit(_BLOCK)
        with self._stream() as stream:
            reader = csv.reader(TextIOWrapper(stream, "utf-8", "replace", newline=""))
            filled = (line for line in reader if line)
            for _ in zip(range(row + 2), filled, strict=False):
                pass
            return f"line {reader.line_num}"

    def _header(self) -> list[str]:
        with self._stream() as stream:
            start = self._start(stream)
        if not start:
            raise NotABillingFileError(f"{self.where}: the file is empty.")
        # Only the header has to be read here: whatever follows is told of with its line.
        text = start.decode("utf-8-sig", "replace")
        lines = [] if "\0" in text else text.splitlines(keepends=True)
        names = [name.strip() for name in next(csv.reader(lines), [""])]
        if "\0" in text or any("\N{REPLACEMENT CHARACTER}" in name for name in names):
            raise NotABillingFileError(
                f"{self.where}: this is neither Parquet nor CSV in UTF-8.",
                fix="Name a folder that holds nothing but FOCUS exports.",
            )
        self._refuse_other_delimiters(names)
        return names

    def _start(self, stream: pa.NativeFile) -> bytes:
        with self._told():
            return bytes(stream.read(1 << 16))

    def _refuse_other_delimiters(self, names: Sequence[str]) -> None:
        for delimiter, said in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
            if len(names) <= names[0].count(delimiter):
                raise DelimiterError(
                    f"{self.where}: its columns are separated by {said}, not by commas.",
                    fix="Export it as CSV with commas, or as Parquet.",
                )

    @contextmanager
    def _stream(self) -> Generator[pa.NativeFile]:
        compression = "gzip" if self._zipped else None
        with self._system.open_input_stream(self._file.path, compression=compression) as stream:
            yield stream

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except pa.ArrowInvalid as error:
            raise self._bad_line(error) from error
        except OSError as error:
            if not self._zipped or not ("Truncated" in str(error) or "zlib" in str(error)):
                raise
            raise TruncatedFileError(
                f"{self.where}: this gzip file is cut short or damaged ({_first_line(error)}).",
                fix="Have it exported or copied again.",
            ) from error

    def _bad_line(self, error: pa.ArrowInvalid) -> BadFileError:
        """The same with the line: Arrow's readers don't tell which it is."""
        for line, problem in self._problems():
            return BadLineError(
                f"{self.where}, line {line}: {problem}.", fix="Have it exported or copied again."
            )
        return BadFileError(f"{self.where}: {_first_line(error)}.")

    def _problems(self) -> Iterator[tuple[int, str]]:
        csv.field_size_limit(_BLOCK)
        began = 1
        with self._stream() as stream:
            reader = csv.reader(_lines(stream), strict=True)
            try:
                for fields in reader:
                    if fields and len(fields) != len(self._names):
                        count = f"{len(fields)} columns, where the header has {len(self._names)}"
                        yield reader.line_num, count
                    if any("\udc80" <= max(field, default="") <= "\udcff" for field in fields):
                        yield reader.line_num, "not text in UTF-8"
                    if sum(map(len, fields)) > _BLOCK:
                        yield began, _ENDLESS
                    began = reader.line_num + 1
            except csv.Error as problem:
                yield began, _ENDLESS if "limit" in str(problem) else str(problem)


_ENDLESS: Final = f"a row of more than {_BLOCK >> 20} MB (is a quote never closed?)"


def _lines(stream: pa.NativeFile) -> Iterator[str]:
    """The lines of a file; what has no end of line is not read to its end.

    Raises:
        csv.Error: a line is longer than any row may be.
    """
    lines = TextIOWrapper(stream, "utf-8", "surrogateescape", newline="")
    while line := lines.readline(_BLOCK):
        if len(line) == _BLOCK:
            raise csv.Error("limit")
        yield line


def _refuse_endless_footers(handle: pa.NativeFile) -> None:
    """Arrow takes as much memory as a Parquet file says its footer has.

    Raises:
        pa.ArrowInvalid: it says more than a footer can have.
    """
    handle.seek(max(handle.size() - 8, 0))
    end = bytes(handle.read(8))
    length = int.from_bytes(end[:4], "little")
    if end[4:] == _PARQUET and length > _FOOTER:
        raise pa.ArrowInvalid(f"its footer would have {length:,} bytes")
    handle.seek(0)


def _by_lower_case(names: Sequence[str], where: Where) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        if found.setdefault(name.lower(), name) != name or list(names).count(name) > 1:
            raise BadFileError(f"{where}: there are two columns {name}.")
    return found


def _first_line(error: Any) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")[:200]
