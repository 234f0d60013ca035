"""Two periods of a company, and a cause put in at a known place."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.foresight.generated import Numbers
from core.costs.drivers.model import Cell
from core.costs.model import PROJECT, REGION, SERVICE, SKU, Dimension, label

DIMENSIONS: Final[tuple[Dimension, ...]] = (SERVICE, SKU, REGION, PROJECT, label("team"))

_SERVICES, _SKUS, _REGIONS, _PROJECTS, _TEAMS = 10, 6, 5, 15, 5
_SERVICE, _SKU, _PROJECT, _TEAM = 0, 1, 3, 4
_IMPLIED: Final = ({_SERVICE, _SKU}, {_PROJECT, _TEAM})


@dataclass(frozen=True, slots=True)
class Caused:
    """Cells of two periods, and the values that all changed cells have."""

    cells: tuple[Cell, ...]
    cause: frozenset[tuple[int, str]]


def caused(seed: int, depth: int, count: int = 100) -> Iterator[Caused]:
    """Companies with a cause of so many values.

    A company has some 700 cells, of very different sizes, each of which changes by itself by a
    few per cent; here and there something else changes, up to a third as much as the cause.
    Where that is, cost grows by a quarter to three times, or falls by up to nine tenths, and the
    total by twice what cells by themselves usually make of it.
    """
    for n in range(count):
        rng = np.random.default_rng([seed, 99, depth, n])
        values = _values(rng)
        before = _sizes(rng, values)
        noise = rng.uniform(0.01, 0.1)
        after = before * np.exp(rng.normal(0, noise, len(before)))
        cause, cells = _place(rng, values, before, depth)
        factor = rng.uniform(0.25, 3) if rng.random() < _MOSTLY_UP else -rng.uniform(0.4, 0.9)
        after[cells] += before[cells] * factor * np.exp(rng.normal(0, 0.2, cells.sum()))
        made = factor * before[cells].sum()
        other = rng.random(len(before)) < _ELSEWHERE
        after[other] += rng.uniform(-0.3, 0.3) * made * before[other] / before[other].sum()
        if abs(made) < 2 * noise * np.sqrt((before**2).sum()):
            continue
        yield Caused(_cells(values, before, after), cause)


_MOSTLY_UP: Final = 0.7
_ELSEWHERE: Final = 0.02


def _values(rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Which there are: each project has a team, some regions and some SKUs of some services."""
    found: list[tuple[str, ...]] = []
    for project in range(_PROJECTS):
        team = f"team {rng.integers(_TEAMS)}"
        regions = rng.choice(_REGIONS, int(rng.integers(1, 4)), replace=False)
        for service in rng.choice(_SERVICES, int(rng.integers(3, 7)), replace=False):
            for sku in rng.choice(_SKUS, int(rng.integers(2, 6)), replace=False):
                for region in regions:
                    sku_id = f"sku {service}-{sku}"
                    where = (f"service {service}", sku_id, f"region {region}")
                    found.append((*where, f"project {project}", team))
    return found


def _sizes(rng: np.random.Generator, values: list[tuple[str, ...]]) -> Numbers:
    """Large where the project, the service and the SKU are."""
    sizes = np.exp(rng.normal(3, 0.8, len(values)))
    for dimension, spread in ((_SERVICE, 0.6), (_SKU, 0.6), (_PROJECT, 0.6)):
        factors: dict[str, float] = {}
        for n, value in enumerate(values):
            sizes[n] *= factors.setdefault(value[dimension], float(np.exp(rng.normal(0, spread))))
    return sizes


def _place(
    rng: np.random.Generator, values: list[tuple[str, ...]], before: Numbers, depth: int
) -> tuple[frozenset[tuple[int, str]], npt.NDArray[np.bool_]]:
    """Values of one cell; a SKU stands for its service, a project for its team."""
    table = np.array(values)
    while True:
        cell = values[int(rng.choice(len(values), p=before / before.sum()))]
        some = sorted(int(d) for d in rng.choice(len(DIMENSIONS), depth, replace=False))
        if any(implied <= set(some) for implied in _IMPLIED):
            continue
        cells = np.all([table[:, d] == cell[d] for d in some], axis=0)
        fewer = [np.all([table[:, d] == cell[d] for d in some if d != out], axis=0) for out in some]
        # Each value has to matter: without it, other cells would be meant.
        if depth == 1 or all(before[f].sum() > 1.3 * before[cells].sum() for f in fewer):
            return frozenset((d, cell[d]) for d in some), cells


def _cells(values: list[tuple[str, ...]], before: Numbers, after: Numbers) -> tuple[Cell, ...]:
    return tuple(
        Cell(value, Decimal(repr(round(float(b), 2))), Decimal(repr(round(float(a), 2))))
        for value, b, a in zip(values, before, after, strict=True)
    )
