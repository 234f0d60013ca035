"""`anomalies`, as a shell runs it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.anomalies.found import Anomaly
from core.anomalies.service import AnomalyService
from core.cache import Cache
from core.costs.drivers.service import DriverService
from core.costs.service import CostService
from core.database import Database
from core.projects.service import ProjectService
from tests.bot.test_command_line import Ran, Run, run
from tests.support.anomalies import BURST, RUNAWAY, find
from tests.support.clock import FakeClock
from tests.support.facts import store
from tests.support.product import company

NOVEMBER = "2026-11-01..2026-11-21"


@pytest.fixture
async def found(fresh_database: Database, clock: FakeClock) -> tuple[Anomaly, ...]:
    """Two days of checkout's database and one of search were out of the ordinary."""
    clock.now = datetime(2026, 11, 22, 18, tzinfo=UTC)
    await store(fresh_database, company())
    costs = CostService(fresh_database, Cache(), clock)
    drivers = DriverService(fresh_database, costs)
    projects = ProjectService(fresh_database, clock)
    service = AnomalyService(fresh_database, costs, drivers, projects, clock)
    return await find(fresh_database, service, *RUNAWAY, *BURST)


@pytest.fixture
def tracker(fresh_database: Database, tmp_path: Path, found: tuple[Anomaly, ...]) -> Run:
    """The program on that database."""
    assert len(found) == 2

    async def on_it(*words: str) -> Ran:
        return await run(*words, DATABASE_URL=fresh_database.url, DATA_DIR=str(tmp_path))

    return on_it


async def test_what_was_found_is_listed_as_a_question_asks(tracker: Run) -> None:
    told = await tracker("anomalies", NOVEMBER)
    assert told.status == 0, told.err
    assert "2 anomalies, +$800.00 against what was expected: all projects, " in told.out
    assert ": checkout cost $1,001.50 on 17\N{EN DASH}18 Nov, $600.00 more" in told.out
    assert "  In it: Cloud SQL +$600.00.\n" in told.out
    listed = json.loads((await tracker("anomalies", "search", NOVEMBER, "--json")).out)
    assert [(each["project"], each["impact"]) for each in listed] == [("search", "200")]
    nothing = await tracker("anomalies", "list", "checkout", "2026-10")
    assert "Nothing out of the ordinary was found: checkout, October 2026." in nothing.out


async def test_one_is_judged_and_that_is_taken_back(
    tracker: Run, found: tuple[Anomaly, ...]
) -> None:
    number = str(found[0].id)
    judged = await tracker("anomalies", "judge", number, "not-useful")
    assert "Not useful: from now on it takes more" in judged.out
    back = await tracker("anomalies", "judge", number, "none")
    assert (back.status, "Not useful" in back.out) == (0, False)
    assert (await tracker("anomalies", "judge", number, "boring")).status == 2
    assert (await tracker("anomalies", "judge", "999", "expected")).status == 1


async def test_days_are_planned_listed_and_cancelled(tracker: Run) -> None:
    days = "2030-12-01..2030-12-05"
    options = ("--service", "cloud sql", "--amount", "-30.5", "--note", "it rests")
    made = await tracker("anomalies", "plan", "checkout", days, *options)
    assert made.status == 0, made.err
    said = "1\N{EN DASH}5 Dec 2030, Cloud SQL of checkout: 30.5 less a day (it rests)"
    assert said in made.out
    assert said in (await tracker("anomalies", "planned")).out
    (event,) = json.loads((await tracker("anomalies", "planned", "--json")).out)
    assert (event["amount"], event["planned_by"]) == ("-30.5", "operator")
    assert (await tracker("anomalies", "cancel", str(event["id"]))).status == 0
    assert (await tracker("anomalies", "planned")).out == "Nothing is planned.\n"


async def test_what_cannot_be_planned_is_explained(tracker: Run) -> None:
    for words in (["2026-12-05..2026-12-01"], ["whenever"], ["2030-12-01", "--amount", "8.412"]):
        assert (await tracker("anomalies", "plan", "checkout", *words)).status == 2
    unknown = await tracker("anomalies", "plan", "chekout", "2030-12-01")
    assert unknown.status == 1
    assert "Did you mean: checkout" in unknown.err
