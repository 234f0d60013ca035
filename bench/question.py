"""Reading a question in a big company: the words, and the guess at a mistyped name."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from bench import Figure
from core.costs.model import Vocabulary
from core.costs.question import parse_cost_query
from core.errors import CostTrackerError

_TODAY: Final = date(2026, 11, 22)
_RUNS: Final = 51


async def measure(_folder: Path) -> AsyncIterator[Figure]:
    """CPU milliseconds, with 10,000 accounts, 300 services and 3,000 SKUs."""
    names = company()
    typed = "team-7-app-1007 last-7d by sku service=Cloud Service 12,Cloud Service 13 top 5"
    yield Figure("read a question, CPU", _timed(lambda: _read(typed, names)), limit=1)
    yield Figure("guess a mistyped name, CPU", _timed(lambda: _read("team-7-ap-1007", names)))
    yield Figure("read 40,000 characters, CPU", _timed(lambda: _read("a-" * 20_000, names), 5))


def company() -> Vocabulary:
    """The names of a company of 10,000 projects."""
    projects = [f"team-{n % 50}-app-{n}" for n in range(10_000)]
    return Vocabulary(
        projects={slug: slug.title() for slug in projects},
        accounts={f"acme-{slug}-prod": (slug.title(), slug) for slug in projects},
        services=frozenset(f"Cloud Service {n}" for n in range(300)),
        skus={f"{n:04X}-SKU": f"Core running in Region {n % 40}" for n in range(3_000)},
        regions={f"region-{n}": "" for n in range(40)},
    )


def _read(text: str, names: Vocabulary) -> None:
    with suppress(CostTrackerError):
        parse_cost_query(text, today=_TODAY, names=names)


def _timed(work: Callable[[], None], runs: int = _RUNS) -> list[float]:
    work()
    times = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1000)
    return times
