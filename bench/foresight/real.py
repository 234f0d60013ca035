"""Real daily series, kept beside this module with where they are from."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from bench.foresight.generated import Sample


def real() -> Iterator[Sample]:
    """Daily series of 365 to 540 days; see README.md."""
    with Path(__file__).with_name("daily.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            values = [np.nan if v == "-" else float(v) for v in row["values"].split()]
            yield Sample(row["name"], date.fromisoformat(row["start"]), np.array(values))
