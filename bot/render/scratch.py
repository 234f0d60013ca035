"""Folders for a while: gone when they are done with, or when whoever made them was killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PREFIX: Final = "cost-tracker-scratch-"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and the open file that says that somebody is at it.

    A process that is to write in it, and may outlive this one, is handed `held`.
    """

    path: Path
    held: int


@contextmanager
def folder() -> Iterator[Folder]:
    """A folder that nobody else has; what killed processes have left is removed first."""
    clear()
    made = _made()
    try:
        yield made
    finally:
        shutil.rmtree(made.path, ignore_errors=True)
        os.close(made.held)


def clear() -> None:
    """Remove the folders that nobody is at: a lock ends with the last process that holds it."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another's, or another removes it
            handle = _opened(path)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path)
            finally:
                os.close(handle)


def _made() -> Folder:
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):  # removed by another before it was held
            handle = _opened(path)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if path.exists():
                return Folder(path, handle)
            os.close(handle)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
