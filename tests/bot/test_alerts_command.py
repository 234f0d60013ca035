"""`alerts`, as a shell runs it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bot.services import Services
from core.budgets.model import Terms
from tests.bot.test_command_line import Ran, Run, run
from tests.support.alerts import raised
from tests.support.product import charts, public, services, settings
from tests.support.slack import slackbox

__all__ = ["charts", "public", "services", "settings", "slackbox"]


@pytest.fixture
async def tracker(services: Services, tmp_path: Path) -> Run:
    """The program on the small company, whose checkout is over its budget of 4000 by 215.75."""
    await raised(services, Terms("checkout", "USD", amount=Decimal(4000)))

    async def on_it(*words: str) -> Ran:
        return await run(*words, DATABASE_URL=services.database.url, DATA_DIR=str(tmp_path))

    return on_it


async def test_they_are_listed_acknowledged_snoozed(tracker: Run) -> None:
    (told,) = json.loads((await tracker("alerts", "--json")).out)
    assert (told["subject"], told["used"], told["state"]) == ("checkout", "4215.75", "raised")
    number = str(told["id"])
    listed = await tracker("alerts", "--state", "raised")
    assert "$4,215.75" in listed.out, listed.err
    shown = await tracker("alerts", "show", number)
    assert shown.out.startswith("checkout is over budget: $4,215.75 of $4,000.00 (105.4%) spent")
    assert "Owner: nobody yet" in shown.out
    done = await tracker("alerts", "acknowledge", number)
    assert "Acknowledged by operator" in done.out, done.err
    quiet = await tracker("alerts", "snooze", number, "month")
    assert "Snoozed by operator until 1 " in quiet.out, quiet.err
    assert (await tracker("alerts", "--state", "raised")).out == "There is none.\n"
    missing = await tracker("alerts", "show", "99")
    assert missing.status == 1
    assert "There is no alert 99." in missing.err
