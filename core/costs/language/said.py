"""What a question says, gathered word by word, and what it leaves unsaid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from core.costs.model import (
    ACCOUNT,
    DIMENSIONS,
    PROJECT,
    SERVICE,
    TEAM,
    Asker,
    Basis,
    CostQuery,
    Dimension,
    Filter,
    Form,
    Granularity,
    Measure,
    Versus,
)
from core.named_period import parse_period
from core.period import Period, to_calendar

type _Filters = Mapping[tuple[Dimension, bool], Mapping[str | None, None]]

_WHO: Final = (PROJECT, TEAM, ACCOUNT)
"""Who says one of these has said whose costs are meant."""


@dataclass(slots=True)
class Said:
    """The parts of a question that were said; None or empty: nothing was."""

    period: Period | None = None
    filters: dict[tuple[Dimension, bool], dict[str | None, None]] = field(default_factory=dict)
    everything: bool = False
    group_by: list[Dimension] = field(default_factory=list)
    ungrouped: bool = False
    measure: Measure | None = None
    basis: Basis | None = None
    granularity: Granularity | None = None
    versus: Versus | None = None
    top: int | None = None
    over: Decimal | None = None
    currency: str | None = None
    form: Form | None = None

    def keep(self, dimension: Dimension, values: Sequence[str | None], *, negated: bool) -> None:
        """Add values to those that are kept, or left out."""
        self.filters.setdefault((dimension, negated), {}).update(dict.fromkeys(values))

    @property
    def cut(self) -> bool:
        """Whether it says how its answer's lines are made, their currency aside."""
        chosen = (self.granularity, self.versus, self.top, self.over)
        return bool(self.group_by) or self.ungrouped or any(each is not None for each in chosen)

    def query(self, today: date, asker: Asker) -> CostQuery:
        """The question, with what was left unsaid. Leaves itself as it is."""
        filters = self._chosen(asker)
        basis = self.basis or Basis.USAGE
        implied = Measure.NET if basis is Basis.INVOICE else Measure.COST
        period = self.period or parse_period("mtd", today)
        versus = self.versus
        if basis is Basis.INVOICE:
            period = to_calendar(period)
            if versus is not None and versus.period is not None:
                versus = replace(versus, period=to_calendar(versus.period))
        return CostQuery(
            period=period,
            where=_where(filters),
            group_by=self._grouping(filters),
            measure=self.measure or implied,
            basis=basis,
            granularity=self.granularity,
            versus=versus,
            top=self.top,
            over=self.over,
            currency=self.currency,
            form=self.form,
        )

    def _chosen(self, asker: Asker) -> _Filters:
        """The filters, with the projects that are meant where none are said."""
        own = asker.here or asker.mine
        if self.everything or not own or any(dimension in _WHO for dimension, _ in self.filters):
            return self.filters
        return {**self.filters, (PROJECT, False): dict.fromkeys(own)}

    def _grouping(self, filters: _Filters) -> tuple[Dimension, ...]:
        if self.group_by or self.ungrouped:
            return tuple(self.group_by)
        several = len(filters.get((PROJECT, False), ())) > 1
        return (PROJECT,) if several else (SERVICE,)


def _where(filters: _Filters) -> tuple[Filter, ...]:
    kept = (
        Filter(dimension, tuple(sorted(values, key=_value_order)), negated)
        for (dimension, negated), values in filters.items()
    )
    return tuple(sorted(kept, key=_filter_order))


def _filter_order(each: Filter) -> tuple[int, str, bool]:
    known = each.dimension in DIMENSIONS
    place = DIMENSIONS.index(each.dimension) if known else len(DIMENSIONS)
    return place, each.dimension.key, each.negated


def _value_order(value: str | None) -> tuple[bool, str]:
    return value is None, value or ""
