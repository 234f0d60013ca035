"""How often the cause of a change is found exactly, on seeds nothing was tuned on, and how fast.

A cause is values of one to three dimensions. It is found if the cells named are the cells
changed. Beside it: the single value that changed most. Tuned on seeds 0 and 1; judged on 100 to
104.
"""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import numpy as np

from bench import Figure, Limit
from bench.foresight.causes import DIMENSIONS, Caused, caused
from core.costs.drivers.explaining import explain
from core.costs.drivers.model import Cell

_SEEDS: Final = range(100, 105)
_LEAST: Final = {1: 0.98, 2: 0.89, 3: 0.66}


async def measure(folder: Path) -> AsyncIterator[Figure]:  # noqa: ARG001 - no files
    """Causes of one, two and three values."""
    took = []
    for depth, least in _LEAST.items():
        some = [one for seed in _SEEDS for one in caused(seed, depth)]
        found = []
        for one in some:
            began = time.process_time()
            found.append(_named(one))
            took.append((time.process_time() - began) * 1000)
        exact = sum(
            _cells(n, one.cells) == _cells(one.cause, one.cells)
            for n, one in zip(found, some, strict=True)
        )
        single = sum(
            _cells(_largest(one), one.cells) == _cells(one.cause, one.cells) for one in some
        )
        yield Figure(
            f"the cause found exactly, {depth} deep", [exact / len(some)], [single / len(some)], "",
            Limit.LEAST, least, raw_is="the value that changed most",
        )  # fmt: skip
    yield Figure(f"explaining a change of {len(some[0].cells)} cells: CPU", took)


def _named(one: Caused) -> frozenset[tuple[int, str | None]]:
    main = explain(one.cells, DIMENSIONS, "USD").main
    path = () if main is None else main.path
    return frozenset((DIMENSIONS.index(dimension), value) for dimension, value in path)


def _largest(one: Caused) -> frozenset[tuple[int, str | None]]:
    changes: dict[tuple[int, str | None], float] = {}
    for cell in one.cells:
        for place in enumerate(cell.values):
            changes[place] = changes.get(place, 0) + float(cell.after - cell.before)
    return frozenset([max(changes, key=lambda place: abs(changes[place]))])


def _cells(
    values: frozenset[tuple[int, str]] | frozenset[tuple[int, str | None]], cells: tuple[Cell, ...]
) -> bytes:
    """Which cells have all of the values."""
    if not values:
        return b""
    return np.array([all(cell.values[n] == v for n, v in values) for cell in cells]).tobytes()
