"""Rows told apart by whole numbers: equal where rows are alike, in the order of their columns."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

type Codes = npt.NDArray[np.int64]

_ROOM: Final = 1 << 62


def combined(columns: Iterable[tuple[Codes, int]], rows: int) -> Codes:
    """One number a row, of its numbers in each column.

    Args:
        columns: for each, small numbers in place of its values, and how many there may be.
        rows: how many there are.
    """
    codes, room = np.zeros(rows, dtype=np.int64), 1
    for indices, count in columns:
        if room * count > _ROOM:
            distinct, codes = np.unique(codes, return_inverse=True)
            room = len(distinct)
        codes, room = codes * count + indices, room * count
    return codes
