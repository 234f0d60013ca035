"""`sync --prune`, as a shell runs it: lists what has vanished, asks, deletes."""

import asyncio
import os
from datetime import date
from pathlib import Path

from core.access.model import OPERATOR
from core.costs.proving.service import ProofService
from core.database import Database
from tests.bot.test_command_line import PROGRAM
from tests.support.bigquery import Emulator, bigquery_emulator
from tests.support.charges import scalar
from tests.support.clock import FakeClock
from tests.support.export import history, written

__all__ = ["bigquery_emulator"]

FIRST = date(2026, 11, 1)


async def test_what_vanished_is_listed_and_deleted_only_if_that_is_wanted(
    fresh_database: Database, bigquery_emulator: Emulator, tmp_path: Path, clock: FakeClock
) -> None:
    table = written(bigquery_emulator.table("standard"), history(FIRST, 3))
    sources = tmp_path / "sources.toml"
    sources.write_text(f'[[source]]\nname = "gcp"\nkind = "bigquery"\ntable = "{table.id}"\n')
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": fresh_database.url,
        "DATA_DIR": str(tmp_path),
        "SOURCES_FILE": str(sources),
        "BIGQUERY_API_ENDPOINT": bigquery_emulator.endpoint,
        "LOG_LEVEL": "WARNING",
        "KEEP_CHARGES_MONTHS": "0",  # whatever day it is
    }

    async def sync(*options: str, typed: str = "") -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "sync", *options),
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate(typed.encode())
        return process.returncode or 0, told.decode()

    async def held() -> int:
        found: int = await scalar(fresh_database, "SELECT count(*) FROM slices")
        return found

    assert "Nothing has vanished" in (await sync("--prune"))[1]
    table.delete(FIRST)
    status, told = await sync("--prune", typed="n\n")
    assert (status, await held()) == (0, 3)
    assert "gcp: gone at the source: 2026-11-01" in told
    assert "Delete 1 slice and all that is held of it?" in told
    assert (await sync("--prune"))[0] == 1  # nobody answers
    assert await held() == 3
    assert "Deleted 1 slice." in (await sync("gcp", "--prune", "--yes"))[1]
    assert await held() == 2
    proofs = await ProofService(fresh_database, clock).reconcile(OPERATOR)
    assert proofs
    assert all(each.proved for each in proofs)
