"""Ways to go on from a day, each right for some series. Which, the backtest says."""

from typing import Final

import numpy as np

from core.forecasts.panel import Panel
from core.forecasts.robust import Numbers, Whole, mean, median
from core.forecasts.seasons import (
    WINDOW,
    by_weekday,
    less,
    level,
    mean_week,
    usual_week,
    weekday_effects,
    windows,
)

METHODS: Final = ("steady", "month", "fortnight", "week", "trend", "naive", "mean")

_TREND_WEEKS: Final = 13
_MOST_SCALED: Final = 2.0


def paths(panel: Panel, origins: Whole, horizon: int) -> Numbers:
    """What each method expects of the days after each origin.

    Args:
        panel: the series.
        origins: indexes of the first day that isn't known yet (at most `panel.days`).
        horizon: how many days.

    Returns:
        (methods, series, origins, horizon), in the order of `METHODS`; never nan.
    """
    place = np.arange(horizon) % 7
    window = windows(panel.smooth, origins)
    days = origins[:, None] + np.arange(horizon)
    ways = (
        _flat(usual_week(window), place),
        _flat(usual_week(window[..., -28:]), place),
        _fortnight(window, place),
        _week(window, place),
        _trend(panel, window, origins, place),
    )
    dated = np.stack(ways) + panel.dates(days, origins)
    naive = _flat(_last_week(windows(panel.values, origins, 28)), place)
    average = _flat(mean_week(windows(panel.values, origins)), place)
    return np.concatenate([dated, naive[None], average[None]])


def _flat(week: Numbers, place: Whole) -> Numbers:
    return week[..., place]


def _fortnight(window: Numbers, place: Whole) -> Numbers:
    """The usual week, moved to where the last two weeks lie."""
    week = usual_week(window)
    return week[..., place] + level(less(window, week))[..., None]


def _week(window: Numbers, place: Whole) -> Numbers:
    """Where the last seven days lie, with the weekdays' effects as much larger as the level is."""
    effect = weekday_effects(window)
    flat = less(window, effect)
    now = level(flat, 7)
    return now[..., None] + effect[..., place] * _grown(level(flat, WINDOW), now)[..., None]


def _trend(panel: Panel, window: Numbers, origins: Whole, place: Whole) -> Numbers:
    """A line through the weeks of a quarter, none of which decides its slope."""
    week = usual_week(window)
    middle = week.mean(axis=-1)
    effect = week - middle[..., None]
    quarter = windows(panel.smooth, origins, _TREND_WEEKS * 7)
    slope = _slope(median(np.swapaxes(by_weekday(less(quarter, effect)), -1, -2)))
    now = level(less(window, effect)) + slope * 7
    line = now[..., None] + slope[..., None] * np.arange(1, len(place) + 1)
    return line + effect[..., place] * _grown(middle, now)[..., None]


def _slope(weeks: Numbers) -> Numbers:
    """The middle of all slopes between two weeks (Theil and Sen), a day; 0 where unknown."""
    early, late = np.triu_indices(weeks.shape[-1], 1)
    return np.nan_to_num(median((weeks[..., late] - weeks[..., early]) / (7 * (late - early))))


def _grown(then: Numbers, now: Numbers) -> Numbers:
    """How many times as large a level is; 1 unless both are positive."""
    positive = (then > 0) & (now > 0)
    ratio = now / np.where(positive, then, 1)
    return np.where(positive, np.clip(ratio, 1 / _MOST_SCALED, _MOST_SCALED), 1.0)


def _last_week(month: Numbers) -> Numbers:
    """The latest known day of each weekday, of four weeks."""
    weeks = by_weekday(month)
    week = weeks[..., -1]
    for earlier in range(weeks.shape[-1] - 2, -1, -1):
        week = np.where(np.isnan(week), weeks[..., earlier], week)
    return np.where(np.isnan(week), np.nan_to_num(mean(month))[..., None], week)
