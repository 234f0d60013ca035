"""Files that a command writes: there when they are whole, else not at all."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from core.errors import ConflictError, UnavailableError

STANDARD_OUTPUT: Final = Path("-")


class FileTakenError(ConflictError):
    """There is such a file already."""


class FileError(UnavailableError):
    """The file can't be written."""


class _Takes(Protocol):
    def write(self, part: memoryview, /) -> int: ...


class NewFile:
    """A file in the making."""

    def __init__(self, path: Path, file: _Takes) -> None:
        self._path = path
        self._file = file

    def write(self, part: bytes) -> None:
        """Write some more.

        Raises:
            FileError: it can't be written.
        """
        rest = memoryview(part)
        with _told(self._path):
            while rest:
                rest = rest[self._file.write(rest) :]


@contextmanager
def written(path: Path, *, force: bool = False) -> Iterator[NewFile]:
    """Write a file beside the one that is wanted, which it becomes at the end.

    Args:
        path: what it will be; `-` is standard output.
        force: write over what is there.

    Raises:
        FileTakenError: it is there, and isn't to be written over.
        FileError: it can't be written.
    """
    if path == STANDARD_OUTPUT:
        yield NewFile(path, sys.stdout.buffer)
        with _told(path):
            sys.stdout.buffer.flush()
    elif path.exists() and not path.is_file():
        with _straight(path) as file:  # a pipe or a device can't be replaced
            yield file
    elif path.exists() and not force:
        raise FileTakenError(f"{path} is there already.", fix="Give --force to write over it.")
    else:
        with _beside(path.resolve()) as file:
            yield file


@contextmanager
def _straight(path: Path) -> Iterator[NewFile]:
    with _told(path):
        file = path.open("wb", buffering=0)
    with file:
        yield NewFile(path, file)


@contextmanager
def _beside(path: Path) -> Iterator[NewFile]:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with _told(path):
        file = beside.open("xb")
    try:
        with file:
            yield NewFile(path, file)
            with _told(path):
                file.flush()
                os.fsync(file.fileno())
        with _told(path):
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # whoever reads it has enough, as `head`: no error to tell, the command just ends
    except OSError as error:
        name = "Standard output" if path == STANDARD_OUTPUT else str(path)
        raise FileError(
            f"{name} can't be written: {error.strerror or error}.",
            fix="Name a file in a folder that is there, with room and the right to write.",
        ) from error
