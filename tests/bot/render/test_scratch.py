"""Folders for a while: nothing stays of what a killed process had, all of what one is at."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.render import scratch

_MAKER = """
import subprocess, sys
from bot.render import scratch

with scratch.folder() as folder:
    (folder.path / "costs.xlsx").write_bytes(b"half of it")
    if sys.argv[1]:
        child = [sys.executable, "-c", sys.argv[1], str(folder.path)]
        subprocess.run(child, pass_fds=[folder.held])
    print(folder.path, flush=True)
    sys.stdin.read()
"""


_CHILD = "import sys; print(sys.argv[1], flush=True); sys.stdin.read()"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary files are made here, by every process."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@contextmanager
def making(child: str = "") -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that is at a folder."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", _MAKER, child],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_it_is_gone_when_it_is_done_with(here: Path) -> None:
    with scratch.folder() as one, scratch.folder() as other:
        (one.path / "costs.xlsx").write_bytes(b"some")
        assert one.path != other.path
    assert list(here.iterdir()) == []


def test_what_a_killed_process_has_left_goes_with_the_next(here: Path) -> None:
    with making() as (process, path):
        assert (path / "costs.xlsx").exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert list(here.iterdir()) == [path]
    with scratch.folder() as folder:
        assert list(here.iterdir()) == [folder.path]


def test_what_somebody_is_at_stays(here: Path) -> None:
    (here / "cost-tracker-of-others").mkdir()
    with making() as (_, path), scratch.folder() as mine:
        scratch.clear()
        assert (path / "costs.xlsx").exists()
        assert mine.path.exists()
    assert (here / "cost-tracker-of-others").exists()


def test_what_a_killed_process_s_child_is_at_stays(here: Path) -> None:
    with making(_CHILD) as (process, path):
        process.send_signal(signal.SIGKILL)
        process.wait()
        scratch.clear()
        assert path.exists()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        assert process.stdout.read() == ""  # the child has ended
    scratch.clear()
    assert list(here.iterdir()) == []
