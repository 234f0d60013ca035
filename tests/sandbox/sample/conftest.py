"""One sample for all these tests: eighteen months up to a Saturday in November."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from sandbox.sample.charge import Charge
from sandbox.sample.export import export
from sandbox.sample.generate import charges, first_day
from sandbox.sample.totals import Totals, counted

THROUGH = date(2026, 11, 21)


@dataclass(frozen=True)
class Sample:
    """The charges, the totals added up beside them, and the rows of the export."""

    start: date
    through: date
    charges: Sequence[Charge]
    totals: Totals
    rows: Sequence[dict[str, Any]]


@pytest.fixture(scope="session")
def sample() -> Sample:
    totals = Totals()
    start = first_day(THROUGH)
    made = list(counted(charges(start, THROUGH), totals))
    return Sample(start, THROUGH, made, totals, export(made).to_pylist())
