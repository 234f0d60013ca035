"""Where the demo keeps what it makes: a folder, its ports, its secrets, the product's settings."""

import fcntl
import json
import os
import secrets
import shutil
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from sandbox.bigquery import PATH
from sandbox.demo.closed import Place, place
from sandbox.processes import SandboxError, free_port
from sandbox.sample.company import LABEL_KEYS
from sandbox.slack.people import PEOPLE

_NAMES: Final = """
    DATABASE_URL REDIS_URL DATA_DIR HTTP_HOST HTTP_PORT PUBLIC_URL SLACK_BOT_TOKEN
    SLACK_SIGNING_SECRET SLACK_APP_TOKEN SLACK_API_URL SLACK_COMMAND SLACK_ADMINS
    SLACK_DEFAULT_ROLE OPS_CHANNEL JWT_SECRETS JWT_ISSUER JWT_AUDIENCE JWT_JWKS_URL
    KEEP_CHARGES_MONTHS KEEP_DAYS_MONTHS
    REPORT_TIMEZONE DEFAULT_CURRENCY SMTP_URL MAIL_FROM SYNC_AT SYNC_EVERY SOURCES_FILE
    BIGQUERY_API_ENDPOINT LOG_LEVEL LOG_FORMAT OTEL_EXPORTER_OTLP_ENDPOINT
    GOOGLE_APPLICATION_CREDENTIALS
"""
SETTINGS: Final = frozenset(_NAMES.split())
"""What the product reads from the environment: the demo never runs on somebody's real ones."""

_OPEN_TO_THE_USER: Final = ("REPORT_TIMEZONE", "LOG_LEVEL", "LOG_FORMAT")
_PREFERRED: Final = {
    "product": 8080,
    "slack": 8081,
    "mail": 8082,
    "scheduler": 8083,
    "mail_smtp": 8025,
    "bigquery": 9050,
    "bigquery_grpc": 9060,
    "valkey": 6390,
}
_MB: Final = 1_000_000
_NEEDED, _NEEDED_AGAIN = 400, 100
"""MB: at first, and once it is filled."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The port of each part."""

    product: int
    slack: int
    mail: int
    scheduler: int
    mail_smtp: int
    bigquery: int
    bigquery_grpc: int
    valkey: int


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made once for one demo, readable by its owner only."""

    jwt: str = field(default_factory=lambda: f"demo:{secrets.token_urlsafe(48)}")
    signing: str = field(default_factory=lambda: secrets.token_hex(16))
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(12)}")


@dataclass(frozen=True)
class Home:
    """The folder of one demo."""

    folder: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return the demo's home: `demo` in `DATA_DIR`."""
        return cls(Path(environment.get("DATA_DIR") or ".data").resolve() / "demo")

    @cached_property
    def product(self) -> Place:
        """Where the product keeps its database."""
        self._make()
        return place(self.folder)

    @property
    def manifest(self) -> Path:
        """The manifest of the product's Slack app."""
        return self.folder / "manifest.json"

    @cached_property
    def secrets(self) -> Secrets:
        """The secrets, made when they are first asked for."""
        file = self.folder / "secrets.json"
        if not file.exists():
            self.write_secret(file.name, json.dumps(asdict(Secrets())))
        return Secrets(**json.loads(file.read_text()))

    def write_secret(self, name: str, text: str) -> Path:
        """Write a file that its owner alone may read."""
        file = self.folder / name
        new = file.with_name(f"{name}.new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(text)
        return new.rename(file)

    @contextmanager
    def locked(self) -> Generator[None]:
        """One command at a time starts or ends things here."""
        self._make()
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @property
    def has_data(self) -> bool:
        """Whether a start has filled it."""
        return (self.folder / "synced").exists()

    def check_room(self) -> None:
        """See that its disk has room; PostgreSQL without any says odd things.

        Raises:
            SandboxError: there isn't enough.
        """
        self._make()
        free = shutil.disk_usage(self.folder).free // _MB
        needed = _NEEDED_AGAIN if self.has_data else _NEEDED
        if free < needed:
            raise SandboxError(
                f"The demo needs {needed} MB in {self.folder}; {free} MB are free. "
                "Make room, or set DATA_DIR to a folder on another disk."
            )

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SandboxError(
                f"The demo can't write to {self.folder}: {error.strerror}. "
                "Set DATA_DIR to a folder that you may write to."
            ) from error

    def ports(self) -> Ports | None:
        """Return the ports in use since the last start."""
        file = self.folder / "ports.json"
        if not file.exists():
            return None
        kept = json.loads(file.read_text())
        return Ports(**{name: kept.get(name, port) for name, port in _PREFERRED.items()})

    def choose_ports(self, *, running: frozenset[str]) -> Ports:
        """Choose free ports: those of the last start, else the preferred, else the next.

        Args:
            running: parts that run already and keep theirs.
        """
        before = self.ports()
        chosen = asdict(before) if before else dict(_PREFERRED)
        for name, port in chosen.items():
            if name.partition("_")[0] not in running:
                chosen[name] = free_port(port, [chosen[one] for one in chosen if one != name])
        (self.folder / "ports.json").write_text(json.dumps(chosen))
        return Ports(**chosen)

    def write_sources(self) -> Path:
        """Write the `sources.toml` of the demo."""
        labels = ", ".join(f'"{key}"' for key in LABEL_KEYS)
        file = self.folder / "sources.toml"
        file.write_text(
            "# Written by `make demo`.\n"
            "[[source]]\n"
            'name = "gcp"\n'
            'kind = "bigquery"\n'
            f'table = "{PATH}"\n'
            f"labels = [{labels}]\n"
            "resources = true\n"
        )
        return file

    def environment(self, ports: Ports) -> dict[str, str]:
        """Return the product's environment: ours, and nothing that it reads of the user's."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in SETTINGS or name in _OPEN_TO_THE_USER
        }
        path = [str(self.product.programs)] if self.product.programs else []
        path += [kept["PYTHONPATH"]] if kept.get("PYTHONPATH") else []
        if path:
            kept["PYTHONPATH"] = os.pathsep.join(path)
        return kept | {
            "PYTHONUNBUFFERED": "1",
            "DATA_DIR": str(self.product.data),
            "HTTP_PORT": str(ports.product),
            "PUBLIC_URL": f"http://127.0.0.1:{ports.product}",
            "REDIS_URL": f"redis://127.0.0.1:{ports.valkey}/0",
            "SLACK_API_URL": f"http://127.0.0.1:{ports.slack}/api/",
            "SLACK_BOT_TOKEN": self.secrets.bot_token,
            "SLACK_SIGNING_SECRET": self.secrets.signing,
            "SLACK_ADMINS": ",".join(one.id for one in PEOPLE if one.role == "admin"),
            "OPS_CHANNEL": "C0PLATFORM",
            "SMTP_URL": f"smtp://127.0.0.1:{ports.mail_smtp}",
            "MAIL_FROM": "Cloud Cost <cost@northwind.example>",
            "JWT_SECRETS": self.secrets.jwt,
            "SOURCES_FILE": str(self.folder / "sources.toml"),
            "BIGQUERY_API_ENDPOINT": f"http://127.0.0.1:{ports.bigquery}",
        }


def program(name: str) -> str:
    """Return the path of a program of our virtual environment."""
    return str(Path(sys.executable).with_name(name))
