"""`subscriptions`, as a shell runs it."""

import json
from datetime import UTC, datetime
from pathlib import Path

from core.database import Database
from tests.bot.test_command_line import Ran, run
from tests.support.clock import FakeClock
from tests.support.facts import store
from tests.support.product import company


async def test_one_is_made_listed_and_ended(
    fresh_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    clock.now = datetime(2026, 11, 22, 18, tzinfo=UTC)
    await store(fresh_database, company())

    async def tracker(*words: str) -> Ran:
        settings = {"DATABASE_URL": fresh_database.url, "DATA_DIR": str(tmp_path)}
        return await run("subscriptions", *words, **settings)

    assert "No subscriptions yet." in (await tracker()).out
    made = await tracker("add", "checkout", "alerts", "daily", "C0123ABCD")
    told = "1: C0123ABCD, checkout: alerts of budgets, in one message a day\n"
    assert made.out == told, made.err
    assert (await tracker("add", "all", "ada@example.com")).status == 0
    found = json.loads((await tracker("--json")).out)
    assert [(each["subject"], each["address"]) for each in found] == [
        ("checkout", "C0123ABCD"),
        ("all", "ada@example.com"),
    ]
    nowhere = await tracker("add", "checkout")
    assert (nowhere.status, "No place is said." in nowhere.err) == (2, True)
    assert (await tracker("remove", "1")).out == "Unsubscribed: checkout.\n"
    assert "everything" in (await tracker()).out
