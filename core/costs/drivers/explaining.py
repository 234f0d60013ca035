"""Two periods' cells → what made the difference."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from core.costs.drivers.drill import ALMOST_ALL, Cube, Found, Mask, Numbers, drill
from core.costs.drivers.model import Cell, Change, Driver, Drivers, Path
from core.costs.drivers.usage import price_and_usage
from core.costs.model import PROJECT, SERVICE, SKU, Dimension
from core.money import ZERO

MOST_CAUSES: Final = 5

_TELLING: Final = frozenset({SERVICE, PROJECT})
_MATTERS: Final = 0.05
_HARDLY_CHANGED: Final = 0.001


def explain(cells: Sequence[Cell], dimensions: Sequence[Dimension], currency: str) -> Drivers:
    """What explains the difference between two periods.

    Args:
        cells: one for each combination of values, in one currency. The periods have the same
            number of days, complete on both sides.
        dimensions: of the cells' values. Where no place explains the change, its largest parts
            are told by service or project; without these by the first.
        currency: of all amounts.
    """
    lasting = [cell for cell in cells if not cell.one_off]
    once = [cell for cell in cells if cell.one_off]
    total, one_off = _change(cells), _change(once)
    cube = Cube.of(lasting, len(dimensions))
    least = _MATTERS * max(
        abs(float(total.amount - one_off.amount)), np.abs(cube.change).max(initial=0)
    )
    found = list(_causes(cube, _telling(cube, dimensions), least))
    causes = [_driver(place, lasting, cube, dimensions) for place, _ in found]
    listed = Listing(cube, lasting, dimensions, least)
    return Drivers(
        currency=currency,
        total=total,
        one_off=one_off,
        causes=tuple(causes),
        main=causes[0] if found and found[0][1] else None,
        new=listed.one_sided(cube.before, cube.after),
        vanished=listed.one_sided(cube.after, cube.before),
        one_offs=_one_offs(once, dimensions),
    )


def _causes(cube: Cube, telling: int, least: float) -> Iterator[tuple[Found, bool]]:
    """Places, each without the cells of those before, and whether it explains what was left."""
    left = np.ones(len(cube.before), bool)
    for _ in range(MOST_CAUSES):
        place = _explaining(cube, left)
        explains = place is not None
        if place is None:
            place = _largest(cube, telling, left)
        if place is None or abs(cube.change[place.cells].sum()) < max(least, _SMALLEST):
            return
        yield place, explains
        left = left & ~place.cells


_SMALLEST: Final = 1e-9


def _explaining(cube: Cube, left: Mask) -> Found | None:
    change = abs(float(cube.change[left].sum()))
    if change < max(_SMALLEST, _HARDLY_CHANGED * float(np.abs(cube.before[left]).sum())):
        return None
    return drill(cube, left)


def _telling(cube: Cube, dimensions: Sequence[Dimension]) -> int:
    """By which dimension the largest parts are told: service or project, whose parts are larger.

    Not by one of which a single value holds almost everything, if the other tells more.
    """

    def rank(number: int) -> tuple[bool, bool, float]:
        codes = cube.codes[number]
        base = np.bincount(codes, np.abs(cube.before)).max(initial=0)
        part = np.abs(np.bincount(codes, cube.change)).max(initial=0)
        spread = base < ALMOST_ALL * (np.abs(cube.before).sum() or 1)
        return bool(spread), len(cube.values[number]) > 1, float(part)

    found = [n for n, each in enumerate(dimensions) if each in _TELLING]
    return max(found, key=rank, default=0)


def _largest(cube: Cube, telling: int, left: Mask) -> Found | None:
    """The value of a dimension that changed most, either way."""
    codes = cube.codes[telling][left]
    if not len(codes):
        return None
    value = int(np.abs(np.bincount(codes, cube.change[left])).argmax())
    return Found(((telling, value),), left & (cube.codes[telling] == value))


def _driver(
    place: Found, cells: Sequence[Cell], cube: Cube, dimensions: Sequence[Dimension]
) -> Driver:
    inside = [cells[n] for n in np.flatnonzero(place.cells).tolist()]
    path = _path(place, cube, dimensions)
    whole = np.logical_and.reduce([cube.codes[d] == value for d, value in place.path])
    rest = bool((whole & ~place.cells).any())
    return Driver(path, _change(inside), price_and_usage(inside), rest)


def _path(place: Found, cube: Cube, dimensions: Sequence[Dimension]) -> Path:
    """Where it is; of several services, a SKU's name alone doesn't tell whose it is."""
    path = {dimensions[d]: cube.values[d][value] for d, value in sorted(place.path)}
    if path.get(SKU) is None or SERVICE in path or SERVICE not in dimensions:
        return tuple(path.items())
    services = dimensions.index(SERVICE)
    values, codes = cube.values[services], np.unique(cube.codes[services][place.cells])
    service = values[codes[0]] if len(codes) == 1 < len(values) else None
    return tuple(path.items()) if service is None else ((SERVICE, service), *path.items())


def _change(cells: Sequence[Cell]) -> Change:
    return Change(
        sum((cell.before for cell in cells), ZERO), sum((cell.after for cell in cells), ZERO)
    )


def _one_offs(cells: Sequence[Cell], dimensions: Sequence[Dimension]) -> tuple[Driver, ...]:
    """Charges that don't go on, each by all that is known of it, the largest first."""
    drivers = [
        Driver(tuple(zip(dimensions, cell.values, strict=True)), Change(cell.before, cell.after))
        for cell in cells
        if cell.before != cell.after
    ]
    return tuple(sorted(drivers, key=lambda d: -abs(d.change.amount))[:MOST_CAUSES])


class Listing:
    """Values that have spend in one of the periods only."""

    def __init__(
        self, cube: Cube, cells: Sequence[Cell], dimensions: Sequence[Dimension], least: float
    ) -> None:
        self._cube = cube
        self._cells = cells
        self._dimensions = dimensions
        self._least = least

    def one_sided(self, without: Numbers, having: Numbers) -> tuple[Driver, ...]:
        """Values with no spend on one side, the largest first.

        A value that comes with another one that is listed (the SKUs of a new service) isn't.
        """
        told = np.zeros(len(without), bool)
        drivers = []
        for number in range(len(self._dimensions)):
            for value in self._values(number, without, having):
                cells = self._cube.codes[number] == value
                if told[cells].all():
                    continue
                told = told | cells
                path = _path(Found(((number, value),), cells), self._cube, self._dimensions)
                drivers.append(
                    Driver(path, _change([self._cells[n] for n in np.flatnonzero(cells).tolist()]))
                )
        drivers.sort(key=lambda driver: -abs(driver.change.amount))
        return tuple(drivers[:MOST_CAUSES])

    def _values(self, dimension: int, without: Numbers, having: Numbers) -> list[int]:
        codes, size = self._cube.codes[dimension], len(self._cube.values[dimension])
        nothing = np.bincount(codes, np.abs(without), size) == 0
        amounts = np.abs(np.bincount(codes, having, size))
        return [int(n) for n in np.flatnonzero(nothing & (amounts > max(self._least, _SMALLEST)))]
