"""Background processes are found again, ended with all they started, and explain themselves."""

import os
import signal
import socket
import sys
import time
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from sandbox.processes import NotReadyError, Process, SandboxError, free_port, listens

SLEEP = "import time; time.sleep(60)"
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); {SLEEP}"
DEAF = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    f"print('deaf', flush=True); {SLEEP}"
)


@pytest.fixture
def process(tmp_path: Path) -> Generator[Process]:
    one = Process("part", tmp_path)
    yield one
    if pid := one.pid():
        os.killpg(pid, signal.SIGKILL)


def _start(process: Process, code: str) -> int:
    process.start([sys.executable, "-c", code], os.environ)
    pid = process.pid()
    assert pid is not None
    return pid


def test_it_is_found_again_and_ended(process: Process) -> None:
    assert process.pid() is None
    pid = _start(process, SLEEP)
    assert Process("part", process.folder).pid() == pid
    assert process.stop()
    assert process.pid() is None
    assert not process.stop()


def test_a_stale_file_with_somebody_elses_number_is_no_process(process: Process) -> None:
    (process.folder / "run").mkdir()
    (process.folder / "run" / "part.pid").write_text(str(os.getpid()))
    assert process.pid() is None
    assert not process.stop()


def test_a_killed_process_is_seen_to_be_gone_and_starts_again(process: Process) -> None:
    first = _start(process, SLEEP)
    os.kill(first, signal.SIGKILL)
    while process.pid():
        time.sleep(0.01)
    assert _start(process, SLEEP) != first


def test_what_it_started_ends_with_it(process: Process) -> None:
    pid = _start(process, WITH_CHILD)
    while not (children := psutil.Process(pid).children()):
        time.sleep(0.01)
    process.stop()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


def test_one_that_ignores_the_signal_is_killed(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.processes._STOP_PATIENCE", 0.3)
    _start(process, DEAF)
    process.wait(lambda: "deaf" in process.log.read_text())
    assert process.stop()
    assert process.pid() is None


def test_it_is_not_started_twice(process: Process) -> None:
    _start(process, SLEEP)
    with pytest.raises(SandboxError, match="part runs already"):
        _start(process, SLEEP)


def test_one_that_ends_at_once_says_its_last_words(process: Process) -> None:
    process.start([sys.executable, "-c", "raise SystemExit('no such port')"], os.environ)
    with pytest.raises(NotReadyError, match=r"part ended before it was ready(?s:.*)no such port"):
        process.wait(lambda: False)


def test_one_that_is_never_ready_says_so(process: Process) -> None:
    _start(process, "print('thinking', flush=True); " + SLEEP)
    process.wait(lambda: "thinking" in process.log.read_text())
    with pytest.raises(NotReadyError, match=r"isn't ready after(?s:.*)thinking"):
        process.wait(lambda: False, patience=0.1)


def test_a_port_in_use_gives_way_to_the_next() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        used = server.getsockname()[1]
        assert listens(used)
        assert free_port(used) > used


def test_a_port_meant_for_another_is_left_alone() -> None:
    port = free_port(19_500)
    assert free_port(port, taken=[port]) > port
