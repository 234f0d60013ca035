"""Starting the demo, and ending it."""

import signal
import subprocess
import time
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console

from sandbox.bigquery import Warehouse
from sandbox.demo.home import Home, Ports, program
from sandbox.demo.parts import Part, parts, processes, stop
from sandbox.demo.sample import SampleFiles
from sandbox.processes import Process, SandboxError, answers

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
        return stop(home, processes(home))


@contextmanager
def _cleared_up(home: Home, before: frozenset[str], out: Console) -> Generator[None]:
    """End what was started in the block if it fails or is interrupted."""
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except BaseException:
        ignored = signal.signal(signal.SIGINT, signal.SIG_IGN)
        out.print("  Ending what was started …")
        stop(home, [one for one in processes(home) if one.name not in before])
        signal.signal(signal.SIGINT, ignored)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _start(home: Home, before: frozenset[str], steps: Steps) -> Running:
    old = home.ports()
    ports = home.choose_ports(running=before)
    if ports != old:  # the product was told where the others were
        stop(home, [Process(name, home.folder) for name in ("product", "scheduler")])
    home.write_sources()
    environment = home.environment(ports)
    bigquery, valkey, slack, product, scheduler = parts(home, ports)
    for part in (bigquery, valkey, slack, product):
        _have(part, environment)
    pool = ThreadPoolExecutor(2)
    try:
        loaded = pool.submit(_load, home, bigquery, steps)
        for part in (valkey, slack, product):
            part.process.wait(part.ready)
            steps.done(part.name, part.address)
        token = pool.submit(_token, home, product, environment)
        loaded.result()
        if not SampleFiles(home.folder).is_synced():
            sync(home, environment, steps.out)
            steps.done("sync", "the product has read the sample")
        _have(scheduler, environment)
        return Running(ports, token.result(), time.monotonic() - steps.began)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _have(part: Part, environment: Mapping[str, str]) -> None:
    """Start a part unless it runs."""
    if part.process.pid() is None:
        part.process.start(part.command, {**environment, **part.settings})


def _load(home: Home, bigquery: Part, steps: Steps) -> None:
    sample = SampleFiles(home.folder)
    making = None if sample.is_current() else sample.making()
    bigquery.process.wait(bigquery.ready)
    steps.done(bigquery.name, bigquery.address)
    if making is None:
        return
    made = making.result()
    rows = sample.load(made, Warehouse(bigquery.address))
    steps.done("sample", f"{rows:,} rows up to {made.through:%-d %B %Y}")


def sync(home: Home, environment: Mapping[str, str], out: Console) -> None:
    """Have the product read what is new in the sample; its progress shows on the terminal.

    Raises:
        SandboxError: it fails, with the end of its log.
    """
    log = home.folder / "logs" / "sync.log"
    with log.open("wb") as file:
        done = subprocess.run(  # noqa: S603 - our own program
            [program("cost-tracker"), "sync"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=None if out.is_terminal else file,
            check=False,
        )
    if done.returncode:
        raise SandboxError(f"The sync failed.\n{Process('sync', home.folder).said()}")
    SampleFiles(home.folder).mark_synced()


def _token(home: Home, product: Part, environment: Mapping[str, str]) -> str:
    """Return a token of the REST API: the one of the last start, if it still holds."""
    file = home.folder / "token"
    if file.exists():
        token = file.read_text().strip()
        if answers(f"{product.address}/v1/projects", {"Authorization": f"Bearer {token}"}):
            return token
    issued = subprocess.run(  # noqa: S603 - our own program
        [program("cost-tracker"), "token", "issue", "--sub=demo", "--role=admin", f"--ttl={_TTL}"],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if issued.returncode:
        raise SandboxError(f"No token of the REST API could be issued.\n{issued.stderr.strip()}")
    token = issued.stdout.strip()
    home.write_secret(file.name, token)
    return token
