"""Starting the demo, and ending it.

Only the main thread starts processes, and only it is interrupted: what it has started by then is
all there is to end.
"""

import os
import signal
import sys
import time
from collections.abc import Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from subprocess import Popen
from typing import Final

from rich.console import Console

from sandbox.bigquery import Warehouse
from sandbox.demo import budgets, syncing, welcome
from sandbox.demo.home import Home, Ports, program
from sandbox.demo.parts import Part, commands, of_the_product, parts, processes, stop
from sandbox.demo.sample import Made, SampleFiles
from sandbox.demo.token import token

POSTED: Final = "posted"
"""The file in the demo's folder that says that its reports are posted, and late rows added."""


@dataclass(slots=True)
class Steps:
    """Says on the terminal what is done, and how long it took."""

    out: Console
    began: float = field(default_factory=time.monotonic)

    def done(self, what: str, detail: str = "") -> None:
        """Print one line."""
        seconds = time.monotonic() - self.began
        self.out.print(f"  [green]✓[/] {what:<12}{detail:<52}[dim]{seconds:5.1f} s[/]")

    @contextmanager
    def under_way(self, what: str) -> Generator[None]:
        """Show, on a terminal, what takes a while."""
        with self.out.status(f"{what}", spinner_style="dim"):
            yield


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
        out.print("  Ended. What is made stays for the next start.")
        raise
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)


def _start(home: Home, before: frozenset[str], steps: Steps) -> Running:
    old = home.ports()
    ports = home.choose_ports(running=before)
    if ports != old:  # the product was told where the others were
        stop(home, of_the_product(home))
    home.write_sources()
    environment = home.environment(ports)
    bigquery, valkey, slack, mail, product, scheduler = parts(home, ports)
    telling = None if slack.process.pid() else _begin(home, environment, "manifest")
    making = _making(home)
    for part in (bigquery, product, valkey, mail):
        _have(part, environment)
    if telling is not None:
        home.manifest.write_text(commands(home)["manifest"].ended(telling))
        _have(slack, environment)
    _load(home, making, bigquery, steps)
    for part in (valkey, mail, slack, product):
        _ready(part, steps)
    made = token(home)
    with steps.under_way("The product reads the sample …"):
        new = syncing.read(home, product.address, made)
    if new:
        steps.done("sync", "the product has read the sample")
    _have(scheduler, environment)  # what it does comes later: nobody waits for it
    welcome.settle(product.address, made)
    budgets.make(product.address, made)
    welcome.greet(slack.address)
    _post_reports(home)
    return Running(ports, made, time.monotonic() - steps.began)


def _making(home: Home) -> Future[Made] | None:
    """Begin to make the sample, if what is loaded doesn't reach up to yesterday."""
    sample = SampleFiles(home.folder)
    return None if sample.is_current() else sample.making()


def _load(home: Home, making: Future[Made] | None, bigquery: Part, steps: Steps) -> None:
    """Put the sample into BigQuery when both are there."""
    if making is None:
        return _ready(bigquery, steps)
    warehouse = Warehouse(bigquery.address)
    _ready(bigquery, steps)
    with steps.under_way("Eighteen months of charges are made and loaded …"):
        made = making.result()
        rows = SampleFiles(home.folder).load(made, warehouse)
    return steps.done("sample", f"{rows:,} rows up to {made.through:%-d %B %Y}")


def _post_reports(home: Home) -> None:
    """Have reports posted in the background, unless they have been."""
    process = commands(home)["posts"]
    if process.pid() is None and not (home.folder / POSTED).exists():
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
    commands(home)["sync"].ended(_begin(home, environment, "sync", on_terminal=out.is_terminal))
    SampleFiles(home.folder).mark_synced()


def _begin(
    home: Home, environment: Mapping[str, str], name: str, *words: str, on_terminal: bool = False
) -> Popen[bytes]:
    """Begin a command of the product; one that who was ended in between has left gives way."""
    process = commands(home)[name]
    process.stop()
    command = (program("cost-tracker"), name, *words)
    return process.start(command, environment, on_terminal=on_terminal)
