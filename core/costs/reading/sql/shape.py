"""The shape of a question: all of it that its SQL text depends on; the rest are parameters."""

from dataclasses import dataclass
from typing import Any

from core.costs.model import (
    ACCOUNT,
    PROJECT,
    PROVIDER,
    TEAM,
    Basis,
    CostQuery,
    Filter,
    Granularity,
    Measure,
)
from core.costs.reading.plan import Grain, Plan, Side
from core.period import Period

OF_SCOPES = frozenset({PROJECT.name, TEAM.name, PROVIDER.name, ACCOUNT.name})


@dataclass(frozen=True, slots=True)
class Shape:
    """What statements differ in.

    dimensions: names of those grouped by. filters: name and whether negated, of each.
    pieces: table and side of each. restricted: the viewer sees some projects only.
    other_project: the other side is another project. convert: to one currency.
    """

    dimensions: tuple[str, ...]
    filters: tuple[tuple[str, bool], ...]
    measure: Measure
    basis: Basis
    granularity: Granularity | None
    pieces: tuple[tuple[Grain, Side], ...]
    restricted: bool
    other_project: bool = False
    by_months: bool = False
    convert: bool = False

    @property
    def by_resource(self) -> bool:
        """Whether it tells resources apart."""
        return any(grain is Grain.RESOURCE for grain, _ in self.pieces)

    @property
    def everything(self) -> bool:
        """Whether spend of no project is a part of it that its lines don't show."""
        names = {name for name, _ in self.filters}
        return not (self.restricted or PROJECT.name in self.dimensions or names & OF_SCOPES)


def shape_of(query: CostQuery, plan: Plan, visible: frozenset[str] | None) -> Shape:
    """The shape of a planned question."""
    return Shape(
        dimensions=tuple(d.name for d in query.group_by),
        filters=tuple((f.dimension.name, f.negated) for f in query.where),
        measure=query.measure,
        basis=query.basis,
        granularity=query.granularity,
        pieces=tuple((piece.grain, piece.side) for piece in plan.pieces),
        restricted=visible is not None,
        other_project=query.versus is not None and query.versus.project is not None,
        by_months=bool(plan.shift.months),
        convert=query.currency is not None,
    )


def parameters(query: CostQuery, plan: Plan, visible: frozenset[str] | None) -> dict[str, Any]:
    """The values of a question's parameters, by name; a statement takes those it has."""
    values: dict[str, Any] = filter_parameters(query.where, visible)
    values.update(
        shift=plan.shift.months or plan.shift.days,
        target=query.currency,
        first=plan.now.start,
        other_project=query.versus and query.versus.project,
    )
    for index, dimension in enumerate(query.group_by):
        values[f"group_key_{index}"] = dimension.key
    for index, piece in enumerate(plan.pieces):
        values.update(period_parameters(piece.period, index))
    return values


def filter_parameters(where: tuple[Filter, ...], visible: frozenset[str] | None) -> dict[str, Any]:
    """The values that filters and the viewer's projects compare with; '' is none."""
    values: dict[str, Any] = {"visible": None if visible is None else sorted(visible)}
    for index, item in enumerate(where):
        values[f"values_{index}"] = [value or "" for value in item.values]
        values[f"key_{index}"] = item.dimension.key
    return values


def period_parameters(period: Period, index: int = 0) -> dict[str, Any]:
    """The bounds of a piece's days."""
    return {f"start_{index}": period.start, f"end_{index}": period.end}


@dataclass(frozen=True, slots=True)
class RowsShape:
    """What statements that list rows differ in; `continued`: after a position."""

    filters: tuple[tuple[str, bool], ...]
    measure: Measure
    basis: Basis
    restricted: bool
    continued: bool = False


def rows_shape_of(
    query: CostQuery, visible: frozenset[str] | None, *, continued: bool = False
) -> RowsShape:
    """The shape of a question whose rows are listed."""
    return RowsShape(
        filters=tuple((f.dimension.name, f.negated) for f in query.where),
        measure=query.measure,
        basis=query.basis,
        restricted=visible is not None,
        continued=continued,
    )
