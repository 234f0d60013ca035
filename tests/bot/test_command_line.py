"""`cost-tracker`, as a shell runs it."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.cli.access import BadDurationError, duration
from core.database import Database
from core.sizes import size
from tests.support.facts import store
from tests.support.postgres import Databases
from tests.support.product import SIGNING, company

PROGRAM = str(Path(sys.executable).with_name("cost-tracker"))


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str


type Run = Callable[..., Awaitable[Ran]]


async def run(*words: str, **environment: str) -> Ran:
    """Run a command in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *words,
        env={"PATH": os.environ["PATH"], "COLUMNS": "120", "LOG_LEVEL": "WARNING", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
async def tracker(fresh_database: Database, tmp_path: Path) -> Run:
    """The program on the small company."""
    await store(fresh_database, company())

    async def on_company(*words: str) -> Ran:
        return await run(
            *words,
            DATABASE_URL=fresh_database.url,
            DATA_DIR=str(tmp_path),
            JWT_SECRETS=SIGNING,
            SOURCES_FILE=str(tmp_path / "sources.toml"),
        )

    return on_company


async def test_a_question_is_answered_as_a_table_as_json_as_csv_and_as_a_picture(
    tracker: Run, tmp_path: Path
) -> None:
    asked = ("cost", "checkout", "2026-11-15..2026-11-21")
    table = await tracker(*asked)
    assert "$1,405.25" in table.out
    assert "Cloud SQL" in table.out
    answer = json.loads((await tracker(*asked, "--json")).out)
    assert answer["totals"][0]["amount"] == "1405.25"
    assert "Cloud SQL,USD,561.75" in (await tracker(*asked, "--csv")).out
    picture = tmp_path / "chart.png"
    drawn = await tracker(*asked, "--png", str(picture))
    assert drawn.status == 0, drawn.err
    assert picture.read_bytes().startswith(b"\x89PNG")


async def test_a_mistake_is_quoted_on_standard_error_and_exits_with_2_or_1(tracker: Run) -> None:
    period = await tracker("cost", "checkout", "last-blue-moon")
    assert period.status in (1, 2)
    assert "blue" in period.err
    assert period.out == ""
    unknown = await tracker("projects", "archive", "chekout")
    assert unknown.status == 1
    assert "'chekout'" in unknown.err
    assert "Did you mean: checkout" in unknown.err
    assert (await tracker("nonsense")).status == 2


async def test_projects_are_listed_and_changed(tracker: Run) -> None:
    assert "gcp:acme-checkout" in (await tracker("projects")).out
    assert (await tracker("projects", "set", "checkout", "--owner", "ada@acme.example")).status == 0
    assert (await tracker("projects", "rename", "checkout", "shop")).status == 0
    listed = json.loads((await tracker("projects", "--json")).out)
    shop = next(project for project in listed if project["slug"] == "shop")
    assert (shop["owner"], shop["aliases"]) == ("ada@acme.example", ["checkout"])


async def test_labels_define_projects_in_an_order(tracker: Run, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "gcp"\nkind = "bigquery"\ntable = "a.b.c"\nlabels = ["team"]\n'
    )
    assert "No labels define projects" in (await tracker("projects", "rules")).out
    pay = await tracker("projects", "link", "search", "--label", "team=pay")
    assert pay.status == 0, pay.err
    assert pay.out.startswith("team=pay is search's, from ")
    narrow = ("--label", "team=pay", "--provider", "gcp", "--account", "acme-lab", "--history")
    assert (await tracker("projects", "link", "checkout", *narrow)).out == (
        "team=pay in gcp account acme-lab is checkout's, always; 0 charges moved.\n"
    )
    listed = json.loads((await tracker("projects", "rules", "--json")).out)
    assert [(each["place"], each["project"]) for each in listed] == [(1, "checkout"), (2, "search")]
    moved = await tracker("projects", "order", str(listed[1]["id"]), "1")
    assert moved.out.startswith("Order now: team=pay, team=pay in gcp account acme-lab")
    assert "team=pay, gcp:acme-search" in (await tracker("projects")).out
    taken = await tracker("projects", "link", "checkout", "--label", "team=pay")
    assert (taken.status, "defines the project 'search'" in taken.err) == (1, True)
    unlisted = await tracker("projects", "link", "search", "--label", "app=web")
    assert unlisted.status == 2
    assert 'labels = ["app", "team"]' in unlisted.err
    assert (await tracker("projects", "unlink", "search", "--label", "team=pay")).status == 0
    nothing = await tracker("projects", "link", "search")
    assert (nothing.status, "--label team=payments" in nothing.err) == (2, True)


async def test_what_is_too_old_is_said_and_trimmed(tracker: Run) -> None:
    before = await tracker("trim", "--dry-run")
    assert before.out == (
        "To be dropped: no charges.\nSingle charges are kept from the beginning on.\n"
    )
    assert (await tracker("trim")).out.startswith("Dropped: no charges.\n")
    done = json.loads((await tracker("trim", "--json")).out)
    assert (done["charges"], done["dropped"], done["dropped_until"]) == (0, True, None)


async def test_a_token_is_issued_listed_and_revoked(tracker: Run) -> None:
    issued = await tracker("token", "issue", "--sub", "ci", "--role", "viewer", "--ttl", "1d")
    assert issued.status == 0, issued.err
    assert issued.out.strip().count(".") == 2
    listed = json.loads((await tracker("token", "list", "--json")).out)
    assert [(one["sub"], one["role"], one["revoked"]) for one in listed] == [("ci", "viewer", None)]
    assert (await tracker("token", "revoke", listed[0]["jti"])).status == 0
    assert json.loads((await tracker("token", "list", "--json")).out)[0]["revoked"] is not None
    assert issued.out.strip() not in (await tracker("token", "list")).out


async def test_a_token_whose_id_begins_with_a_dash_is_revoked_all_the_same(tracker: Run) -> None:
    unknown = await tracker("token", "revoke", "-dGhlcmUtaXMtbm8tc3Vja")
    assert "No token with the id '-dGhlcmUtaXMtbm8tc3Vja' has been issued." in unknown.err
    assert unknown.status == 1


async def test_members_are_given_roles(tracker: Run) -> None:
    assert (await tracker("members", "set", "T1", "U1", "finance")).status == 0
    assert json.loads((await tracker("members", "--json")).out)[0]["role"] == "finance"
    assert (await tracker("members", "set", "T1", "U1", "boss")).status == 2
    unknown = await tracker("members", "set", "T1", "U1", "viewer", "--project", "chekout")
    assert unknown.status == 1
    assert "Did you mean: checkout" in unknown.err


async def test_a_sync_without_sources_says_what_to_do(tracker: Run) -> None:
    synced = await tracker("sync")
    assert synced.status == 1
    assert "sources.toml" in synced.err


async def test_doctor_says_what_is_wrong_and_how_to_mend_it(tracker: Run) -> None:
    found = await tracker("doctor")
    assert found.status == 0, found.out + found.err
    told = [" ".join(line.split()) for line in found.out.splitlines()]
    assert "✓ database reached (PostgreSQL), and its schema is up to date" in told
    assert "! Slack SLACK_BOT_TOKEN is not set" in told
    assert "→ See 'Slack' in the README." in told
    parts = {
        one["part"]: one["state"] for one in json.loads((await tracker("doctor", "--json")).out)
    }
    assert parts["database"] == "ok"
    assert parts["Slack"] == "warning"


async def test_doctor_names_a_database_that_cant_be_reached_without_its_password() -> None:
    found = await run("doctor", DATABASE_URL="postgresql://ada:hunter2@127.0.0.1:1/costs")
    assert found.status == 1
    assert "127.0.0.1:1" in found.out
    assert "hunter2" not in found.out + found.err
    assert "! Slack" in found.out  # the rest is looked at all the same


async def test_doctor_changes_nothing_not_even_an_empty_database(
    databases: Databases, tmp_path: Path
) -> None:
    async with databases.made() as name:
        environment = {"DATABASE_URL": databases.url(name), "DATA_DIR": str(tmp_path)}
        for _ in range(2):
            found = await run("doctor", JWT_SECRETS=SIGNING, **environment)
            assert found.status == 0, found.out
            assert "reached (PostgreSQL), and still empty" in " ".join(found.out.split())
            assert "→ Run: cost-tracker migrate" in found.out


async def test_doctor_tells_of_settings_that_can_t_be_used_as_of_the_rest() -> None:
    found = await run("doctor", "--json", HTTP_PORT="eighty")
    assert found.status == 1
    [told] = json.loads(found.out)
    assert (told["part"], told["state"]) == ("settings", "failure")
    assert "HTTP_PORT" in told["words"]


async def test_manifest_and_openapi_need_no_database() -> None:
    manifest = json.loads((await run("manifest", PUBLIC_URL="https://costs.example.com")).out)
    assert manifest["features"]["slash_commands"][0]["url"] == (
        "https://costs.example.com/slack/events"
    )
    assert json.loads((await run("openapi")).out)["openapi"] == "3.1.0"


async def test_a_wrong_setting_is_named_before_anything_is_done() -> None:
    refused = await run("run", HTTP_PORT="eighty")
    assert refused.status == 1
    assert "HTTP_PORT" in refused.err
    assert "Traceback" not in refused.err


@pytest.mark.parametrize(("words", "hours"), [("30m", 0.5), ("12h", 12), ("90d", 2160)])
def test_durations_are_read(words: str, hours: float) -> None:
    assert duration(words).total_seconds() == hours * 3600


@pytest.mark.parametrize("words", ["", "0d", "5", "d", "-1d", "1y", "9999999d"])
def test_what_is_no_duration_is_quoted(words: str) -> None:
    with pytest.raises(BadDurationError, match=repr(words)):
        duration(words)


def test_sizes_are_read_by_people() -> None:
    assert [size(n) for n in (0, 999, 1000, 1_234_567, 5 * 10**15)] == [
        "0 B", "999 B", "1.0 kB", "1.2 MB", "5.0 PB",
    ]  # fmt: skip


async def test_why_is_told_in_a_terminal(tracker: Run, tmp_path: Path) -> None:
    asked = ("cost", "why", "checkout", "2026-10", "vs", "2026-11-01..2026-11-10")
    told = await tracker(*asked)
    assert told.status == 0, told.err
    assert "checkout: " in told.out
    assert "Total" in told.out
    drivers = json.loads((await tracker(*asked, "--json")).out)["drivers"]
    assert drivers[0]["currency"] == "USD"
    picture = tmp_path / "why.png"
    assert (await tracker(*asked, "--png", str(picture))).status == 0


async def test_a_forecast_tells_of_the_budget_of_the_same_days(tracker: Run) -> None:
    made = await tracker("budgets", "set", "checkout", "5000", "monthly")
    assert made.status == 0, made.err
    told = await tracker("cost", "forecast", "checkout")
    assert "The budget of $5,000.00 is expected to be exceeded on 25 Nov." in told.out
    (held,) = json.loads((await tracker("cost", "forecast", "checkout", "--json")).out)["budgets"]
    assert (held["subject"], held["amount"]) == ("checkout", "5000")


async def test_a_budget_is_asked_for_like_anything(tracker: Run, tmp_path: Path) -> None:
    none = await tracker("cost", "budget", "checkout")
    assert none.status == 1
    assert "cost-tracker budgets set checkout 8000 monthly" in none.err
    assert (await tracker("budgets", "set", "checkout", "5000", "monthly")).status == 0
    told = await tracker("cost", "budget", "checkout")
    assert told.status == 0, told.err
    assert told.out.startswith("checkout has used $4,215.75 of $5,000.00")
    shown = await tracker("budgets", "show", "1")
    assert shown.out == told.out
    assert json.loads((await tracker("cost", "budget", "checkout", "--json")).out)["budget"] == 1
    days = (await tracker("cost", "budget", "checkout", "--csv")).out.splitlines()
    assert days[0] == "date,currency,spent,expected,planned_by_then,complete"
    assert len(days) == 31
    picture = tmp_path / "budget.png"
    assert (await tracker("cost", "budget", "checkout", "--png", str(picture))).status == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


async def test_figures_are_written_into_a_workbook(tracker: Run, tmp_path: Path) -> None:
    book = tmp_path / "costs.xlsx"
    told = await tracker("cost", "checkout", "2026-11-15..2026-11-21", "--xlsx", str(book))
    assert told.status == 0, told.err
    head, *lines = load_workbook(book)["Figures"].iter_rows(values_only=True)
    assert head[:4] == ("date", "service", "currency", "amount")
    assert [line[1:4] for line in lines] == [
        ("Compute Engine", "USD", 843.5), ("Cloud SQL", "USD", 561.75),
    ]  # fmt: skip


async def test_what_cant_be_drawn_or_written_is_said(tracker: Run, tmp_path: Path) -> None:
    """The answer is there all the same."""
    picture = tmp_path / "chart.png"
    alone = await tracker("cost", "checkout", "2026-11-15", "in", "total", "--png", str(picture))
    assert alone.status == 1
    assert "There is no chart of 'checkout 2026-11-15 in total'" in alone.err
    assert "$200.75" in alone.out
    assert not picture.exists()
    nowhere = tmp_path / "none" / "chart.png"
    lost = await tracker("cost", "checkout", "last-7d", "--png", str(nowhere))
    assert lost.status == 1
    assert "chart.png can't be written: No such file or directory." in " ".join(lost.err.split())
    assert "Traceback" not in lost.err


async def test_a_command_that_is_no_question_is_refused(tracker: Run) -> None:
    told = await tracker("cost", "budgets", "checkout")
    assert told.status == 2
    assert "is a command of its own" in told.err
