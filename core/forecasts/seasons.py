"""What repeats: the days of the week and the days of the month, told apart from noise.

Everything is additive, so that days below nothing are days like any other, and looks back only:
what is expected of a day uses the days before it. Arrays are (series, days); missing is nan.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from core.forecasts.robust import Numbers, Whole, mean, median, winsorised

WEEKS: Final = 8
WINDOW: Final = WEEKS * 7
"""How many days tell what a day of the week is like."""
MONTHS: Final = 6
"""How many of a date's earlier months speak for it."""

_LEVEL_DAYS: Final = 14
_DRAWN_IN: Final = 0.15
_SPREAD_DAYS: Final = 91
_NEAR_END: Final = 3
_MAD: Final = 4.0
_LEAST_MONTHS: Final = 2
_ALIKE: Final = 0.8
_DATES: Final = 31
_BY_CHANCE: Final = 0.05
_USUAL_DAYS: Final = 183
_NO_DAY: Final = -1


def windows(values: Numbers, ends: Whole, length: int = WINDOW) -> Numbers:
    """The days before each end, nan before the first: (series, days) → (series, ends, length)."""
    before = np.full((*values.shape[:-1], length), np.nan)
    padded = np.concatenate([before, values], axis=-1)
    view = np.lib.stride_tricks.sliding_window_view(padded, length, axis=-1)
    return view[:, ends]


def by_weekday(window: Numbers) -> Numbers:
    """Days as (…, 7, weeks): each place of the week apart; the first is the end's own weekday."""
    return np.swapaxes(window.reshape(*window.shape[:-1], -1, 7), -1, -2)


def usual_week(window: Numbers) -> Numbers:
    """The middle of each place of the week, 0 where nothing is known: (…, 7)."""
    return np.nan_to_num(median(by_weekday(window)))


def weekday_effects(window: Numbers) -> Numbers:
    """What each place of the week adds to its own week's middle: (…, 7), adding up to 0.

    Where weeks differ as much as days do, the effects are noise, and shrunk towards none.
    """
    weeks = by_weekday(window)
    apart = weeks - median(np.swapaxes(weeks, -1, -2))[..., None, :]
    effect = np.nan_to_num(winsorised(apart, _DRAWN_IN))
    effect -= effect.mean(axis=-1, keepdims=True)
    count = np.maximum(np.sum(~np.isnan(apart), axis=-1), 1)
    noise = np.nan_to_num(winsorised(np.abs(apart - effect[..., None]), _DRAWN_IN)) * 1.25
    chance = (noise**2 / count).mean(axis=-1, keepdims=True)
    signal = (effect**2).mean(axis=-1, keepdims=True)
    kept: Numbers = np.clip(1 - chance / np.maximum(signal, 1e-300), 0, 1)
    return effect * kept


def less(window: Numbers, week: Numbers) -> Numbers:
    """The window's days, each less what its place of the week has."""
    return window - np.tile(week, window.shape[-1] // 7)


def level(window: Numbers, days: int = _LEVEL_DAYS) -> Numbers:
    """Where the last days lie; of the whole window where all of those are missing, else 0."""
    recent = winsorised(window[..., -days:], _DRAWN_IN)
    return np.nan_to_num(np.where(np.isnan(recent), winsorised(window, _DRAWN_IN), recent))


def expected_next(values: Numbers) -> Numbers:
    """What each day was expected to be by weekdays and level alone; nan where none was before."""
    window = windows(values, np.arange(values.shape[-1]))
    week = usual_week(window)
    expected = level(less(window, week)) + week[..., 0]
    return np.where(np.isnan(window).all(axis=-1), np.nan, expected)


def same_dates(first: np.datetime64, days: Whole, months: int) -> tuple[Whole, Whole]:
    """Where the same date of earlier months lies, counted from the month's start and its end.

    Args:
        first: the day with index 0.
        days: indexes of days, ahead or not.
        months: how many months to go back.

    Returns:
        Two arrays (days, months) of indexes; -1 where that month has no such date, or, counted
        from the end, where the day isn't one of the month's last three.
    """
    day = (first + days.astype("m8[D]"))[:, None]
    month = day.astype("M8[M]")
    place = day - month.astype("M8[D]")
    earlier = month - np.arange(1, months + 1).astype("m8[M]")
    starts, ends = earlier.astype("M8[D]"), (earlier + np.timedelta64(1, "M")).astype("M8[D]")
    left = (month + np.timedelta64(1, "M")).astype("M8[D]") - day
    from_start = np.where(starts + place < ends, _index(starts + place, first), _NO_DAY)
    near = left.astype(np.int64) <= _NEAR_END
    return from_start, np.where(near, _index(ends - left, first), _NO_DAY)


def _index(days: npt.NDArray[np.datetime64], first: np.datetime64) -> Whole:
    return (days - first).astype(np.int64)


def dates_effect(unexplained: Numbers, dates: Whole, before: Whole, noise: Numbers) -> Numbers:
    """What a date of the month adds, by what it added in earlier months; 0 where it doesn't.

    It counts where there are two months at least, the middle is more than four times the
    noise, four in five are half of it at least, and days that far out are so rare that they
    don't meet on a date by chance.

    Args:
        unexplained: what weekdays and level leave of each day (series, days).
        dates: indexes of the same date in earlier months (…, months), -1 for none.
        before: only days before this index count (…).
        noise: the usual size of `unexplained` (series, …).
    """
    usable = (dates >= 0) & (dates < before[..., None])
    effects = np.where(usable, unexplained[:, np.where(usable, dates, 0)], np.nan)
    effects = _first(effects, MONTHS)
    known = ~np.isnan(effects)
    count = known.sum(axis=-1)
    middle = median(effects)
    alike = effects * np.sign(middle)[..., None] >= np.abs(middle)[..., None] / 2
    same = np.sum(known & alike, axis=-1)
    real = (count >= _LEAST_MONTHS) & (np.abs(middle) > _MAD * noise)
    real &= same >= _ALIKE * count
    places = np.nonzero(real)
    ends = np.broadcast_to(before, real.shape[1:])[places[1:]]
    often = _how_often(unexplained, places[0], ends, middle[places])
    real[places] = often ** same[places] * _DATES < _BY_CHANCE
    return np.where(real, np.nan_to_num(middle), 0.0)


def _first(values: Numbers, most: int) -> Numbers:
    """The first so many of each row that are known; the others missing."""
    return np.where(np.cumsum(~np.isnan(values), axis=-1) <= most, values, np.nan)


def _how_often(unexplained: Numbers, series: Whole, ends: Whole, effect: Numbers) -> Numbers:
    """The share of days before each end that lie half as far out as an effect, on its side."""
    days = np.arange(unexplained.shape[-1])
    rows = unexplained[series] * np.sign(effect)[:, None]
    within = (days < ends[:, None]) & (days >= ends[:, None] - _USUAL_DAYS) & ~np.isnan(rows)
    far = within & (rows > np.abs(effect)[:, None] / 2)
    return far.sum(axis=-1) / np.maximum(within.sum(axis=-1), 1)


def spread(unexplained: Numbers, ends: Whole, days: int = _SPREAD_DAYS) -> Numbers:
    """The middle size of what is unexplained in the days before each end: (series, ends)."""
    return np.nan_to_num(median(np.abs(windows(unexplained, ends, days))))


def mean_week(window: Numbers) -> Numbers:
    """The mean of each place of the week, 0 where nothing is known: (…, 7)."""
    return np.nan_to_num(mean(by_weekday(window)))
