"""The doctor's checks, each on what it shall find."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import text

from bot.doctor import chat, examination, sources, storage, surfaces, work
from bot.doctor.case import Case, Check
from bot.render.findings import findings
from bot.services import Services
from bot.slack.manifest import SCOPES
from core.access.model import OPERATOR
from core.budgets.model import Terms
from core.findings import Finding, State, failure, ok, warning
from core.ingest.config import FocusSource
from core.projects.model import ProjectChange
from tests.support.clock import FakeClock
from tests.support.product import SOURCE, Product
from tests.support.refusing import Answer, answering


async def found(check: Check, case: Case) -> dict[str, Finding]:
    told: list[Finding] = []
    await check(case, told.append)
    assert all(finding.fix for finding in told if finding.state is not State.OK)
    return {f"{one.part} {one.check}".strip(): one for one in told}


def case_of(services: Services, **settings: Any) -> Case:
    changed = services.settings.model_copy(update=settings)
    return Case(changed, services.clock, services.ingest.sources, services)


# Slack


def slack_says(**auth: Any) -> Iterator[str]:
    headers = auth.pop("headers", {"Content-Type": "application/json"})
    body = auth.pop("body")
    with answering(lambda *_: Answer(200, body, headers)) as url:
        yield f"{url}/api/"


slack_saying = contextmanager(slack_says)


async def test_slack_that_is_as_it_should_be(product: Product) -> None:
    clock = FakeClock(datetime.now(UTC))
    case = Case(product.services.settings, clock)
    told = await found(chat.slack, case)
    assert told["Slack bot token"].words == "connected to Northwind as @cloud-cost"
    assert {one.state for one in told.values()} == {State.OK}


async def test_a_clock_that_is_off_is_told(product: Product) -> None:
    clock = FakeClock(datetime.now(UTC) + timedelta(minutes=10))
    told = await found(chat.slack, Case(product.services.settings, clock))
    assert "over 300 s its requests are refused" in told["Slack clock"].words


@pytest.mark.parametrize("error", ["invalid_auth", "account_inactive"])
async def test_a_bot_token_that_is_refused(services: Services, error: str) -> None:
    with slack_saying(body=f'{{"ok": false, "error": "{error}"}}') as url:
        told = await found(chat.slack, case_of(services, slack_api_url=url))
    assert told["Slack bot token"].words == f"Slack refuses SLACK_BOT_TOKEN: {error}"


async def test_missing_scopes_are_named_with_what_needs_them(services: Services) -> None:
    granted = ",".join(scope for scope in SCOPES if scope not in ("files:write", "users:read"))
    headers = {"Content-Type": "application/json", "x-oauth-scopes": granted}
    body = '{"ok": true, "team": "Acme", "user": "costs"}'
    with slack_saying(body=body, headers=headers) as url:
        told = await found(chat.slack, case_of(services, slack_api_url=url))
    missing = told["Slack scopes"]
    assert missing.state is State.FAILURE
    assert "files:write (charts" in missing.words
    assert "users:read" in missing.words
    assert "chat:write" not in missing.words


async def test_a_socket_that_can_t_be_opened_and_no_way_in(services: Services) -> None:
    with slack_saying(body='{"ok": false, "error": "not_allowed_token_type"}') as url:
        changed = {"slack_api_url": url, "slack_signing_secret": None}
        told = await found(
            chat.slack, case_of(services, slack_app_token=SecretStr("xapp-1"), **changed)
        )
        assert "connections:write" in told["Slack socket"].fix
        told = await found(chat.slack, case_of(services, slack_app_token=None, **changed))
        assert told["Slack requests"].state is State.FAILURE


async def test_slack_that_is_out_of_reach(services: Services) -> None:
    told = await found(chat.slack, case_of(services, slack_api_url="http://127.0.0.1:9/"))
    assert "can't be reached" in told["Slack network"].words


# Storage and surfaces


async def test_redis_that_answers_and_one_that_doesnt(services: Services, redis_url: str) -> None:
    told = await found(storage.redis, case_of(services, redis_url=SecretStr(redis_url)))
    assert told["Redis"].words == "answers"
    away = SecretStr("redis://ada:hunter2@127.0.0.1:9/0")
    told = await found(storage.redis, case_of(services, redis_url=away))
    assert told["Redis"].state is State.WARNING
    assert "127.0.0.1" in told["Redis"].words
    assert "hunter2" not in str(told)


@pytest.mark.parametrize(
    ("free", "state"), [(10**8, "failure"), (10**9, "warning"), (10**11, "ok")]
)
async def test_the_disk_s_room(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, state: str
) -> None:
    usage = SimpleNamespace(total=10**12, free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    told = await found(storage.disk, case_of(services, data_dir=tmp_path / "not" / "there"))
    assert told["disk"].state.value == state
    assert str(tmp_path / "not" / "there") in told["disk"].words


async def test_the_database_s_schema_and_clock(services: Services) -> None:
    told: list[Finding] = []
    await storage.database(services, ("0008", "0009"), told.append)
    assert "2 revisions behind: 0008, 0009" in told[0].words
    # The clock of these services stands still, years from the database's or not.
    assert told[1].check == "clock"


async def test_public_url_is_asked(product: Product) -> None:
    told = await found(surfaces.public_address, case_of(product.services, public_url=product.url))
    assert told["charts"].state is State.OK
    told = await found(
        surfaces.public_address, case_of(product.services, public_url="http://127.0.0.1:9")
    )
    assert told["charts"].state is State.WARNING


# What is stored


async def test_what_is_stored_is_judged(services: Services) -> None:
    case = case_of(services)
    told = await found(sources.stored, case)
    assert told["data of gcp proof"].state is State.OK
    assert told["projects owners"].fix.startswith("cost-tracker projects set checkout --owner ")
    assert "2 sub-accounts without an owner, of checkout and search" in (
        told["projects owners"].words
    )
    for slug in ("checkout", "search"):
        await services.projects.change(slug, ProjectChange(owner="U1"), by=OPERATOR)
    async with services.database.begin() as tx:
        await tx.execute(text("UPDATE billing_periods SET matches_export = false"))
        for day in (1, 2, 5):
            row = f"SELECT id, date '2026-10-0{day}', 'USD', 3, 1 FROM sources"  # noqa: S608  # ours
            await tx.execute(text(f"INSERT INTO day_readings {row}"))
        await tx.execute(text("DELETE FROM charge_daily WHERE day = '2026-10-04'"))
    told = await found(sources.stored, case)
    assert told["projects owners"].state is State.OK
    assert told["data of gcp proof"].fix == "Run: cost-tracker sync gcp --full"
    assert told["data of gcp days"].words == "there is no charge of 2026-10-04"


async def test_what_vanished_at_a_source_is_named_with_what_deletes_it(services: Services) -> None:
    assert "data of gcp vanished" not in await found(sources.stored, case_of(services))
    async with services.database.begin() as tx:
        await tx.execute(text("UPDATE slices SET archived_at = '2026-11-20 16:30+00'"))
    told = (await found(sources.stored, case_of(services)))["data of gcp vanished"]
    assert told.state is State.WARNING
    assert "gone at the source since 20 Nov 16:30 UTC, kept and counted" in told.words
    assert "cost-tracker sync gcp --prune" in told.fix


async def test_sources_that_were_never_synced_or_are_listed_no_more(services: Services) -> None:
    other = FocusSource(name="aws", kind="focus", url="/nowhere")
    told = await found(sources.stored, Case(services.settings, services.clock, (other,), services))
    assert told["data of aws"].words == "nothing has been synced yet"
    assert "cost-tracker sync gcp --prune" in told["data of gcp"].fix


# Work


async def test_jobs_that_hang_and_a_scheduler_that_is_away(services: Services) -> None:
    told = await found(work.work, case_of(services))
    assert told["jobs"].words == "none is stuck"
    assert "begun never" in told["jobs schedule"].words
    assert await services.jobs.claim("sync", "2026-11-20") is not None
    assert await services.jobs.claim("cost.share", "pressed") is not None
    async with services.database.begin() as tx:
        await tx.execute(text("UPDATE jobs SET started_at = now() - interval '7 hours'"))
    told = await found(work.work, case_of(services))
    assert [key for key in told if key.startswith("jobs ")] in (
        ["jobs sync"], ["jobs sync", "jobs schedule"],
    )  # fmt: skip
    assert "hasn't ended" in told["jobs sync"].words


# All of it


async def test_a_check_that_hangs_or_crashes_keeps_no_other_from_being_told(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(*_: object) -> None:
        await asyncio.sleep(60)

    async def crashes(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(examination, "SECONDS", 0.05)
    case = case_of(services)
    [hung] = await examination._limited("disk", hangs, case)
    assert (hung.part, hung.state) == ("disk", State.FAILURE)
    assert "no answer within" in hung.words
    [crashed] = await examination._limited("disk", crashes, case)
    assert "RuntimeError: a bug" in crashed.words


def test_every_source_is_looked_at(services: Services) -> None:
    case = Case(services.settings, services.clock, (SOURCE, SOURCE))
    assert [part for part, _ in examination._checks(case)].count("source gcp") == 2


def printed(told: list[Finding], width: int) -> list[str]:
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        console.print(findings(told), crop=False)
    return [line.rstrip() for line in capture.get().splitlines()]


def test_what_is_found_reads_well_and_commands_stay_whole() -> None:
    command = f"gcloud projects add-iam-policy-binding {'x' * 60} --role=roles/bigquery.jobUser"
    told = [
        ok("database", "", "reached"),
        ok("source gcp", "read", "may read"),
        failure("source gcp", "query", "No permission to run queries in the project", command),
        warning("Slack", "", "not set", "Set it."),
    ]
    assert printed(told, 40) == [
        "✓ database reached",
        "✗ source gcp",
        "    ✓ read  may read",
        "    ✗ query No permission to run queries",
        "            in the project",
        f"      → {command}",
        "! Slack    not set",
        "  → Set it.",
        "",
        "1 failure and 1 warning.",
    ]
    assert printed([ok("database", "", "reached")], 40)[-1] == "All is well."


async def test_budgets_that_nothing_is_held_against(services: Services) -> None:
    """What they are of was merged, or is labelled otherwise now."""
    assert "budgets" not in await found(work.work, case_of(services))
    made = await services.budgets.add(Terms("checkout", "USD", amount=Decimal(8000)), by=OPERATOR)
    async with services.database.begin() as tx:
        await tx.execute(text("UPDATE budgets SET subject = 'label:tier=gold'"))
    told = (await found(work.work, case_of(services)))["budgets"]
    assert told.state is State.WARNING
    assert f"there no more: {made.id} (label:tier=gold)" in told.words
    assert f"cost-tracker budgets remove {made.id}" in told.fix
