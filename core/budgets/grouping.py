"""Budgets whose subjects are told apart by the same dimensions are read in one pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from math import prod
from typing import Final

from core.budgets.model import Budget
from core.costs.model import PROVIDER, CostQuery, Dimension, Filter, Granularity, Measure
from core.period import Period

type Values = tuple[str | None, ...]

_MOST_VALUES: Final = 1000
"""A subject of more combinations of values is held against every group instead."""
_MOST_EXACT: Final = 400_000
"""How many days are held as money at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A budget and the first of the days on which it is looked at."""

    budget: Budget
    since: date
    where: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Pass:
    """Budgets that one question answers: by which dimensions, the provider being the last."""

    dimensions: tuple[Dimension, ...]
    measure: Measure
    wanted: tuple[Wanted, ...]

    @property
    def since(self) -> date:
        """The first day of which any of them has to be known as money."""
        return min(each.since for each in self.wanted)

    def days(self, today: date, back: int) -> Period:
        """The days to ask for: of any of them, and so many back from today."""
        return Period(min(self.since, today - timedelta(back)), today + timedelta(1))

    def query(self, days: Period) -> CostQuery:
        """The question, of no more values than the budgets are about."""
        return CostQuery(
            days, tuple(self._where()), self.dimensions, self.measure, granularity=Granularity.DAILY
        )

    def _where(self) -> Iterator[Filter]:
        for dimension in self.dimensions:
            filters = [f for each in self.wanted for f in each.where if f.dimension == dimension]
            if len(filters) == len(self.wanted) and not any(f.negated for f in filters):
                yield Filter(dimension, tuple(dict.fromkeys(v for f in filters for v in f.values)))


def passes(wanted: Iterable[Wanted], until: date) -> Iterator[Pass]:
    """Put budgets together that one question answers, no more than memory is meant to hold."""
    alike: defaultdict[tuple[tuple[Dimension, ...], Measure], list[Wanted]] = defaultdict(list)
    for each in wanted:
        asked = {f.dimension for f in each.where} - {PROVIDER}
        alike[(*sorted(asked), PROVIDER), each.budget.terms.measure].append(each)
    for (dimensions, measure), found in alike.items():
        found.sort(key=lambda each: each.since, reverse=True)
        for some in _bounded(found, until):
            yield Pass(dimensions, measure, tuple(some))


def _bounded(wanted: Sequence[Wanted], until: date) -> Iterator[list[Wanted]]:
    """Those that look back least come first, so that others don't make them look further."""
    some: list[Wanted] = []
    for each in wanted:
        if some and (len(some) + 1) * (until - each.since).days > _MOST_EXACT:
            yield some
            some = []
        some.append(each)
    if some:
        yield some


class Places:
    """Which budgets of a pass a group of charges counts for."""

    def __init__(self, of: Pass) -> None:
        """Index those that name values; the others are held against every group."""
        self._indexed: defaultdict[tuple[int, ...], defaultdict[Values, list[int]]]
        self._indexed = defaultdict(lambda: defaultdict(list))
        self._others: list[tuple[int, Sequence[tuple[int, Filter]]]] = []
        for place, each in enumerate(of.wanted):
            self._add(place, [(of.dimensions.index(f.dimension), f) for f in each.where])

    def _add(self, place: int, filters: Sequence[tuple[int, Filter]]) -> None:
        where = tuple(n for n, _ in filters)
        once = len(set(where)) == len(where) and not any(f.negated for _, f in filters)
        if not once or prod(len(f.values) for _, f in filters) > _MOST_VALUES:
            self._others.append((place, filters))
            return
        for values in product(*(dict.fromkeys(f.values) for _, f in filters)):
            self._indexed[where][values].append(place)

    def of(self, group: Values) -> Iterator[int]:
        """Their places in the pass."""
        for where, found in self._indexed.items():
            yield from found.get(tuple(group[n] for n in where), ())
        for place, filters in self._others:
            if all((group[n] in f.values) != f.negated for n, f in filters):
                yield place
