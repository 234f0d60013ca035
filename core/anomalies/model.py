"""What is watched, what is told about it, and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from core.forecasts.model import Series
from core.money import ZERO
from core.period import Period


class Direction(StrEnum):
    """Whether more was spent than expected, or less."""

    UP = "up"
    DOWN = "down"


class Verdict(StrEnum):
    """What people say of an incident.

    expected: this is what it costs now; its days belong to the baseline.
    planned: known, and over when it is over; its days don't belong to the baseline.
    not_useful: nobody wants to hear of such; it takes more from now on.
    """

    EXPECTED = "expected"
    PLANNED = "planned"
    NOT_USEFUL = "not_useful"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose cost: a project's (None: of no project), as a whole or of one service.

    `whole` False: of `service`, which may be None for charges without one.
    """

    project: str | None
    service: str | None = None
    whole: bool = True

    @classmethod
    def of_service(cls, project: str | None, service: str | None) -> "Subject":
        """A project's cost of one service."""
        return cls(project, service, whole=False)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said of the incident on some days."""

    verdict: Verdict
    days: Period


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """Days that will cost something else, said ahead.

    `amount`: so much more (less, if negative) a day; what goes beyond it is judged as ever.
    None: whatever it costs, nobody is told.
    """

    days: Period
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """One series to screen.

    `series`: the `cost` measure of complete days. A service's begins on its project's first
    day, with zeros: a service that is new is then found, too.
    `so_far`: what days that aren't complete have already; they count once they are too high.
    """

    subject: Subject
    series: Series
    feedback: tuple[Feedback, ...] = ()
    planned: tuple[PlannedEvent, ...] = ()
    so_far: Mapping[date, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """When a day is out of the ordinary; all have to hold.

    times: further from the expectation than so many times the usual distance.
    least: by so much money, in the series' own currency.
    share: by such a share of what was expected.
    often: by so much that fewer than so many incidents or days were about as far off lately.
    settles: a change that lasts longer than so many days is the new baseline.
    days: how many days are screened, up to the last.
    """

    times: float = 4.5
    least: Decimal = Decimal(20)
    share: float = 0.25
    often: int = 3
    settles: int = 7
    days: int = 90


DEFAULT_RULES = Rules()


class OddDay(NamedTuple):
    """A day of an incident; `complete` False: too high already, with charges still to come."""

    date: date
    expected: Decimal
    actual: Decimal
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Incident:
    """Days out of the ordinary, one after the other, on the same side.

    `ongoing`: its last day is the last there is; the next may belong to it. `settled`: it
    lasted, and is the new baseline. `parts`: incidents of services in it, of the same cause,
    the largest first.
    """

    subject: Subject
    currency: str
    days: tuple[OddDay, ...]
    ongoing: bool = False
    settled: bool = False
    parts: tuple["Incident", ...] = ()

    @property
    def begin(self) -> date:
        """Its first day."""
        return self.days[0].date

    @property
    def end(self) -> date:
        """The day after its last."""
        return self.days[-1].date + timedelta(1)

    @property
    def expected(self) -> Decimal:
        """What its days were expected to cost."""
        return sum((day.expected for day in self.days), ZERO)

    @property
    def actual(self) -> Decimal:
        """What they did cost."""
        return sum((day.actual for day in self.days), ZERO)

    @property
    def impact(self) -> Decimal:
        """How much more that is, or less."""
        return self.actual - self.expected

    @property
    def direction(self) -> Direction:
        """To which side."""
        return Direction.UP if self.impact > 0 else Direction.DOWN

    @property
    def provisional(self) -> bool:
        """Whether charges of its days are still to come."""
        return not all(day.complete for day in self.days)
