"""The bodies of anomalies and of planned days."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from bot.rest.models import Amount, Closed, Given, Text, example


class OddDay(Closed):
    """A day out of the ordinary; one that isn't complete is too high already."""

    date: date
    expected: Amount
    actual: Amount
    complete: bool


class OddService(Closed):
    """A service's share in an anomaly of its project; null: charges without a service."""

    service: str | None
    start: date
    end: date
    expected: Amount
    actual: Amount
    impact: Amount


Verdict = Literal["expected", "planned", "not_useful"]


class Anomaly(Closed):
    """Days that cost something else than the days before lead to expect.

    `of`: whether it is a project's as a whole, or one of its services'. `impact` is actual less
    expected. `settled`: it lasted, and is the new usual. `provisional`: charges are still to come.
    """

    id: int
    project: str | None
    of: Literal["project", "service"]
    service: str | None
    currency: str
    start: date
    end: date
    expected: Amount
    actual: Amount
    impact: Amount
    direction: Literal["up", "down"]
    ongoing: bool
    settled: bool
    provisional: bool
    days: list[OddDay]
    services: list[OddService]
    why: str = Field(description="Against the same weekdays before; empty: not looked for yet.")
    found_at: datetime
    verdict: Verdict | None
    judged_by: str | None


class AnomalyList(Closed):
    """Anomalies, a page of them."""

    items: list[Anomaly]
    next: str | None


class Feedback(Closed):
    """What is said of an anomaly; null takes it back.

    expected: this is what it costs now. planned: known, and it will be over. not_useful: from now
    on it takes more to be told.
    """

    model_config = example(verdict="expected")

    verdict: Verdict | None


class NewEvent(Closed):
    """Days that will cost something else: `amount` more a day, null for whatever it costs.

    `project` null: what belongs to none. `service` null: the whole project. `end` is exclusive.
    """

    model_config = example(
        project="checkout", start="2026-12-01", end="2026-12-05", amount="500", note="Load test"
    )

    project: Text | None
    service: Text | None = None
    start: date
    end: date
    amount: Given | None = None
    note: str = Field(default="", max_length=200)


class Event(Closed):
    """Days that were planned."""

    id: int
    project: str | None
    service: str | None
    start: date
    end: date
    amount: Amount | None
    note: str
    planned_by: str


class EventList(Closed):
    """Planned days, a page of them, the earliest first."""

    items: list[Event]
    next: str | None
