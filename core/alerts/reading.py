"""What an evaluation finds of a budget's period, and what is remembered of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from core.alerts.model import Deed, Figures, Occasion, Snoozed, Subject, Threshold
from core.outbox.model import Destination


@dataclass(frozen=True, slots=True)
class Reading:
    """One period of a budget, as an evaluation found it.

    thresholds: those that are set. terms: the same for as long as people change nothing that
    bears on crossings, amounts aside. changed_at: when the budget was changed last; changed_by.
    data_version: of the figures. closed: the period is over.
    known_before: what the days before `before` cost, those that were complete by the evaluation
    before this; None where there was none in this period.
    to: who is told.
    """

    subject: Subject
    figures: Figures
    thresholds: tuple[Threshold, ...]
    terms: str
    changed_at: datetime
    data_version: int
    changed_by: str = ""
    closed: bool = False
    before: date | None = None
    known_before: Decimal | None = None
    to: tuple[Destination, ...] = ()

    @property
    def complete_days(self) -> int:
        """How many days of the period are complete."""
        return (self.figures.complete_until - self.subject.period.start).days


@dataclass(frozen=True, slots=True)
class Round:
    """All that one evaluation looked at.

    readings: what it found. budgets: when each budget was set last, those too that nothing is
    held against. data_version: of all figures. whole: no budget was left out.
    over: whether it looked at periods that are over alone, or at all others alone; None: at both.
    """

    readings: Sequence[Reading]
    budgets: Mapping[int, datetime]
    data_version: int
    whole: bool = True
    over: bool | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What the last evaluation of a budget knew; fields as of `Reading`."""

    budget: int
    period_start: date
    amount: Decimal
    complete_until: date
    used_complete: Decimal
    terms: str
    changed_at: datetime
    data_version: int

    @classmethod
    def of(cls, reading: Reading) -> "Watched":
        """What a reading leaves to the next evaluation."""
        figures = reading.figures
        return cls(
            reading.subject.budget,
            reading.subject.period.start,
            figures.amount,
            figures.complete_until,
            figures.used_complete,
            reading.terms,
            reading.changed_at,
            reading.data_version,
        )

    def is_newer(self, data_version: int, changed_at: datetime) -> bool:
        """Whether an evaluation that knew more has been here while another was made."""
        return self.data_version > data_version or self.changed_at > changed_at


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of a threshold.

    crossed_at: when it was found crossed; None: it isn't, but a forecast was over it once.
    held: nobody was told, because the alert was snoozed.
    below_since: the day on which figures were found far enough below it.
    breached: up to where days were complete when a forecast was over it first.
    """

    threshold: Threshold
    crossed_at: datetime | None = None
    held: bool = False
    below_since: date | None = None
    breached: date | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a budget's period, and what people did about it."""

    marks: Mapping[Threshold, Mark] = field(default_factory=dict)
    acknowledged: Deed | None = None
    snoozed: Snoozed | None = None

    def crossed(self) -> Iterator[Mark]:
        """The thresholds that count as crossed, the most severe first."""
        crossed = (mark for mark in self.marks.values() if mark.crossed_at is not None)
        return iter(sorted(crossed, key=lambda mark: mark.threshold.severity, reverse=True))


@dataclass(frozen=True, slots=True)
class Judged:
    """What an evaluation of a period came to.

    `told`: the thresholds to tell of, the most severe first, and on which `occasion`; none where
    there is nothing to tell. `was`: the amount before it was changed.
    """

    memory: Memory
    told: tuple[Threshold, ...] = ()
    occasion: Occasion | None = None
    was: Decimal | None = None
