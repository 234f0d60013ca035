"""`deliveries`, as a shell runs it."""

import json
from pathlib import Path

import pytest

from core.database import Database
from core.outbox.model import Parked
from core.outbox.service import OutboxService
from tests.bot.test_command_line import Ran, Run, run
from tests.support.outbox import put, told


@pytest.fixture
def tracker(fresh_database: Database, tmp_path: Path) -> Run:
    """The program on that database."""

    async def on_it(*words: str) -> Ran:
        return await run(*words, DATABASE_URL=fresh_database.url, DATA_DIR=str(tmp_path))

    return on_it


async def test_what_is_parked_is_listed_retried_and_dropped(
    fresh_database: Database, tracker: Run
) -> None:
    outbox = OutboxService(fresh_database)
    await put(fresh_database, told("a"), told("b"))
    for _ in range(2):
        delivery = await outbox.lease(("slack",))
        assert delivery is not None
        await outbox.settle(delivery, Parked("Slack: is_archived; the channel is archived"))
    listed = await tracker("deliveries", "--parked", "--json")
    assert [each["key"] for each in json.loads(listed.out)] == ["b", "a"]
    assert "is_archived" in (await tracker("deliveries")).out
    first, second = sorted(each["id"] for each in json.loads(listed.out))
    assert "1 message" in (await tracker("deliveries", "retry", str(first))).out
    dropped = await tracker("deliveries", "drop", str(second))
    assert dropped.out == f"Given up: message {second}.\n"
    assert json.loads((await tracker("deliveries", "--parked", "--json")).out) == []
    again = await tracker("deliveries", "retry", str(second))
    assert again.status == 1
    assert f"Delivery {second} is dropped already." in again.err
    assert (await tracker("deliveries", "retry")).status == 2
