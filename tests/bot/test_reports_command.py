"""`report`, as a shell runs it."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

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


async def test_a_week_is_told(tracker: Run) -> None:
    told = await tracker("report", "weekly", "checkout", "--period", "2026-11-09")
    assert told.out.startswith("checkout cost $1,405.25 in the week 9"), told.err
    assert "level with the week before" in told.out
    assert "Provisional: later charges may still come" in told.out
    rows = {line.split("  ")[0]: line for line in told.out.splitlines()}
    assert "$843.50" in rows["Compute Engine"]
    assert "$561.75" in rows["Cloud SQL"]


async def test_the_question_may_say_the_period(tracker: Run) -> None:
    one = await tracker("report", "monthly", "checkout", "2026-10", "--json")
    other = await tracker("cost", "report", "monthly", "checkout", "2026-10", "--json")
    assert one.status == 0, one.err
    told = json.loads(one.out)
    assert told["text"] == "report monthly checkout 2026-10"
    assert told["currencies"] == json.loads(other.out)["currencies"]


async def test_it_is_written_into_files(tracker: Run, tmp_path: Path) -> None:
    wanted = {form: tmp_path / f"report.{form}" for form in ("csv", "xlsx", "png", "html")}
    options = [word for form, path in wanted.items() for word in (f"--{form}", str(path))]
    done = await tracker("report", "weekly", "--period", "2026-11-09", *options)
    assert done.status == 0, done.err
    lines = list(csv.DictReader(wanted["csv"].read_text().splitlines()))
    assert [line["amount"] for line in lines if line["section"] == "total"] == ["1720.25"]
    assert load_workbook(wanted["xlsx"]).sheetnames
    assert wanted["png"].read_bytes().startswith(b"\x89PNG")
    page = wanted["html"].read_text()
    assert "$1,720.25" in page
    assert "data:image/png;base64," in page
    assert "cid:" not in page


async def test_mistakes_are_told(tracker: Run) -> None:
    several = await tracker("report", "weekly", "--period", "2026-10")
    assert several.status == 2
    assert "one week" in several.err
    unknown = await tracker("report", "monthly", "chekout")
    assert unknown.status != 0
    assert "checkout" in unknown.err
    assert (await tracker("report", "daily")).status == 2
