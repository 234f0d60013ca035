"""`schedules`, as a shell runs it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.database import Database
from tests.bot.test_command_line import Ran, Run, run
from tests.support.clock import FakeClock
from tests.support.facts import store
from tests.support.product import company


@pytest.fixture
async def tracker(fresh_database: Database, clock: FakeClock, tmp_path: Path) -> Run:
    """The program on the small company."""
    clock.now = datetime(2026, 11, 22, 18, tzinfo=UTC)
    await store(fresh_database, company())

    async def on_it(*words: str) -> Ran:
        return await run(*words, DATABASE_URL=fresh_database.url, DATA_DIR=str(tmp_path))

    return on_it


async def test_one_is_set_listed_changed_paused_and_removed(tracker: Run) -> None:
    assert "No schedules yet." in (await tracker("schedules")).out
    made = await tracker("schedules", "add", "weekly", "checkout", "9am", "UTC", "C0FINANCE", "csv")
    said = "Weekly report of checkout: Mondays at 09:00 (UTC), to C0FINANCE, with CSV"
    assert made.out == f"1: {said}\n", made.err
    changed = await tracker("schedules", "change", "1", "fri", "17:30", "cfo@acme.example")
    said = "Weekly report of checkout: Fridays at 17:30 (UTC), to cfo@acme.example, with CSV"
    assert changed.out == f"1: {said}\n", changed.err
    (told,) = json.loads((await tracker("schedules", "--json")).out)
    assert (told["weekdays"], told["time"], told["emails"]) == (
        ["fri"], "17:30", ["cfo@acme.example"],
    )  # fmt: skip
    paused = await tracker("schedules", "pause", "1")
    assert paused.out == "Paused: Weekly report of checkout.\n"
    assert "paused since" in " ".join((await tracker("schedules")).out.split())
    resumed = await tracker("schedules", "resume", "1")
    assert resumed.out.startswith("Weekly report of checkout: next on Fri ")
    assert (await tracker("schedules", "run", "1")).out == "Run 1 of schedule 1: to be made.\n"
    assert "to be made" in " ".join((await tracker("schedules", "history", "1")).out.split())
    gone = await tracker("schedules", "remove", "1")
    assert gone.out == f"Removed: {said}\n"
    assert (await tracker("schedules", "history", "1")).status == 1


async def test_a_preview_is_the_report(tracker: Run) -> None:
    await tracker("schedules", "add", "weekly", "checkout", "C0FINANCE")
    shown = await tracker("schedules", "preview", "1")
    assert "checkout" in shown.out, shown.err
    told = json.loads((await tracker("schedules", "preview", "1", "--json")).out)
    assert told["kind"] == "weekly"


async def test_what_can_not_be_read_is_explained(tracker: Run) -> None:
    wrong = await tracker("schedules", "add", "weekly", "25:00", "C0FINANCE")
    assert wrong.status == 2
    assert "'25:00' is no time of day" in wrong.err
