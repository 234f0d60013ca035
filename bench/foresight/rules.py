"""Rules that others find anomalies by, to compare with; each gives the days it would report."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.foresight.generated import Numbers

type Flags = npt.NDArray[np.bool_]

_LEAST: Final = 20


def three_sigma(values: Numbers) -> Flags:
    """More than three standard deviations from the mean of the thirty days before."""
    before = np.lib.stride_tricks.sliding_window_view(values, 30)[:-1]
    middle, spread = before.mean(axis=-1), before.std(axis=-1)
    apart = np.abs(values[30:] - middle)
    return np.concatenate([np.zeros(30, bool), (apart > 3 * spread) & (apart >= _LEAST)])


def week_and_third(values: Numbers) -> Flags:
    """A third more or less than the mean of the seven days before."""
    before = np.lib.stride_tricks.sliding_window_view(values, 7)[:-1].mean(axis=-1)
    apart = np.abs(values[7:] - before)
    return np.concatenate([np.zeros(7, bool), (apart > np.abs(before) / 3) & (apart >= _LEAST)])


def week_before(values: Numbers) -> Flags:
    """Half more or less than the same weekday a week before."""
    apart = np.abs(values[7:] - values[:-7])
    return np.concatenate(
        [np.zeros(7, bool), (apart > np.abs(values[:-7]) / 2) & (apart >= _LEAST)]
    )


RULES: Final[dict[str, Callable[[Numbers], Flags]]] = {
    "three sigma of 30 days": three_sigma,
    "a third off 7 days' mean": week_and_third,
    "half off a week before": week_before,
}


def runs(flags: Flags) -> list[tuple[int, int]]:
    """Days one after the other, as (first, day after the last)."""
    edges = np.flatnonzero(np.diff(flags.astype(int), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
