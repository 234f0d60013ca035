"""An alert with what it takes to go on with it: marks, and where its messages are."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from core.alerts.judging import reached
from core.alerts.model import Alert, Crossing, Figures, Subject, Why
from core.alerts.reading import Judged, Memory, Reading
from core.outbox.model import Destination

type Key = tuple[int, date]
"""A budget, and the first day of one of its periods."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a budget's period.

    `raised_at` None: nothing was crossed yet, and nobody sees it. `revision` changes whenever
    messages say something else. `to`: who is told; `places`: where its thread has begun.
    """

    subject: Subject
    figures: Figures
    changed_at: datetime
    memory: Memory = field(default_factory=Memory)
    id: int = 0
    version: int = 0
    revision: int = 0
    raised_at: datetime | None = None
    why: Why | None = None
    to: tuple[Destination, ...] = ()
    places: tuple[Destination, ...] = ()
    reminded_on: date | None = None
    removed: bool = False
    withdrawn: bool = False

    @property
    def key(self) -> Key:
        """By which it is found."""
        return self.subject.budget, self.subject.period.start

    @property
    def reached(self) -> bool:
        """Whether any threshold that counts as crossed is reached now."""
        return any(reached(mark.threshold, self.figures) for mark in self.memory.crossed())

    def alert(self) -> Alert:
        """As people see it."""
        return Alert(
            id=self.id,
            version=self.version,
            subject=self.subject,
            figures=self.figures,
            crossed=tuple(self._crossed()),
            raised_at=self.raised_at or self.changed_at,
            changed_at=self.changed_at,
            reached=self.reached,
            acknowledged=self.memory.acknowledged,
            snoozed=self.memory.snoozed,
            why=self.why,
            removed=self.removed,
            withdrawn=self.withdrawn,
        )

    def _crossed(self) -> Iterator[Crossing]:
        for mark in self.memory.crossed():
            if mark.crossed_at is not None:
                yield Crossing(mark.threshold, mark.crossed_at)

    def says(self) -> object:
        """What messages show of it; how fresh data is doesn't make another of them."""
        alert = self.alert()
        figures = replace(alert.figures, through=None, matches_export=True)
        return replace(alert, figures=figures, changed_at=alert.raised_at)


def judged(before: Kept | None, reading: Reading, found: Judged, now: datetime) -> Kept:
    """What is kept after an evaluation."""
    kept = before or Kept(reading.subject, reading.figures, now)
    told = bool(found.told)
    after = replace(
        kept,
        subject=reading.subject,
        figures=reading.figures,
        memory=found.memory,
        to=reading.to,
        # Of a period that is over, what was told stays where it was.
        places=tuple(each for each in kept.places if reading.closed or each in reading.to),
        raised_at=now if told else kept.raised_at,
        version=kept.version + (told or found.memory.snoozed != kept.memory.snoozed),
        withdrawn=False,
        # Whoever owns it now has not been reminded.
        reminded_on=kept.reminded_on if reading.subject.owner == kept.subject.owner else None,
    )
    return changed(before, after, now)


def ended(before: Kept, after: Kept, now: datetime) -> Kept:
    """One that goes on no more, in whichever way."""
    memory = replace(after.memory, snoozed=None)
    return changed(before, replace(after, memory=memory, version=before.version + 1), now)


def changed(before: Kept | None, after: Kept, now: datetime) -> Kept:
    """The same with its revision, which counts whenever messages have to say something else."""
    if before is None:
        return replace(after, changed_at=now, revision=1)
    if after == before:
        return before
    if after.says() == before.says() and {*before.places} <= {*after.places}:
        return after
    return replace(after, changed_at=now, revision=before.revision + 1)
