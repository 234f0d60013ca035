"""Several series side by side, taken apart once: what dates of the month add, and the rest."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from core.forecasts.robust import Numbers, Whole
from core.forecasts.seasons import MONTHS, dates_effect, expected_next, same_dates, spread


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Series that end on the same day.

    values: (series, days); nan where a day is missing, and before a series begins.
    expected: what each day was expected to be by the days before it.
    unexplained: what weekdays and level left of each day when it came.
    smooth: the values less what was known then to come on that date of every month.
    from_start, from_end: where the same date lies in earlier months, of each day and of those
        ahead; see `same_dates`.
    """

    first: np.datetime64
    values: Numbers
    expected: Numbers
    unexplained: Numbers
    smooth: Numbers
    from_start: Whole
    from_end: Whole

    @classmethod
    def of(cls, first: np.datetime64, values: Numbers, ahead: int = 0) -> Self:
        """Take series apart, with room for so many days ahead."""
        days = np.arange(values.shape[-1] + ahead)
        from_start, from_end = same_dates(first, days, MONTHS + ahead // 28 + 1)
        plain = expected_next(values)
        unexplained = values - plain
        panel = cls(first, values, plain, unexplained, values, from_start, from_end)
        known = np.arange(values.shape[-1])
        dates = panel.dates(known, known)
        return replace(panel, expected=plain + dates, smooth=values - dates)

    @property
    def days(self) -> int:
        """How many days are known."""
        return int(self.values.shape[-1])

    def dates(self, days: Whole, before: Whole) -> Numbers:
        """What the dates of some days add, by what was known before others: (series, *days)."""
        noise = spread(self.unexplained, before)
        noise = noise.reshape(*noise.shape, *(1,) * (days.ndim - before.ndim))
        limit = np.broadcast_to(before.reshape(*before.shape, *noise.shape[2:]), days.shape)
        by_start = dates_effect(self.unexplained, self.from_start[days], limit, noise)
        by_end = dates_effect(self.unexplained, self.from_end[days], limit, noise)
        return np.where(by_start != 0, by_start, by_end)
