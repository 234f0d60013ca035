"""Starting the demo, and ending it.

Only the main thread starts processes, and only it is interrupted: what it has started by then is
all there is to end.
"""

import os
import signal
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from subprocess import Popen
from typing import Final

from rich.console import Console

from sandbox.bigquery import Warehouse
from sandbox.demo import budgets, welcome
from sandbox.demo.home import Home, Ports, program
from sandbox.demo.parts import Part, commands, parts, processes, stop
from sandbox.demo.sample import SampleFiles
from sandbox.processes import answers

_TTL: Final = "90d"


@dataclass(slots=True)
class Steps:
    """Says on the terminal what is done, and how long it took."""

    out: Console
    began: float = field(default_factory=time.monotonic)

    def done(self, what: str, detail: str = "") -> None:
        """Print one line."""
        seconds = time.monotonic() - self.began
        self.out.print(f"  [green]✓[/] {what:<12}{detail:<52}[dim]{seconds:5.1f} s[/]")


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that runs."""

    ports: Ports
    token: str
    seconds: float


def start(home: Home, out: Console) -> Running:
    """Start what isn't running, bring the sample up to yesterday, sync it; return where it is.

    Raises:
        SandboxError: something doesn't start; what this call started has been ended again.
    """
    with home.locked():
        before = frozenset(one.name for one in processes(home) if one.pid())
        with _cleared_up(home, before, out):
            return _start(home, before, Steps(out))


def stop_all(home: Home) -> list[str]:
    """End everything; return the names of what ran."""
    if home.ports() is None:
        return []
    with home.locked():
        return stop(home, (*processes(home), *commands(home).values()))


@contextmanager
def _cleared_up(home: Home, before: frozenset[str], out: Console) -> Generator[None]:
    """End what was started in the block if it fails or is interrupted."""
    ending = False

    def interrupt(_number: int, _frame: object) -> None:
        nonlocal ending
        if not ending:  # once is enough: what follows must not be interrupted
            ending = True
            raise KeyboardInterrupt

    stops = (signal.SIGINT, signal.SIGTERM)
    previous = {one: signal.signal(one, interrupt) for one in stops}
    try:
        yield
    except BaseException:
        ending = True
        out.print("  Ending what was started …")
        started = [one for one in processes(home) if one.name not in before]
        stop(home, [*started, *commands(home).values()])
        raise
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)


def _start(home: Home, before: frozenset[str], steps: Steps) -> Running:
    old = home.ports()
    ports = home.choose_ports(running=before)
    if ports != old:  # the product was told where the others were
        stop(home, [one for one in processes(home) if one.name == "product"])
    home.write_sources()
    environment = home.environment(ports)
    bigquery, valkey, slack, mail, product = parts(home, ports)
    for part in (bigquery, valkey, mail):
        _have(part, environment)
    telling = None if slack.process.pid() else _begin(home, environment, "manifest")
    _sample(home, bigquery, steps)
    syncing = _begin_sync(home, environment, steps.out)
    if telling is not None:
        home.manifest.write_text(commands(home)["manifest"].ended(telling))
        _have(slack, environment)
    for part in (valkey, slack, mail):
        _ready(part, steps)
    _have(product, environment)
    _ready(product, steps)
    token = _token(home, product, environment)
    if syncing is not None:
        _synced(home, syncing)
        steps.done("sync", "the product has read the sample")
    welcome.settle(product.address, token)
    budgets.make(product.address, token)
    welcome.greet(slack.address)
    _post_reports(home, product.address, token)
    return Running(ports, token, time.monotonic() - steps.began)


def _sample(home: Home, bigquery: Part, steps: Steps) -> None:
    """Make the sample while BigQuery starts, and put it there."""
    sample = SampleFiles(home.folder)
    making = None if sample.is_current() else sample.making()
    _ready(bigquery, steps)
    if making is not None:
        made = making.result()
        rows = sample.load(made, Warehouse(bigquery.address))
        steps.done("sample", f"{rows:,} rows up to {made.through:%-d %B %Y}")


def _post_reports(home: Home, product: str, token: str) -> None:
    """Have reports posted in the background, where nothing is scheduled yet."""
    headers = {"Authorization": f"Bearer {token}"}
    process = commands(home)["posts"]
    if process.pid() or welcome.call("GET", f"{product}/v1/schedules", headers)["items"]:
        return
    process.start((sys.executable, "-m", "sandbox.demo.posts"), os.environ)


def set_role(home: Home, environment: Mapping[str, str], *who: str) -> None:
    """Give somebody a role.

    Raises:
        SandboxError: it fails, with the end of its log.
    """
    commands(home)["members"].ended(_begin(home, environment, "members", "set", *who))


def _have(part: Part, environment: Mapping[str, str]) -> None:
    """Start a part unless it runs."""
    if part.process.pid() is None:
        part.process.start(part.command, environment)


def _ready(part: Part, steps: Steps) -> None:
    part.process.wait(part.ready)
    steps.done(part.name, part.address)


def sync(home: Home, environment: Mapping[str, str], out: Console) -> None:
    """Have the product read what is new in the sample; its progress shows on the terminal.

    Raises:
        SandboxError: it fails, with the end of its log.
    """
    syncing = _begin_sync(home, environment, out)
    if syncing is not None:
        _synced(home, syncing)


def _begin_sync(home: Home, environment: Mapping[str, str], out: Console) -> Popen[bytes] | None:
    """Begin to read what is new in the sample, if something is."""
    if SampleFiles(home.folder).is_synced():
        return None
    return _begin(home, environment, "sync", on_terminal=out.is_terminal)


def _synced(home: Home, syncing: Popen[bytes]) -> None:
    commands(home)["sync"].ended(syncing)
    SampleFiles(home.folder).mark_synced()


def _token(home: Home, product: Part, environment: Mapping[str, str]) -> str:
    """Return a token of the REST API: the one of the last start, if it still holds."""
    file = home.folder / "token"
    if file.exists():
        token = file.read_text().strip()
        if answers(f"{product.address}/v1/projects", {"Authorization": f"Bearer {token}"}):
            return token
    asked = ("token", "issue", "--sub=demo", "--role=admin", f"--ttl={_TTL}")
    issued = commands(home)["token"].ended(_begin(home, environment, *asked))
    token = issued.strip().splitlines()[-1]
    home.write_secret(file.name, token)
    return token


def _begin(
    home: Home, environment: Mapping[str, str], name: str, *words: str, on_terminal: bool = False
) -> Popen[bytes]:
    """Begin a command of the product."""
    command = (program("cost-tracker"), name, *words)
    return commands(home)[name].start(command, environment, on_terminal=on_terminal)
