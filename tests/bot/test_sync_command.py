"""`sync`, as far as it is of its own: what is printed when, and what follows."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
import typer

from bot import after_sync
from bot.cli import console, running
from bot.scheduler import syncing
from bot.scheduler.syncing import Synced
from bot.services import Services
from core.ingest.model import SyncReport
from tests.bot.scheduler.replica import FakeEvaluation, FakeForesight
from tests.support.scheduling import FakeReports


class Company:
    """A company that is synced; `printed` is what can be read as budgets are looked at."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.printed: list[str] = []
        self.reports, self.foresight = FakeReports(), FakeForesight()
        self._capsys = capsys
        self._evaluation = FakeEvaluation()

    async def evaluate(self, *, over: bool) -> object:
        self.printed.append(self._capsys.readouterr().out)
        return await self._evaluation.evaluate(over=over)

    async def foresee(self) -> int:
        return await self._evaluation.foresee()

    def open(self, work: Callable[[Services], Coroutine[Any, Any, bool]]) -> bool:
        made = Services(
            **dict.fromkeys(Services.__slots__)  # type: ignore[arg-type]  # not asked
            | {"poster": self.reports, "corrector": self.reports, "evaluation": self}
            | {"forecasts": self.foresight, "anomalies": self.foresight}
            | {"anomaly_poster": self.foresight}
        )
        return asyncio.run(work(made))


@pytest.fixture
def company(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Synced], Company]:
    def synced(found: Synced) -> Company:
        async def by_hand(*_: object, **__: object) -> Synced:
            return found

        made = Company(capsys)
        monkeypatch.setattr(console, "with_services", made.open)
        monkeypatch.setattr(syncing, "by_hand", by_hand)
        return made

    return synced


def test_a_sync_s_result_is_printed_before_what_follows_it(
    company: Callable[[Synced], Company],
) -> None:
    one = company(Synced((SyncReport("gcp", seen=3),), counts=False))
    running.sync("gcp")
    assert one.printed[0] == f"{SyncReport('gcp', seen=3)}\n"
    assert one.reports.asked == ["wake", "correct"]
    assert one.foresight.asked == ["judge", "make", "listen", "screen", "post"]


def test_what_follows_the_sync_of_the_day_is_the_scheduler_s(
    company: Callable[[Synced], Company], capsys: pytest.CaptureFixture[str]
) -> None:
    one = company(Synced((SyncReport("gcp"),), counts=True))
    running.sync()
    assert (one.printed, one.reports.asked) == ([], [])
    assert capsys.readouterr().out == f"{SyncReport('gcp')}\n"


def test_a_source_that_failed_holds_up_nothing_of_the_others(
    company: Callable[[Synced], Company],
) -> None:
    failed = SyncReport("gcp", error="No table.")
    one = company(Synced((failed, SyncReport("aws")), counts=False))
    with pytest.raises(typer.Exit):
        running.sync(full=True)
    assert one.reports.asked == ["wake", "correct"]


def test_it_is_the_scheduler_s_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its duties are the steps that follow any other sync."""
    taken = []
    for step in ("evaluate", "foresee", "screen", "correct"):

        async def note(_: object, *, step: str = step) -> None:
            taken.append(step)

        monkeypatch.setattr(after_sync, step, note)
    asyncio.run(after_sync.follow(cast("Any", None)))
    assert taken == ["evaluate", "foresee", "screen", "correct"]
