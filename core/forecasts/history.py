"""How much a history can say: how long it is, whether spend comes and goes, or has ended."""

from typing import Final

import numpy as np

from core.forecasts.model import Method
from core.forecasts.robust import Numbers

LEAST_DAYS: Final = 3
NAIVE_FROM: Final = 14
BLEND_FROM: Final = 28

_RECENT: Final = 56
_SELDOM: Final = 0.5
_PREDICTABLE: Final = 0.85
_ENDED_DAYS: Final = 14
_ENDED_TIMES: Final = 1.5


def begun(values: Numbers) -> Numbers:
    """The days from the first with an amount on; all where there is none."""
    spent = np.flatnonzero(np.nan_to_num(values))
    return values[spent[0] :] if len(spent) else values


def method_for(values: Numbers) -> Method | None:
    """The method that suits days (from the first with an amount on); None: too few."""
    known = values[~np.isnan(values)]
    if len(known) < LEAST_DAYS:
        return None
    if has_ended(known):
        return Method.ENDED
    if len(known) < NAIVE_FROM:
        return Method.RUN_RATE
    if len(known) < BLEND_FROM:
        return Method.NAIVE
    return Method.INTERMITTENT if comes_and_goes(values) else Method.BLEND


def has_ended(known: Numbers) -> bool:
    """Whether nothing has come for two weeks, and for longer than ever before."""
    spent = np.flatnonzero(known)
    if not len(spent):
        return False
    silent = len(known) - 1 - int(spent[-1])
    longest = int(np.diff(spent).max(initial=1)) - 1
    return silent >= _ENDED_DAYS and silent > _ENDED_TIMES * longest


def comes_and_goes(values: Numbers) -> bool:
    """Whether most days have nothing, and the day of the week doesn't tell which."""
    recent = values[-_RECENT:]
    spent = np.where(np.isnan(recent), np.nan, recent != 0)
    share = np.nanmean(spent)
    if share >= _SELDOM or share < 2 / len(recent):
        return False
    of_weekday = [days[~np.isnan(days)] for n in range(7) if len(days := spent[n::7])]
    told = sum(max(np.sum(days == 1), np.sum(days == 0)) for days in of_weekday)
    return bool(told < _PREDICTABLE * np.sum(~np.isnan(recent)))
