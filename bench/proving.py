"""A proof of a whole company whose rollups are all wrong: what it takes in memory and time.

Rollups of 200 accounts of 20 services, 82 days, without a fact behind them: 656,000 lines that
the facts don't add up to, which is the most that a proof can find.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from bench import Figure
from bench.memory import peak
from bench.read import DAYS, NOW, _fill
from bench.server import Server
from core.access.model import OPERATOR
from core.costs.proving.proof import check_rollups
from core.costs.proving.service import ProofService
from core.database import Database
from core.embedded_postgres import ensure, stop

RUNS: Final = 3
ACCOUNTS: Final = 200


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """Memory of the process that proves, beyond what it had before, and time by the clock."""
    url = await ensure(folder / "postgres", durable=False)
    try:
        async with Server(url, folder / "rows").database("proving") as database:
            await _fill(database, ACCOUNTS, DAYS)
            found = sum(error.rows for error in await check_rollups(database))
            with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
                loop = asyncio.get_running_loop()
                runs = [
                    await loop.run_in_executor(pool, _proved, database.url) for _ in range(RUNS)
                ]
    finally:
        await stop(folder / "postgres")
    what = f"proof that finds {found:,} wrong lines of rollups"
    yield Figure(f"{what}: memory", [memory for memory, _ in runs], unit="MB", limit=20)
    yield Figure(f"{what}: time", [seconds for _, seconds in runs], unit="s")


def _proved(url: str) -> tuple[float, float]:
    return asyncio.run(_prove(url))


async def _prove(url: str) -> tuple[float, float]:
    """Megabytes and seconds of one proof."""
    database = await Database.connect(url)
    try:
        proof = ProofService(database, lambda: NOW)
        await proof.kept(OPERATOR)  # what is imported and prepared on first use is no proof's
        before, began = peak(), time.perf_counter()
        await proof.reconcile(OPERATOR)
        return peak() - before, time.perf_counter() - began
    finally:
        await database.close()
