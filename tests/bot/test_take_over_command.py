"""`sync NEW --take-over OLD`, as a shell runs it: says what will move, asks, moves it."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from core.database import Database
from tests.bot.test_command_line import PROGRAM
from tests.support.bigquery import Emulator, Table, bigquery_emulator
from tests.support.charges import scalar
from tests.support.export import history, written
from tests.support.stored import total

__all__ = ["bigquery_emulator"]

FIRST: Final = date(2026, 11, 2)

type Sync = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def sync(fresh_database: Database, bigquery_emulator: Emulator, tmp_path: Path) -> Sync:
    """Run the command with some tables listed, by the names of their sources."""
    sources = tmp_path / "sources.toml"
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": fresh_database.url,
        "DATA_DIR": str(tmp_path),
        "SOURCES_FILE": str(sources),
        "BIGQUERY_API_ENDPOINT": bigquery_emulator.endpoint,
        "LOG_LEVEL": "ERROR",
        "KEEP_CHARGES_MONTHS": "0",  # whatever day it is
    }

    async def run(listed: dict[str, Table], *options: str, typed: str = "") -> tuple[int, str]:
        sources.write_text(
            "".join(
                f'[[source]]\nname = "{name}"\nkind = "bigquery"\ntable = "{table.id}"\n'
                for name, table in listed.items()
            )
        )
        process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "sync", *options),
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate(typed.encode())
        return process.returncode or 0, told.decode()

    return run


async def test_from_the_refusal_to_the_old_source_forgotten(
    fresh_database: Database, bigquery_emulator: Emulator, sync: Sync
) -> None:
    lines = history(FIRST, 3)
    old = {"gcp": written(bigquery_emulator.table("standard"), lines)}
    new = {"gcp-new": written(bigquery_emulator.table("detailed"), lines)}
    assert (await sync(old))[0] == 0
    whole = await total(fresh_database)
    status, told = await sync(new)
    assert status == 1
    assert "cost-tracker sync gcp-new --take-over gcp" in told
    assert (await sync(new, "--take-over", "gcp"))[0] == 2
    status, told = await sync(new, "gcp-new", "--take-over", "gcp", typed="n\n")
    assert status == 0
    assert "gcp holds 2026-11. Each moves to gcp-new, as a whole" in told
    assert told.endswith("Nothing was changed.\n")
    status, told = await sync(new, "gcp-new", "--take-over", "gcp", typed="y\n")
    assert status == 0
    assert "2026-11 moved from gcp: " in told
    assert "gcp holds no month any more: remove it from sources.toml." in told
    assert await total(fresh_database) == whole
    status, told = await sync(new, "gcp-new", "--take-over", "gcp", "--yes", "--json")
    assert json.loads(told[told.index("{") :])["moved"] == []
    assert "gcp holds no month." in told
    status, told = await sync(new, "gcp", "--prune", "--yes")
    assert status == 0
    assert "gcp: no longer in sources.toml, and kept" in told
    assert "Deleted 3 slices." in told
    assert await scalar(fresh_database, "SELECT string_agg(name, ',') FROM sources") == "gcp-new"
    assert await total(fresh_database) == whole


async def test_an_old_source_that_was_never_synced(bigquery_emulator: Emulator, sync: Sync) -> None:
    new = {"gcp-new": bigquery_emulator.table("standard")}
    status, told = await sync(new, "gcp-new", "--take-over", "gpc", "--yes")
    assert status == 1
    assert "No source 'gpc' has been synced." in told
