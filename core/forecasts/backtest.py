"""What would have been expected earlier, beside what came: which method to trust, and how far.

Arrays are (series, …); missing is nan.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from core.forecasts.methods import paths
from core.forecasts.panel import Panel
from core.forecasts.robust import Numbers, Whole, mean, quantile

_STRIDE: Final = 3
_BACK: Final = 180
_LEAST_BEFORE: Final = 14
_PARTISAN: Final = 8
"""How much more the better methods count: weights fall with the error to this power."""
_WEEK: Final = 7
"""So many days ahead are as hard as one another."""
_ENOUGH: Final = 14
_UNSEEN_WEEK: Final = 1.1
_UNSEEN_DAYS: Final = 0.9
_OF_BACKTEST: Final = 3
_MOSTLY: Final = 0.8


class _Share(NamedTuple):
    """How a band is widened, for errors seen seldom; found on series that no test uses.

    daily: by so much of itself, for each week that the backtest reaches back.
    total, seldom: likewise for sums, once for all and for each such sum that fits in it.
    least: a sum's band is at least so much of the sum of its days' bands; more where the
        backtest is short, by `_LEAST_SEEN` for each week that it reaches back.
    """

    daily: float
    total: float
    seldom: float
    least: float


_LEAST_SEEN: Final = 0.4
_SHARES: Final = {0.8: _Share(1.5, 0.98, 0.9, 0.3), 0.95: _Share(2.2, 1.06, 1.2, 0.45)}


class Sides(NamedTuple):
    """How far below (never above 0) and above (never below 0) an expectation to go."""

    below: Numbers
    above: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """A forecast and its like of earlier days.

    expected: of the days ahead (series, horizon).
    errors: what came less what would have been expected (series, origins, horizon).
    weights: of each method (methods, series), adding up to 1.
    reach: how many days the first earlier forecast lies back; 0 if there is none.
    """

    expected: Numbers
    errors: Numbers
    weights: Numbers
    reach: int

    @classmethod
    def of(cls, panel: Panel, horizon: int, allowed: Numbers | None = None) -> Self:
        """Forecast, now and at every third day of half a year.

        Args:
            panel: the series, made with `ahead=horizon`.
            horizon: how many days.
            allowed: (methods, series), 0 for a method that doesn't suit.
        """
        origins = _origins(panel.days, horizon)
        every = paths(panel, np.concatenate([[panel.days], origins]), horizon)
        came = _came(panel, origins, horizon)
        begun = np.argmax(~np.isnan(panel.values), axis=-1)[:, None]
        came[origins < begun + min(_LEAST_BEFORE, panel.days // 2)] = np.nan
        largest = np.nan_to_num(np.abs(panel.values)).max(axis=-1, initial=0)
        weights = _weights(came - every[:, :, 1:], largest, allowed)
        blend = np.einsum("ms,msoh->soh", weights, every)
        reach = int(panel.days - origins.min()) if len(origins) else 0
        return cls(blend[:, 0], came - blend[:, 1:], weights, reach)

    def daily(self, share: float) -> Sides:
        """How far from each day's expectation that share of days came: (series, horizon).

        Days of the same week ahead are pooled; a later week is no surer than an earlier one.
        """
        series, origins, horizon = self.errors.shape
        rest = ((0, 0), (0, 0), (0, -horizon % _WEEK))
        weeks = np.pad(self.errors, rest, constant_values=np.nan)
        weeks = weeks.reshape(series, origins, -1, _WEEK)
        pooled = np.swapaxes(weeks, 1, 2).reshape(series, weeks.shape[2], -1)
        enough = np.sum(~np.isnan(pooled), axis=-1) >= _ENOUGH
        enough[:, 0] = True
        factor = 1 + _SHARES[share].daily * _WEEK / max(self.reach, _WEEK)
        below, above = (
            np.repeat(_widening(side, enough), _WEEK, axis=-1)[:, :horizon] * factor
            for side in _sides(pooled, share)
        )
        return Sides(below, above)

    def total(self, first: int, last: int, share: float) -> Sides:
        """How far from the sum of some days ahead that share of such sums came: (series,).

        Errors of days one after the other are alike, so it is the sums' own errors that
        count. Where the backtest is too short for as many days, fewer tell.
        """
        days = last - first
        seen = max(1, min(days, self.reach // _OF_BACKTEST))
        until = min(last, max(seen, self.reach * 2 // _OF_BACKTEST))
        widths = _SHARES[share]
        factor = widths.total + widths.seldom / max(self.reach / seen - 1, 1)
        factor *= (days / seen) ** _UNSEEN_DAYS
        below, above = (
            np.nan_to_num(side) * factor
            for side in _sides(_sums(self.errors[..., until - seen : until]), share)
        )
        least = widths.least + _LEAST_SEEN * _WEEK / max(self.reach, _WEEK)
        summed = self.daily(share)
        return Sides(
            np.minimum(below, least * summed.below[:, first:last].sum(axis=-1)),
            np.maximum(above, least * summed.above[:, first:last].sum(axis=-1)),
        )


def _origins(days: int, horizon: int) -> Whole:
    """From which days on to forecast again, the latest first."""
    back = np.arange(_STRIDE, max(_BACK, 2 * horizon) + 1, _STRIDE)
    origins = days - back
    return origins[origins >= min(_LEAST_BEFORE, max(days // 2, 1))]


def _came(panel: Panel, origins: Whole, horizon: int) -> Numbers:
    days = origins[:, None] + np.arange(horizon)
    came = panel.values[:, np.minimum(days, panel.days - 1)]
    return np.where(days < panel.days, came, np.nan)


def _weights(missed: Numbers, largest: Numbers, allowed: Numbers | None) -> Numbers:
    """By the mean error of a day, and of the sum of all days ahead."""
    methods, series, _, horizon = missed.shape
    daily = np.nan_to_num(mean(np.abs(missed).reshape(methods, series, -1)))
    total = np.nan_to_num(mean(np.abs(_sums(missed))) / horizon)
    score = daily + total + largest * 1e-9 + 1e-300
    trust: Numbers = (score / score.min(axis=0)) ** -_PARTISAN
    if allowed is not None:
        trust = (trust + 1e-9) * allowed
    return trust / trust.sum(axis=0)


def _sums(errors: Numbers) -> Numbers:
    """The sums of days, a few missing ones made up for; nan where more are."""
    known = np.mean(~np.isnan(errors), axis=-1)
    return np.where(known >= _MOSTLY, mean(errors) * errors.shape[-1], np.nan)


def _sides(errors: Numbers, share: float) -> Sides:
    tail = (1 - share) / 2
    return Sides(np.minimum(quantile(errors, tail), 0), np.maximum(quantile(errors, 1 - tail), 0))


def _widening(side: Numbers, enough: npt.NDArray[np.bool_]) -> Numbers:
    """Week by week at least as far out as before; further where a week was seen too seldom."""
    weeks = [np.nan_to_num(side[:, 0])]
    for week in range(1, side.shape[1]):
        further = np.where(np.abs(side[:, week]) > np.abs(weeks[-1]), side[:, week], weeks[-1])
        weeks.append(np.where(enough[:, week], further, weeks[-1] * _UNSEEN_WEEK))
    return np.stack(weeks, axis=-1)
