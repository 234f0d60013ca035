"""A slice's columns by their distinct values: of hundreds of thousands of rows, a few thousand."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

type Indices = npt.NDArray[np.int64]
type Ids = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Names:
    """A column of a slice: its distinct values, and for each row the index of its value."""

    values: list[str]
    indices: Indices

    @classmethod
    def of(cls, charges: pa.Table, column: str) -> Self:
        """Encode a column."""
        encoded = charges[column].combine_chunks().dictionary_encode()
        return cls(encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64))

    def beside(self, other: Self, order: Indices) -> list[str]:
        """For each value, the value of another column in its last row by `order`."""
        last = np.zeros(len(self.values), dtype=np.int64)
        last[self.indices[order]] = other.indices[order]
        return [other.values[index] for index in last]

    def pairs(self, other: Self) -> tuple[list[tuple[str, str]], Indices]:
        """The distinct pairs of two columns' values, and for each row the index of its pair."""
        codes = self.indices * len(other.values) + other.indices
        present = np.bincount(codes, minlength=1).nonzero()[0]
        position = np.zeros(present[-1] + 1 if len(present) else 0, dtype=np.int64)
        position[present] = np.arange(len(present))
        found = [divmod(int(code), len(other.values)) for code in present]
        return [(self.values[a], other.values[b]) for a, b in found], position[codes]
