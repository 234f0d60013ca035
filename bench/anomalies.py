"""How many incidents are found, and how often there is none, on seeds nothing was tuned on.

160 series a seed, of which 90 days are screened. Tuned on seeds 0 to 2; judged on 100 to 102, or
with `BENCH_WIDE=1` on ten.
"""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import Figure, Limit
from bench.foresight.labelled import DAYS, SCREENED, Labelled, labelled
from bench.foresight.rules import RULES, runs
from core.anomalies.detection import screen
from core.anomalies.model import Subject, Watched
from core.forecasts.model import Series

_SEEDS: Final = range(100, 110 if os.environ.get("BENCH_WIDE") else 103)
_MONTHS: Final = SCREENED / 30

type Days = tuple[int, int]


@dataclass(slots=True)
class Tally:
    """Incidents found, those that weren't any, and those missed."""

    found: int = 0
    false: int = 0
    missed: int = 0

    def add(self, incidents: Iterable[Days], said: Iterable[Days]) -> None:
        """An incident is found if a report overlaps it and began with it or later."""
        left = list(said)
        for begin, end in incidents:
            hits = [days for days in left if begin - 1 <= days[0] < end and days[1] > begin]
            left = [days for days in left if days not in hits]
            self.found += bool(hits)
            self.missed += not hits
        self.false += len(left)

    @property
    def f1(self) -> float:
        """The harmonic mean of how many of the incidents and how many of the reports count."""
        return 2 * self.found / max(2 * self.found + self.false + self.missed, 1)


async def measure(folder: Path) -> AsyncIterator[Figure]:  # noqa: ARG001 - no files
    """Ours, then the rules of others on the same series."""
    series = [one for seed in _SEEDS for one in labelled(seed)]
    ours = _ours(series)
    false = sum(t.false for t in ours.values()) / len(series) / _MONTHS
    yield Figure("incidents: F1", [_all(ours).f1], (), "", Limit.LEAST, 0.8)
    yield Figure("false alarms, a series and month", [false], unit="", limit=0.06)
    for name, rule in RULES.items():
        theirs: dict[str, Tally] = defaultdict(Tally)
        for one in series:
            said = [days for days in runs(rule(one.values)) if days[0] >= DAYS - SCREENED]
            theirs[one.name].add(one.incidents, said)
        alarms = _all(theirs).false / len(series) / _MONTHS
        yield Figure("incidents: F1, beside", [_all(ours).f1], [_all(theirs).f1], "", raw_is=name)
        yield Figure("false alarms, beside", [false], [alarms], "", raw_is=name)
    _told_apart(ours)


def watched(number: int, one: Labelled) -> Watched:
    """A series as the product has it."""
    amounts = tuple(Decimal(repr(float(value))) for value in one.values)
    return Watched(Subject(str(number)), Series(one.start, amounts, "USD"))


def _ours(series: Sequence[Labelled]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    everything = screen([watched(number, one) for number, one in enumerate(series)])
    for one, incidents in zip(series, everything, strict=True):
        said = [((i.begin - one.start).days, (i.end - one.start).days) for i in incidents]
        tallies[one.name].add(one.incidents, said)
    return tallies


def _all(tallies: dict[str, Tally]) -> Tally:
    some = tallies.values()
    return Tally(
        sum(t.found for t in some), sum(t.false for t in some), sum(t.missed for t in some)
    )


def _told_apart(tallies: dict[str, Tally]) -> None:
    table = Table("series", "found", "missed", "false", "F1")
    for name, t in tallies.items():
        table.add_row(name, str(t.found), str(t.missed), str(t.false), f"{t.f1:.2f}")
    Console(stderr=True, width=120).print(table)
