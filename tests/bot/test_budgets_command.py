"""`budgets`, as a shell runs it."""

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
        return await run(
            *words,
            DATABASE_URL=fresh_database.url,
            DATA_DIR=str(tmp_path),
            DEFAULT_CURRENCY="USD",
        )

    return on_it


async def test_one_is_set_listed_changed_and_removed(tracker: Run) -> None:
    assert "No budgets yet." in (await tracker("budgets")).out
    made = await tracker("budgets", "set", "checkout", "5k", "monthly", "--owner", "U1")
    assert made.out == "1: checkout: $5,000.00 a month\n", made.err
    again = await tracker("budgets", "set", "checkout", "6000", "--threshold", "90")
    assert again.out == "1: checkout: $6,000.00 a month\n", again.err
    (told,) = json.loads((await tracker("budgets", "--json")).out)
    assert (told["amount"], told["owner"], told["thresholds"]) == ("6000", "U1", [90])
    assert told["status"]["currency"] == "USD"
    listed = await tracker("budgets")
    assert "$6,000.00" in listed.out
    shown = await tracker("budgets", "show", "1")
    assert shown.out.startswith("checkout ")
    history = " ".join((await tracker("budgets", "history", "1")).out.split())
    assert "amount 5000 → 6000; thresholds 80, 100, 120, 150 → 90" in history
    gone = await tracker("budgets", "remove", "1")
    assert gone.out == "Removed: checkout: $6,000.00 a month\n"
    assert (await tracker("budgets", "show", "1")).status == 1


async def test_plans_are_imported(tracker: Run, tmp_path: Path) -> None:
    file = tmp_path / "plans.csv"
    file.write_text("budget,month,amount\ncheckout,2026-11,5000\ncheckout,2026-12,9000\n")
    done = await tracker("budgets", "import", str(file))
    assert done.out == "2 months of 1 budget set.\n", done.err
    (told,) = json.loads((await tracker("budgets", "--json")).out)
    assert told["months"] == {"2026-11": "5000", "2026-12": "9000"}
    file.write_text("budget,month,amount\nnobody,2026-11,5000\n")
    assert "Line 2: There is no project" in (await tracker("budgets", "import", str(file))).err
    missing = await tracker("budgets", "import", str(tmp_path / "none.csv"))
    assert (missing.status, "Errno" in missing.err) == (2, False)
    assert "can't be read: No such file or directory." in " ".join(missing.err.split())


async def test_what_cant_be_is_said(tracker: Run) -> None:
    none = await tracker("budgets", "set", "checkout")
    assert none.status == 2
    assert "has no amount" in none.err


async def test_all_of_it_is_set_or_nothing(tracker: Run) -> None:
    """A wrong address doesn't leave the amount behind; nor is it changed twice."""
    assert (await tracker("budgets", "set", "checkout", "5k", "monthly")).status == 0
    wrong = await tracker("budgets", "set", "checkout", "9k", "--email", "nobody")
    assert "is no e-mail address" in wrong.err
    both = await tracker("budgets", "set", "checkout", "6k", "--email", "ada@example.com")
    assert both.status == 0, both.err
    changes = json.loads((await tracker("budgets", "history", "1", "--json")).out)
    assert [each["after"]["amount"] for each in changes] == ["6000", "5000"]
