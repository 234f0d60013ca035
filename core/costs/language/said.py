"""What a question says, gathered word by word, and what it leaves unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from core.costs.language.errors import WholeMonthsError
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
from core.period import Period, is_whole_months, to_calendar, whole_months

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

    def query(self, today: date, asker: Asker) -> CostQuery:
        """The question, with what was left unsaid.

        Raises:
            WholeMonthsError: an invoice is asked for, of something else.
        """
        self._choose_projects(asker)
        basis = self.basis or Basis.USAGE
        implied = Measure.NET if basis is Basis.INVOICE else Measure.COST
        period = self.period or parse_period("mtd", today)
        versus = self.versus
        if basis is Basis.INVOICE:
            period = _invoiced(period)
            if versus is not None and versus.period is not None:
                versus = Versus("period", period=_invoiced(versus.period))
        return CostQuery(
            period=period,
            where=self._where(),
            group_by=self._grouping(),
            measure=self.measure or implied,
            basis=basis,
            granularity=self.granularity,
            versus=versus,
            top=self.top,
            over=self.over,
            currency=self.currency,
            form=self.form,
        )

    def _choose_projects(self, asker: Asker) -> None:
        said = self.everything or any(dimension in _WHO for dimension, _ in self.filters)
        if not said and (own := asker.here or asker.mine):
            self.keep(PROJECT, own, negated=False)

    def _where(self) -> tuple[Filter, ...]:
        filters = (
            Filter(dimension, tuple(sorted(values, key=_value_order)), negated)
            for (dimension, negated), values in self.filters.items()
        )
        return tuple(sorted(filters, key=_filter_order))

    def _grouping(self) -> tuple[Dimension, ...]:
        if self.group_by or self.ungrouped:
            return tuple(self.group_by)
        several = len(self.filters.get((PROJECT, False), ())) > 1
        return (PROJECT,) if several else (SERVICE,)


def _invoiced(period: Period) -> Period:
    """The whole months of a period; those begun, of a to-date one."""
    months = to_calendar(period)
    if is_whole_months(months):
        return months
    nearest = str(whole_months(months))
    raise WholeMonthsError(
        f"An invoice is of whole months, and {str(period)!r} is not.",
        fix=f"Ask for {nearest}, or leave 'invoice' out.",
        suggestions=[nearest],
    )


def _filter_order(each: Filter) -> tuple[int, str, bool]:
    known = each.dimension in DIMENSIONS
    place = DIMENSIONS.index(each.dimension) if known else len(DIMENSIONS)
    return place, each.dimension.key, each.negated


def _value_order(value: str | None) -> tuple[bool, str]:
    return value is None, value or ""
