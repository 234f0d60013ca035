"""Middles and spreads along the last axis that a few wild values don't move; nan is no value."""

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.float64]
type Whole = npt.NDArray[np.int64]


def counted(values: Numbers) -> tuple[Numbers, Whole]:
    """Values in order, missing ones last, and how many there are."""
    return np.sort(values, axis=-1), np.sum(~np.isnan(values), axis=-1)


def median(values: Numbers) -> Numbers:
    """The middle value; nan where there is none."""
    ordered, count = counted(values)
    return (at(ordered, (count - 1) // 2) + at(ordered, count // 2)) / 2


def winsorised(values: Numbers, share: float) -> Numbers:
    """The mean, that share of either end drawn in to the next value; nan where there is none."""
    ordered, count = counted(values)
    cut = (share * count).astype(np.int64)
    low, high = at(ordered, cut), at(ordered, count - 1 - cut)
    return mean(np.clip(values, low[..., None], high[..., None]))


def mean(values: Numbers) -> Numbers:
    """The mean of what isn't missing; nan where all is."""
    known = ~np.isnan(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def at(ordered: Numbers, index: Whole) -> Numbers:
    """Of each row the value at an index, the first or last where the index lies outside."""
    index = np.clip(index, 0, ordered.shape[-1] - 1)
    return np.take_along_axis(ordered, index[..., None], axis=-1)[..., 0]


def quantile(values: Numbers, q: float) -> Numbers:
    """The q-th of what isn't missing, between neighbours in proportion; nan where all is."""
    ordered, count = counted(values)
    place = q * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.int64)
    part = place - low
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    return at(ordered, low) * (1 - part) + at(ordered, high) * part
