"""Where a change comes from: down from the total to the one place that explains it.

From the total, the value that explains two thirds of the change and stands out most: the one
whose share of the change exceeds its share of the base by most. From there again, until none does.
What holds almost everything (`env=prod`) would explain any change: it explains none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from core.costs.drivers.model import Cell

type Numbers = npt.NDArray[np.float64]
type Whole = npt.NDArray[np.int64]
type Mask = npt.NDArray[np.bool_]

EXPLAINS: Final = 0.66
ALMOST_ALL: Final = 0.8
"""What holds so much of the base explains nothing."""
_STANDS_OUT: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Cells as numbers: of each dimension, which of its values a cell has.

    codes: (dimensions, cells), numbers of `values`.
    """

    values: tuple[tuple[str | None, ...], ...]
    codes: Whole
    before: Numbers
    after: Numbers

    @classmethod
    def of(cls, cells: Sequence[Cell], dimensions: int) -> Self:
        """Number the values of each dimension."""
        values, codes = [], np.zeros((dimensions, len(cells)), np.int64)
        for n in range(dimensions):
            numbers: dict[str | None, int] = {}
            codes[n] = [numbers.setdefault(cell.values[n], len(numbers)) for cell in cells]
            values.append(tuple(numbers))
        before = np.array([float(cell.before) for cell in cells], np.float64)
        after = np.array([float(cell.after) for cell in cells], np.float64)
        return cls(tuple(values), codes, before, after)

    @property
    def change(self) -> Numbers:
        """How much more each cell costs."""
        return self.after - self.before


class Found(NamedTuple):
    """Values that restrict one another, as (dimension, number of the value), and their cells."""

    path: tuple[tuple[int, int], ...]
    cells: Mask


def drill(cube: Cube, within: Mask) -> Found | None:
    """The place that explains the change of some cells; None where no value does."""
    path: tuple[tuple[int, int], ...] = ()
    cells = within
    while (step := _step(cube, cells, {dimension for dimension, _ in path})) is not None:
        path = (*path, step)
        cells = cells & (cube.codes[step[0]] == step[1])
    return Found(path, cells) if path else None


def _step(cube: Cube, cells: Mask, used: set[int]) -> tuple[int, int] | None:
    """The value that explains most of the change, and stands out most."""
    best, found = _STANDS_OUT, None
    for dimension, change, base in _shares(cube, cells, used):
        out = np.where((change >= EXPLAINS) & (base < ALMOST_ALL), change - base, -np.inf)
        value = int(out.argmax())
        if out[value] > best:
            best, found = float(out[value]), (dimension, value)
    return found


def _shares(cube: Cube, cells: Mask, used: set[int]) -> Iterator[tuple[int, Numbers, Numbers]]:
    """By dimension: each value's share of the cells' change and of their base."""
    change, base = cube.change[cells], np.abs(cube.before[cells])
    whole, all_base = float(change.sum()), float(base.sum())
    if whole == 0 or all_base == 0:  # what is all new doesn't differ from what it was
        return
    for dimension, codes in enumerate(cube.codes):
        if dimension in used:
            continue
        size = len(cube.values[dimension])
        here = codes[cells]
        shares = np.bincount(here, change, size) / whole
        yield dimension, shares, np.bincount(here, base, size) / all_base
