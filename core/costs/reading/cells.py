"""Two periods of a question, cell by cell: what `core.costs.drivers` explains."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.costs.drivers.model import Cell, Usage
from core.costs.model import PROJECT, REGION, SERVICE, SKU, CostQuery, Dimension, label
from core.costs.reading.sql.cells import cells, filters_of
from core.costs.reading.sql.shape import filter_parameters
from core.database import Database
from core.money import ZERO
from core.period import Period

_FIRST = (SERVICE, SKU, REGION, PROJECT)


@dataclass(slots=True)
class Cells:
    """By currency; `names` are display names that differ from the identity."""

    dimensions: tuple[Dimension, ...]
    of: defaultdict[str, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    names: dict[tuple[Dimension, str], str] = field(default_factory=dict)


async def read_cells(
    database: Database,
    query: CostQuery,
    visible: frozenset[str] | None,
    *,
    now: Period,
    then: Period,
    labels: Sequence[str],
) -> Cells:
    """Every combination of service, SKU, region, project and labels that either period has."""
    found = Cells((*_FIRST, *map(label, labels)))
    statement = cells(filters_of(query.where), len(labels), restricted=visible is not None)
    values: dict[str, Any] = filter_parameters(query.where, visible)
    values |= {"now_start": now.start, "now_end": now.end}
    values |= {"then_start": then.start, "then_end": then.end}
    values |= {f"label_{n}": key for n, key in enumerate(labels)}
    width = len(found.dimensions)
    for row in await database.fetch(statement.sql, statement.arguments(values)):
        sku_name, project_name, currency, once, before, after, *used = row[width:]
        cell = Cell(tuple(row[:width]), before, after, _usage(*used), once)
        found.of[currency].append(cell)
        _, sku, _, project, *_ = cell.values
        for dimension, value, name in ((SKU, sku, sku_name), (PROJECT, project, project_name)):
            if value and name and name != value:
                found.names[dimension, value] = name
    return found


def _usage(before: Any, after: Any, unit: str | None) -> Usage | None:
    return None if not unit else Usage(before or ZERO, after or ZERO, unit)
