"""The process that draws: apart, replaced when it dies, never in the loop's way."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.render.charts import chart_of
from bot.render.charts.spec import Chart, Stacks
from bot.render.charts.worker import ChartError, ChartQueueFullError, ChartWorker
from tests.support.answers import by_service

_PNG = b"\x89PNG"


def _told(worker: ChartWorker, what: str) -> str:
    """What the kernel says of the process."""
    return Path(f"/proc/{worker.pid}/{what}").read_text()


@pytest.fixture
async def worker() -> AsyncIterator[ChartWorker]:
    made = ChartWorker(timeout=60)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def chart() -> Chart:
    made = chart_of(by_service(("A", "2"), ("B", "1")))
    assert made is not None
    return made


async def test_draws(worker: ChartWorker, chart: Chart) -> None:
    assert (await worker.draw(chart)).startswith(_PNG)


async def test_draws_for_many_at_once(worker: ChartWorker, chart: Chart) -> None:
    pictures = await asyncio.gather(*(worker.draw(chart) for _ in range(8)))
    assert len(set(pictures)) == 1


async def test_a_killed_process_is_replaced(worker: ChartWorker, chart: Chart) -> None:
    killed = worker.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert (await worker.draw(chart)).startswith(_PNG)
    assert worker.pid not in (None, killed)


async def test_killed_while_it_draws_the_picture_still_comes(
    worker: ChartWorker, chart: Chart
) -> None:
    drawing = asyncio.create_task(worker.draw(chart))
    await asyncio.sleep(0.02)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    assert (await drawing).startswith(_PNG)


async def test_what_cannot_be_drawn_is_an_error_and_the_next_is_drawn(
    worker: ChartWorker, chart: Chart
) -> None:
    broken = Chart("", "", "", "", Stacks((), (), (), None))  # type: ignore[arg-type] # broken
    process = worker.pid
    with pytest.raises(ChartError, match="could not be drawn"):
        await worker.draw(broken)
    assert (await worker.draw(chart)).startswith(_PNG)
    assert worker.pid == process


async def test_too_late_is_an_error_and_the_next_is_drawn(chart: Chart) -> None:
    worker = ChartWorker(timeout=0.001)
    with pytest.raises(ChartError, match="longer than"):
        await worker.draw(chart)
    worker._timeout = 60
    assert (await worker.draw(chart)).startswith(_PNG)
    await worker.close()


async def test_too_many_waiting_are_refused(chart: Chart) -> None:
    worker = ChartWorker(timeout=60, most_waiting=1)
    results = await asyncio.gather(*(worker.draw(chart) for _ in range(4)), return_exceptions=True)
    assert worker.waiting == 0
    refused = [each for each in results if isinstance(each, ChartQueueFullError)]
    assert len(refused) == 2
    assert sum(isinstance(each, bytes) for each in results) == 2
    await worker.close()


async def test_who_gives_up_leaves_no_picture_for_the_next(
    worker: ChartWorker, chart: Chart
) -> None:
    """A cancelled request's reply is never taken for another's."""
    other = chart_of(by_service(("C", "3"), ("D", "2"), ("E", "1")))
    assert other is not None
    expected = await worker.draw(other)
    given_up = asyncio.create_task(worker.draw(chart))
    await asyncio.sleep(0.02)
    given_up.cancel()
    assert await worker.draw(other) == expected


async def test_closed_it_is_gone_and_draws_no_more(chart: Chart) -> None:
    worker = ChartWorker()
    await worker.start()
    await worker.close()
    assert worker.pid is None
    with pytest.raises(ChartError):
        await worker.draw(chart)


async def test_no_secret_reaches_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    worker = ChartWorker()
    await worker.start()
    environment = _told(worker, "environ")
    assert "MPLCONFIGDIR" in environment
    assert "xoxb-secret" not in environment
    await worker.close()


async def test_it_stays_small(worker: ChartWorker, chart: Chart) -> None:
    for _ in range(10):
        await worker.draw(chart)
    status = _told(worker, "status")
    resident = next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS"))
    assert resident < 130_000


def test_nothing_of_the_application_is_imported_to_draw() -> None:
    listing = "import sys, bot.render.charts.serve; print(*sys.modules)"
    told = subprocess.run(  # noqa: S603 - the words are ours
        [sys.executable, "-c", listing], capture_output=True, check=True
    )
    modules = told.stdout.decode().split()
    ours = {name for name in modules if name.split(".")[0] in ("bot", "core")}
    drawing = {name for name in ours if name.startswith("bot.render.charts.shapes")}
    assert ours - drawing == {
        "bot",
        "bot.render",
        "bot.render.charts",
        *(f"bot.render.charts.{name}" for name in ("canvas", "draw", "serve", "spec", "style")),
    }
    assert not {"aiohttp", "slack_sdk", "sqlalchemy"} & set(modules)


async def test_where_it_cannot_start_there_is_an_error(chart: Chart, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(ChartError, match="does not start"):
        await ChartWorker(blocked / "cache").draw(chart)


async def test_the_loop_goes_on_while_it_draws(worker: ChartWorker, chart: Chart) -> None:
    """Drawing is another process's work: the loop turns while that stands still."""
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)
    drawing = asyncio.create_task(worker.draw(chart))
    for _ in range(100):
        await asyncio.sleep(0.001)
    assert not drawing.done()
    os.kill(worker.pid, signal.SIGCONT)
    assert (await drawing).startswith(_PNG)
